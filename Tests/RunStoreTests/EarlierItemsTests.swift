import Attempts
import ParallelFor
import SQLite
import TestSupport
import Testing

@testable import RunStore

@Suite struct EarlierItemsTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  /// Returns the decisions of a resumed run: the old row of each kept item, or nil for an item to run.
  private func resume(
    _ items: [String], mode: EarlierItems.Mode = .outstanding, remembering limit: Int64 = EarlierItems.rememberedRows,
    runs: Bool = true
  ) throws -> [Int64?] {
    let recorder = try folder.resume()
    let reader = try RunReader(path: folder.file)
    let earlier = try EarlierItems(recorder, reader, mode: mode, remembering: limit)
    var unused = Set(try reader.allItems().map(\.row))
    var rows: [Int64?] = []
    for item in items {
      switch try earlier.next(text: .text(item)) {
      case .keep(let record):
        #expect(record.text == bytes(item))
        rows.append(record.row)
        unused.remove(record.row)
      case .run(let place):
        #expect(place.number == rows.count + 1)
        unused.remove(place.row)
        if runs { recorder.record(RecordedItem(place, text: .text(item)), .example(), output: .text("new \(item)")) }
        rows.append(nil)
      }
    }
    try earlier.endOfItems()
    #expect(earlier.counts.gone == unused.count)
    #expect(recorder.finish(.finished, exitCode: 0, at: 9) == nil)
    return rows
  }

  /// Expects the file of a resumed run to have the items in order, each once.
  private func expectFile(_ items: [String]) throws {
    let reader = try RunReader(path: folder.file)
    let all = try reader.allItems()
    #expect(all.map(\.text) == items.map { bytes($0) })
    #expect(all.map(\.number) == items.indices.map { $0 + 1 })
    #expect(try reader.record().counts.done == items.count)
    #expect(try reader.record().total == items.count)
    for number in items.indices.map({ $0 + 1 }) { #expect(try reader.item(number: number)?.number == number) }
  }

  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let before: [String]
    let after: [String]
    let kept: [Int64?]
  }

  static let cases = [
    Case(description: "unchanged", before: ["a", "b"], after: ["a", "b"], kept: [1, 2]),
    Case(description: "extended", before: ["a", "b"], after: ["a", "b", "c"], kept: [1, 2, nil]),
    Case(description: "shortened", before: ["a", "b", "c"], after: ["a"], kept: [1]),
    Case(description: "an item before", before: ["a", "b"], after: ["x", "a", "b"], kept: [nil, 1, 2]),
    Case(description: "the first one gone", before: ["a", "b", "c"], after: ["b", "c"], kept: [2, 3]),
    Case(description: "turned round", before: ["a", "b", "c"], after: ["c", "b", "a"], kept: [3, 2, 1]),
    Case(description: "equal items", before: ["a", "a"], after: ["a", "a", "a"], kept: [1, 2, nil]),
    Case(description: "equal items moved", before: ["a", "b", "a"], after: ["b", "a", "a"], kept: [2, 1, 3]),
    Case(description: "fewer equal items", before: ["a", "a", "b"], after: ["a", "b"], kept: [1, 3]),
    Case(description: "nothing known", before: ["a"], after: ["b", "c"], kept: [nil, nil]),
    Case(description: "nothing left", before: ["a", "b"], after: [], kept: []),
  ]

  @Test(arguments: cases, [0, EarlierItems.rememberedRows]) func itemsAreFoundAgain(_ test: Case, _ limit: Int64) throws
  {
    try folder.record(test.before)
    #expect(try resume(test.after, remembering: limit) == test.kept)
    try expectFile(test.after)
    // Once more, now from a file whose rows may be anywhere.
    #expect(try !resume(test.after, remembering: limit).contains(nil))
    try expectFile(test.after)
  }

  @Test(arguments: EarlierItems.Mode.allCases) func theModeSaysWhatRunsAgain(_ mode: EarlierItems.Mode) throws {
    let outcomes: [Outcome] = [.succeeded, .failed(Failure("x")), .timedOut, .cancelled]
    try folder.record(["a", "b", "c", "d"]) { outcomes[$0 - 1] }
    let expected: [Int64?] =
      switch mode {
      case .outstanding: [1, 2, 3, nil]
      case .failed: [1, nil, nil, nil]
      case .all: [nil, nil, nil, nil]
      }
    #expect(try resume(["a", "b", "c", "d"], mode: mode) == expected)
    let reader = try RunReader(path: folder.file)
    let items = try reader.allItems()
    #expect(items.map(\.attempts) == expected.map { $0 == nil ? 2 : 1 })
    #expect(try reader.record().counts.done == 4)
    let failed = try reader.earlierAttempts(of: items[1]).map(\.attempt.outcome)
    #expect(failed == (mode == .outstanding ? [] : [.failed(Failure("x"))]))
  }

  @Test func fieldsBelongToTheItem() throws {
    let recorder = try folder.begin()
    recorder.record(RecordedItem(number: 1, text: .text("a"), fields: bytes(#"{"x":"a"}"#)), .example())
    #expect(recorder.end() == nil)
    let again = try folder.resume()
    let earlier = try EarlierItems(again, RunReader(path: folder.file), mode: .outstanding)
    #expect(
      try earlier.next(text: .text("a"), fields: bytes(#"{"y":"a"}"#))
        == .run(ItemPlace(number: 1, row: RowSet.firstExtra + 1, earlierAttempts: 0)))
    guard case .keep = try earlier.next(text: .text("a"), fields: bytes(#"{"x":"a"}"#)) else {
      Issue.record("the item with the same fields was not found")
      return
    }
    #expect(again.end() == nil)
  }

  /// A simple model: equal items take the row of their number, or else the first unused row.
  ///
  /// While every item is in the row of its number, an item that disappeared from the file keeps that number.
  private struct Model {
    var rows: [(row: Int64, number: Int?, text: String)]

    mutating func take(_ text: String, number: Int) -> Int64? {
      let equal = rows.indices.filter { rows[$0].text == text }
      let place =
        equal.first { rows[$0].number == number } ?? equal.min { rows[$0].row < rows[$1].row }
      return place.map { rows.remove(at: $0).row }
    }
  }

  @Test(arguments: 0..<60) func anySequenceOfChangesFitsTheModel(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let words = (0..<Int.random(in: 1...12, using: &random)).map { "w\($0)" }
    func anyItems() -> [String] {
      (0..<Int.random(in: 0...30, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
    }
    try folder.record(anyItems())
    var items = try RunReader(path: folder.file).allItems().map { String(decoding: $0.text, as: UTF8.self) }
    for _ in 0..<4 {
      switch Int.random(in: 0..<5, using: &random) {
      case 0: items.shuffle(using: &random)
      case 1: items += anyItems()
      case 2: items = Array(items.prefix(Int.random(in: 0...items.count, using: &random)))
      case 3: items.insert(words[0], at: Int.random(in: 0...items.count, using: &random))
      default: items = anyItems()
      }
      let reader = try RunReader(path: folder.file)
      let isRenumbered = try reader.integer("SELECT renumbered FROM run") != 0
      var model = Model(
        rows: try reader.everyRow().map {
          ($0.row, isRenumbered ? $0.number : Int($0.row), String(decoding: $0.text, as: UTF8.self))
        })
      let expected = items.enumerated().map { model.take($1, number: $0 + 1) }
      reader.close()
      let limit = Bool.random(using: &random) ? 0 : EarlierItems.rememberedRows
      #expect(try resume(items, remembering: limit) == expected, "\(items)")
      try expectFile(items)
    }
  }

  /// A kill in the middle of a resumed run keeps completed items as done, and no others.
  @Test(arguments: 0..<30) func aResumedRunMayBeKilledAtAnyItem(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var items = (0..<40).map { "i\($0 % 25)" }
    _ = try folder.begin().end()
    var ran = 0
    var isOver = false
    while !isOver {
      if Bool.random(using: &random) { items.shuffle(using: &random) }
      let recorder = try folder.resume()
      let earlier = try EarlierItems(recorder, RunReader(path: folder.file), mode: .outstanding, remembering: 5)
      let last = Int.random(in: 0...items.count + 5, using: &random)
      for item in items.prefix(last) {
        guard case .run(let place) = try earlier.next(text: .text(item)), Int.random(in: 0..<8, using: &random) > 0
        else { continue }
        recorder.record(RecordedItem(place, text: .text(item)), .example())
        ran += 1
      }
      if last >= items.count { try earlier.endOfItems() }
      #expect(recorder.end() == nil)
      isOver = ran == items.count && last >= items.count
      try #require(ran <= items.count)
    }
    let all = try RunReader(path: folder.file).allItems()
    #expect(all.map { String(decoding: $0.text, as: UTF8.self) }.sorted() == items.sorted())
  }
}

extension RunReader {
  /// All rows, also those of items that are no longer in the items file.
  fileprivate func everyRow() throws -> [ItemRecord] {
    try locked { () throws(RunStoreError) in
      let rows = try statement("\(selectItems) ORDER BY id")
      defer { rows.reset() }
      var all: [ItemRecord] = []
      while try rows.step() { all.append(try item(rows)) }
      return all
    }
  }
}
