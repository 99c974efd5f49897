import Attempts
import Foundation
import ParallelFor
import TestSupport
import Testing

@testable import RunStore

/// Malicious files get a message, and take no more time and memory than their size suggests.
@Suite struct HostileFileTests {
  private let folder: RunFolder

  init() throws {
    folder = try RunFolder()
    try folder.record(["a", "b", "c"])
  }

  private func change(_ statements: String) throws {
    let database = try RunDatabase(path: folder.file, access: .write)
    try database.execute(statements)
    database.close()
  }

  private func kind(_ body: () throws -> Void) -> RunStoreError.Kind? {
    do {
      try body()
      return nil
    } catch {
      return (error as? RunStoreError)?.kind
    }
  }

  @Test(arguments: [
    """
    DROP TABLE changes;
    CREATE VIEW changes AS WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r)
      SELECT id, 1 AS time, 'paused' AS kind, NULL AS value, NULL AS checksum FROM r
    """,
    "CREATE TRIGGER t AFTER INSERT ON items BEGIN DELETE FROM items; END", "CREATE TABLE mine(a)",
    "CREATE INDEX mine ON items(latency)", "ALTER TABLE items ADD COLUMN mine AS (latency + 1)",
    "DROP VIEW all_attempts", "DROP INDEX attempts_item", "DROP TABLE chunks", "DROP INDEX items_unsuccessful",
    "DROP TABLE run; CREATE TABLE run(id)", "PRAGMA user_version = 2", "PRAGMA user_version = 0",
  ])
  func tablesThatAreNotOursAreRefused(statements: String) throws {
    try change(statements)
    #expect(kind { _ = try RunReader(path: folder.file) } == .damaged)
    #expect(kind { _ = try RunFile.open(at: folder.file) } == .damaged)
    #expect(HistoryEntry(path: folder.file).state == .unreadable)
  }

  @Test func indexesOfARenumberedAndSearchedRunAreOurs() throws {
    let recorder = try folder.resume()
    recorder.append(.makeIndexes)
    recorder.append(.renumber(row: 1, number: 2))
    #expect(recorder.end() == nil)
    #expect(try RunReader(path: folder.file).allItems().count == 3)
  }

  @Test(arguments: [Int64.max, 1 << 41, 1 << 33, 0, -5, .min]) func rowsThatCannotBeAreRefused(row: Int64) throws {
    try change("UPDATE items SET id = \(row) WHERE id = 2")
    let recorder = try folder.resume()
    let reader = try RunReader(path: folder.file)
    #expect(kind { _ = try EarlierItems(recorder, reader, mode: .outstanding) } == .damaged)
    #expect(recorder.end() == nil)
  }

  @Test(arguments: ["start", "latency", "wait", "cpu", "peak_memory", "worker"], [Int64.max, .min])
  func numbersThatCannotBeAreRefused(column: String, value: Int64) throws {
    try change("UPDATE run SET unchecked = 1; UPDATE items SET checksum = NULL, \(column) = \(value) WHERE id = 2")
    let database = try RunDatabase(path: folder.file, access: .write)
    database.checks = .all
    try RunRow.seal(database)
    database.close()
    let reader = try RunReader(path: folder.file)
    #expect(kind { _ = try reader.item(number: 2) } == .damaged)
    #expect(try reader.item(number: 1) != nil)
  }

  /// The next piece gets the next number.
  @Test(arguments: [Int64.max, -1, 1 << 41]) func piecesInImpossibleRowsAreRefused(row: Int64) throws {
    try change("INSERT INTO chunks(id, rest, bytes) VALUES(\(row), 0, x'00')")
    #expect(kind { _ = try folder.resume() } == .damaged)
  }

  /// An item is in one of the last possible rows. Nothing counts up to it.
  @Test func rowsFarApartAreSteppedOver() throws {
    try change("UPDATE items SET id = \((1 << 32) - 1), number = \((1 << 32) - 1) WHERE id = 3")
    let recorder = try folder.resume()
    let reader = try RunReader(path: folder.file)
    let earlier = try EarlierItems(recorder, reader, mode: .outstanding)
    _ = try earlier.next(text: .text("a"))
    try earlier.endOfItems()
    reader.close()
    #expect(recorder.end() == nil)
    #expect(try RunReader(path: folder.file).allItems().map(\.number) == [1])
  }

  @Test(arguments: 0..<20) func theFirstMemberOfARangeIsFound(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var rows = RowSet()
    var model: Set<Int64> = []
    let first: Int64 = Bool.random(using: &random) ? 1 : RowSet.firstExtra
    for _ in 0..<Int.random(in: 0...30, using: &random) {
      let row = first + Int64.random(in: 0..<300, using: &random) * (seed % 2 == 0 ? 1 : 1_000)
      #expect(rows.insert(row) == model.insert(row).inserted)
    }
    for _ in 0..<100 {
      let stretch: Int64 = seed % 2 == 0 ? 1 : 1_000
      let start = first + Int64.random(in: 0..<400, using: &random) * stretch
      let range = start..<start + Int64.random(in: 0..<200, using: &random) * stretch
      #expect(rows.firstMember(in: range) == model.filter { range.contains($0) }.min() ?? range.upperBound)
      #expect(rows.contains(start) == model.contains(start))
    }
  }

  @Test func aRunHasOneRow() throws {
    try change("INSERT INTO run SELECT * FROM run")
    #expect(kind { _ = try RunReader(path: folder.file) } == .damaged)
  }

  /// Several thousand attempts come in pages, each once and in order.
  @Test func attemptsAreReadInPages() throws {
    let recorder = try folder.resume()
    let place = ItemPlace(number: 4)
    for attempt in 1...2_500 {
      recorder.record(
        RecordedItem(place, text: .text("d")), .example(.failed(Failure("no")), attempt: attempt),
        isFinal: attempt == 2_500)
    }
    #expect(recorder.end() == nil)
    let reader = try RunReader(path: folder.file)
    let item = try #require(try reader.item(number: 4))
    var numbers: [Int] = []
    try reader.forEachEarlierAttempt(of: item) { numbers.append($0.attempt.attempt) }
    #expect(numbers == Array(1..<2_500))
    #expect(try reader.earlierAttempts(of: item).count == 1_000)
  }

  /// An interior page leads to the same leaf repeatedly. The query ends anyway.
  @Test func pagesThatLeadInCirclesAreAnError() throws {
    let database = try RunDatabase(path: folder.file, access: .read)
    let error = #expect(throws: RunStoreError.self) {
      try database.integer(
        "WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r) SELECT count(*) FROM r, items WHERE id < 0")
    }
    #expect(error?.kind == .damaged)
  }
}
