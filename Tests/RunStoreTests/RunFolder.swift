import Attempts
import Foundation
import ParallelFor
import Testing

@testable import RunStore

/// A folder for one test, removed with all that is in it.
final class RunFolder {
  let path: String

  init() throws {
    var name = Array("/tmp/pfor-runs-XXXXXX".utf8CString)
    try #require(mkdtemp(&name) != nil)
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of the run file.
  var file: String { "\(path)/run" }

  /// Makes the run file and a recorder for it, without protection from power cuts, which these tests cannot cause.
  func begin(_ record: RunRecord = .example, limits: RunRecorder.Limits = .init()) throws -> RunRecorder {
    try RunRecorder(RunFile.create(at: file, record, durability: .programEnd), limits: limits)
  }

  /// Opens the run file again and a recorder for it.
  func resume() throws -> RunRecorder { try RunRecorder(RunFile.open(at: file, durability: .programEnd)) }

  /// Records a run of some items to its end.
  func record(_ items: [String], outcome: (Int) -> Outcome = { _ in .succeeded }) throws {
    let recorder = try begin()
    for (index, item) in items.enumerated() {
      recorder.record(
        RecordedItem(number: index + 1, text: .text(item)), .example(outcome(index + 1)),
        output: .text("out \(item) \(index + 1)"))
    }
    #expect(recorder.finish(.interrupted, exitCode: 130, at: 9) == nil)
  }
}

extension RunRecord {
  static let example = RunRecord(
    id: "run-1", created: 1_700_000_000_000_000_000, title: "echo {}", kind: "command", command: ["echo", "{}"],
    source: "items.txt", directory: "/somewhere", options: ["threads": "2"])
}

extension EndedAttempt {
  static func example(
    _ outcome: Outcome = .succeeded, attempt: Int = 1, start: Int64 = 1_700_000_000_000_000_000
  ) -> EndedAttempt {
    EndedAttempt(attempt: attempt, worker: 2, start: start, latency: 1_500_000, outcome: outcome)
  }
}

extension RunReader {
  /// All items.
  func allItems() throws -> [ItemRecord] {
    var all: [ItemRecord] = []
    try forEachItem { all.append($0) }
    return all
  }
}

/// A text as bytes.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
