import Attempts
import ParallelFor
import Testing

@testable import RunStore

@Suite struct PastLatenciesTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  /// Records items; the latency of each is its number in seconds.
  private func record(_ items: [String?], outcome: (Int) -> Outcome = { _ in .succeeded }) throws {
    let recorder = try folder.begin()
    for (index, item) in items.enumerated() {
      guard let item else { continue }
      var attempt = EndedAttempt.example(outcome(index + 1))
      attempt.latency = Int64(index + 1) * 1_000_000_000
      recorder.record(RecordedItem(number: index + 1, text: .text(item)), attempt)
    }
    #expect(recorder.finish(.finished, exitCode: 0, at: 9) == nil)
  }

  /// Returns how long items took, in seconds.
  private func find(_ items: [String], searching limit: Int = PastLatencies.searchedRows) throws -> [Int?] {
    let past = try PastLatencies(try RunReader(path: folder.file), searching: limit)
    return try items.map { try past.next(text: .text($0)).latency.map { Int(($0 + 500_000_000) / 1_000_000_000) } }
  }

  @Test(
    arguments: [
      (["a", "b", "c"], ["a", "b", "c"], [1, 2, 3]),
      (["a", "b", "c"], ["a", "b", "c", "d"], [1, 2, 3, nil]),
      (["a", "b", "c"], ["c", "a"], [3, 1]),
      (["a", "b", "c"], ["x", "a", "b", "c"], [nil, 1, 2, 3]),
      (["a", "a", "b", "a"], ["b", "a", "a", "a", "a"], [3, 1, 2, 4, nil]),
      (["a", nil, "c"], ["a", "b", "c", "d"], [1, nil, 3, nil]),
      (["a", "b"], [], []),
    ] as [([String?], [String], [Int?])])
  func itemsAreFoundByTheirTextAndTheirOrder(before: [String?], after: [String], expected: [Int?]) throws {
    try record(before)
    #expect(try find(after) == expected)
  }

  @Test func manyItemsAreFoundInAnyOrder() throws {
    let items = (1...2_500).map { "item \($0)" }
    try record(items)
    #expect(try find(items) == (1...2_500).map { $0 })
    #expect(try find(items.reversed()) == (1...2_500).reversed().map { $0 })
  }

  @Test func noMoreThanAFewAreSearched() throws {
    try record(["a", "b", "c", "d"])
    #expect(try find(["d", "c", "b", "a"], searching: 2) == [nil, nil, 2, 1])
  }

  @Test func stoppedItemsHaveNoTimeAndFailedOnesHave() throws {
    try record(["a", "b", "c"]) { [.cancelled, .failed(Failure("x")), .timedOut][$0 - 1] }
    #expect(try find(["a", "b", "c"]) == [nil, 2, 3])
  }

  @Test func aRunWhoseItemsHaveMovedIsSearchedFromTheBeginning() throws {
    try record(["a", "b"])
    let recorder = try folder.resume()
    let reader = try RunReader(path: folder.file)
    let earlier = try EarlierItems(recorder, reader, mode: .outstanding)
    for item in ["b", "a"] { _ = try earlier.next(text: .text(item)) }
    try earlier.endOfItems()
    #expect(recorder.finish(.finished, exitCode: 0, at: 9) == nil)
    #expect(try find(["b", "a"]) == [2, 1])
  }

  @Test func fieldsTellItemsApart() throws {
    let recorder = try folder.begin()
    for (index, fields) in [bytes(#"{"x":"1"}"#), bytes(#"{"x":"2"}"#)].enumerated() {
      var attempt = EndedAttempt.example()
      attempt.latency = Int64(index + 1)
      recorder.record(RecordedItem(number: index + 1, text: .text("a"), fields: fields), attempt)
    }
    #expect(recorder.finish(.finished, exitCode: 0, at: 9) == nil)
    let past = try PastLatencies(try RunReader(path: folder.file))
    #expect(try past.next(text: .text("a"), fields: bytes(#"{"x":"2"}"#)).latency == 2)
    #expect(try past.next(text: .text("a")).latency == nil)
  }
}
