import Foundation
import Testing

@testable import RunStore

@Suite struct RunHistoryTests {
  private let folder: RunFolder
  private let history: RunHistory

  init() throws {
    folder = try RunFolder()
    history = RunHistory(folder: folder.path + "/state/runs")
    try history.makeFolder()
  }

  private func add(_ id: String, in directory: String = "/here", _ state: RunRecord.State? = .finished) throws {
    var record = RunRecord.example
    record.id = id
    record.directory = directory
    let recorder = try RunRecorder(RunFile.create(at: history.path(of: id), record, durability: .programEnd))
    if let state { #expect(recorder.finish(state, exitCode: 0, at: 9) == nil) } else { #expect(recorder.end() == nil) }
  }

  @Test func runsAreListedFromTheNewest() throws {
    #expect(RunHistory(folder: "/none").runs().isEmpty)
    try add("1")
    try add("3", .interrupted)
    try add("2", nil)
    try Data("x".utf8).write(to: URL(fileURLWithPath: history.path(of: "4")))
    let runs = history.runs()
    #expect(runs.map(\.state) == [.unreadable, .unfinished, .unfinished, .finished])
    #expect(runs.map { $0.record?.id } == [nil, "3", "2", "1"])
    #expect(runs.allSatisfy { $0.size > 0 })
  }

  @Test func theLastUnfinishedRunOfADirectoryIsFound() throws {
    try add("1", nil)
    try add("2", in: "/elsewhere", nil)
    try add("3")
    #expect(history.lastUnfinished(in: "/here")?.record?.id == "1")
    #expect(history.lastUnfinished(in: "/nowhere") == nil)
  }

  @Test func aRunIsFoundByItsName() throws {
    #expect(throws: RunStoreError.self) { try history.find(nil) }
    for id in ["20260101-a", "20260101-b", "20260202-c"] { try add(id) }
    #expect(try history.find(nil) == history.path(of: "20260202-c"))
    #expect(try history.find("20260101-b") == history.path(of: "20260101-b"))
    #expect(try history.find("202602") == history.path(of: "20260202-c"))
    #expect(try history.find("./some.run") == "./some.run")
    #expect(throws: RunStoreError.self) { try history.find("20260101") }
    #expect(throws: RunStoreError.self) { try history.find("7") }
  }

  @Test func namesSortByTime() {
    let times: [Int64] = [0, 999_000_000, 1_000_000_000, 1_764_087_030_123_000_000, 1_764_087_030_124_000_000]
    let names = times.map { RunHistory.id(created: $0, process: 77) }
    #expect(names == names.sorted())
    #expect(names[3] == "20251125-161030-123-25")
  }

  @Test func theFolderFollowsTheEnvironment() {
    #expect(RunHistory.standard(environment: ["XDG_STATE_HOME": "/s", "HOME": "/h"])?.folder == "/s/pfor-tui/runs")
    #expect(
      RunHistory.standard(environment: ["XDG_STATE_HOME": "s", "HOME": "/h"])?.folder == "/h/.local/state/pfor-tui/runs"
    )
    #expect(RunHistory.standard(environment: [:]) == nil)
  }

  private func entry(_ created: Int64, _ state: RunRecord.State, size: Int64, isRunning: Bool = false) -> HistoryEntry {
    var record = RunRecord.example
    record.created = created
    record.state = state
    return HistoryEntry(path: "\(created)", record: record, problem: nil, size: size, isRunning: isRunning)
  }

  @Test func aPolicySelectsWhatGoes() {
    let runs = [
      entry(9, .running, size: 100, isRunning: true), entry(8, .finished, size: 10), entry(7, .interrupted, size: 10),
      HistoryEntry(path: "x", record: nil, problem: nil, size: 1, isRunning: false), entry(5, .finished, size: 10),
    ]
    func gone(_ policy: PrunePolicy) -> [String] { policy.selected(from: runs).map(\.path) }
    #expect(gone(PrunePolicy()) == [])
    #expect(gone(PrunePolicy(before: 8)) == ["5"])
    #expect(gone(PrunePolicy(before: 8, includesUnfinished: true)) == ["7", "5"])
    #expect(gone(PrunePolicy(newest: 1)) == ["8", "5"])
    #expect(gone(PrunePolicy(newest: 0, includesUnfinished: true)) == ["8", "7", "5"])
    #expect(gone(PrunePolicy(bytes: 110)) == ["5"])
  }

  @Test func aRunIsRemovedUnlessItIsRecorded() throws {
    try add("1", nil)
    let entry = HistoryEntry(path: history.path(of: "1"))
    let recorder = try RunRecorder(RunFile.open(at: entry.path))
    #expect(throws: RunStoreError.self) { try entry.remove() }
    #expect(recorder.end() == nil)
    try entry.remove()
    #expect(try FileManager.default.contentsOfDirectory(atPath: history.folder).isEmpty)
  }
}
