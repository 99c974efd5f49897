import Attempts
import ParallelFor
import TestSupport
import Testing

@testable import PForApp
@testable import RunStore

/// What a recorded run says about the number of threads with which the next one begins.
@Suite struct ThreadHistoryTests {
  private static let start: Int64 = 1_700_000_000_000_000_000
  private static let millisecond: Int64 = 1_000_000

  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// Records a run with numbers of threads, each for 100 items with a latency in milliseconds.
  private func record(_ periods: [(threads: Int, latency: Int64)], _ changes: [RunChange] = []) throws -> Int? {
    let file = "\(sandbox.path)/file.run"
    let run = RunRecord(
      id: "run", created: Self.start, title: "true {}", kind: "command", command: ["true", "{}"], source: "ids",
      directory: "/", options: [:])
    let recorder = try RunRecorder(RunFile.create(at: file, run, durability: .programEnd))
    var now = Self.start, number = 0
    for (threads, latency) in periods {
      recorder.record(RunChange(time: now, kind: number == 0 ? .sessionBegan : .threadsChanged, value: threads))
      for item in 0..<100 {
        number += 1
        if item > 0, item % threads == 0 { now += latency * Self.millisecond }
        let attempt = EndedAttempt(
          worker: 1 + item % threads, start: now, latency: latency * Self.millisecond, outcome: .succeeded)
        recorder.record(RecordedItem(number: number, text: .text("\(number)")), attempt)
      }
      now += latency * Self.millisecond
    }
    for change in changes { recorder.record(change) }
    recorder.recordTotal(number)
    #expect(recorder.finish(.finished, exitCode: 0, at: now) == nil)
    return PastRun(path: file).enoughThreads
  }

  @Test func aRunWithOneNumberSaysNothing() throws {
    #expect(try record([(4, 50)]) == nil)
  }

  @Test func theKneeOfTheNumbersThatAUserSetIsEnough() throws {
    #expect(try record([(1, 100), (2, 100), (4, 200)]) == 2)
  }

  @Test func theNumberThatWasKeptLastIsEnough() throws {
    func chose(_ threads: Int?, _ reason: String?) -> RunChange {
      RunChange(time: Self.start + 1, kind: .automaticThreads, value: threads, reason: reason)
    }
    let choices = [chose(4, "measuring"), chose(12, "gained,8,100,10"), chose(nil, nil)]
    #expect(try record([(4, 50), (12, 50)], choices) == 12)
  }

  @Test func aFileThatIsMissingSaysNothing() {
    #expect(PastRun(path: "\(sandbox.path)/missing.run").enoughThreads == nil)
  }
}
