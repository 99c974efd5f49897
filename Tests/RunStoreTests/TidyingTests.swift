import Attempts
import Foundation
import ParallelFor
import Testing

@testable import RunStore

/// Files that killed programs leave beside runs.
@Suite struct TidyingTests {
  private let folder: RunFolder
  private let history: RunHistory

  init() throws {
    folder = try RunFolder()
    history = RunHistory(folder: folder.path)
  }

  private var names: [String] { history.allNames().sorted() }

  private func touch(_ names: String...) throws {
    for name in names { try Data().write(to: URL(filePath: "\(folder.path)/\(name)")) }
  }

  private func record(_ id: String, _ state: RunRecord.State) throws {
    let recorder = try RunRecorder(RunFile.create(at: history.path(of: id), .example, durability: .programEnd))
    // While a reader has the file open, the log stays beside it, as after a kill.
    let reader = try RunReader(path: history.path(of: id))
    #expect(try reader.item(number: 1) == nil)
    recorder.record(RecordedItem(number: 1, text: .text("a")), .example(), output: .text("out"))
    #expect(recorder.finish(state, exitCode: 0, at: 9) == nil)
    reader.close()
  }

  @Test func filesBesideFinishedRunsAreRemoved() throws {
    try record("one", .finished)
    try touch("one.run-tail", "one.run-lock", "one.run-shm")
    #expect(history.tidy() == [])
    #expect(names == ["one.run"])
    let reader = try RunReader(path: history.path(of: "one"))
    #expect(try reader.item(number: 1)?.outputCount == 3)
  }

  @Test func filesOfNoRunAreRemoved() throws {
    try touch("gone.run-wal", "gone.run-shm", "gone.run-tail", "new.run-new", "lock.run-lock", "mine.txt", "my-new")
    #expect(history.tidy() == [])
    #expect(names == ["mine.txt", "my-new"])
  }

  @Test func filesOfUnfinishedAndRunningRunsStay() throws {
    try folder.record(["a"])
    try FileManager.default.moveItem(atPath: folder.file, toPath: history.path(of: "half"))
    try touch("half.run-tail")
    let recorder = try RunRecorder(RunFile.create(at: history.path(of: "now"), .example, durability: .programEnd))
    recorder.record(RunChange(time: 1, kind: .sessionBegan, value: 1))
    #expect(recorder.flush() == nil)
    let before = names
    #expect(history.tidy() == [])
    #expect(names == before)
    #expect(recorder.end() == nil)
  }
}
