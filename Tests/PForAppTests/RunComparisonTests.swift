import Attempts
import ParallelFor
import TestSupport
import Testing

@testable import PForApp
@testable import RunStore

/// Two runs of the same items side by side.
@Suite struct RunComparisonTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// Records a run of items with latencies in milliseconds; those without one fail.
  private func run(_ name: String, _ items: [(text: String, milliseconds: Int64?)]) throws -> RunReader {
    let file = "\(sandbox.path)/\(name).run"
    let start: Int64 = 1_700_000_000_000_000_000
    let run = RunRecord(
      id: name, created: start, title: "true {}", kind: "command", command: ["true", "{}"], source: "ids",
      directory: "/", options: [:])
    let recorder = try RunRecorder(RunFile.create(at: file, run, durability: .programEnd))
    for (index, item) in items.enumerated() {
      let outcome: Outcome = item.milliseconds == nil ? .failed(Failure("no")) : .succeeded
      recorder.record(
        RecordedItem(number: index + 1, text: .text(item.text)),
        EndedAttempt(worker: 1, start: start, latency: (item.milliseconds ?? 1) * 1_000_000, outcome: outcome))
    }
    recorder.recordTotal(items.count)
    #expect(recorder.finish(.finished, exitCode: 0, at: start) == nil)
    return try RunReader(path: file)
  }

  @Test func itemsArePairedByTheirTexts() throws {
    let before = try run("a", [("x", 100), ("y", 10), ("y", 20), ("gone", 5), ("bad", nil)])
    let after = try run("b", [("y", 40), ("new", 7), ("x", 100), ("y", 22), ("bad", 9)])
    let comparison = try RunComparison(before, after)
    #expect(
      comparison.pairs.map { "\(String(decoding: $0.text, as: UTF8.self)) \($0.before) \($0.after)" } == [
        "y 10000000 40000000", "x 100000000 100000000", "y 20000000 22000000",
      ])
    #expect(comparison.slower.map(\.number) == [1])
    #expect(comparison.lines[0].contains("3 succeeded in both runs, 1 only in the earlier and 2 only in the later one"))
  }

  @Test func theItemThatGotSlowestComesFirst() throws {
    let before = try run("a", (1...60).map { ("item-\($0)", 100) })
    let after = try run("b", (1...60).map { ("item-\($0)", $0 == 7 ? 5_000 : $0 > 30 ? 200 : 100) })
    let lines = try RunComparison(before, after).lines
    let first = try #require(lines.firstIndex(of: "items that got slower").map { lines[$0 + 1] })
    #expect(first.contains("50.0 ×") && first.hasSuffix("  100 ms →   5.0 s  #7 item-7"))
    #expect(lines.last == "and 11 more")
    #expect(lines.contains { $0.hasPrefix("slower    31 took at least a quarter longer, 0 ") })
    #expect(lines.contains { $0.contains("100 %") && $0.contains("48 %") }, "both distributions: \(lines)")
  }

  @Test func textsAreHarmless() throws {
    let text = "a\u{1B}[31m\nb"
    let lines = try RunComparison(run("a", [(text, 1)]), run("b", [(text, 100)])).lines
    #expect(lines.allSatisfy { line in line.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
  }

  @Test func runsWithoutACommonItemSaySo() throws {
    let lines = try RunComparison(run("a", [("x", 1)]), run("b", [("y", 1)])).lines
    #expect(lines == ["no item has succeeded in both runs"])
  }
}
