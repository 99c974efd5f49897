import Attempts
import ParallelFor
import SQLite
import TestSupport
import Testing

@testable import RunStore

/// Items that are written together are in the file as if each had been written alone.
@Suite struct PlainItemsTests {
  private struct Written: Equatable {
    var items: [String]
    var attempts: [String]
    var counts: RunCounts
  }

  private static let start: Int64 = 1_700_000_000_000_000_000

  /// Returns an attempt that succeeded at once, with the changes of `change`.
  private func attempt(_ number: Int, _ change: (inout EndedAttempt) -> Void = { _ in }) -> EndedAttempt {
    var attempt = EndedAttempt(
      worker: number % 7, start: Self.start + Int64(number), latency: 100 + Int64(number), outcome: .succeeded,
      wait: Int64(number))
    change(&attempt)
    return attempt
  }

  private func append(_ number: Int, to batch: inout RecordBatch, attempt: EndedAttempt? = nil) throws {
    let hostile: [[UInt8]] = [[], [0xFF], bytes("a\0b"), bytes("größe"), bytes("1")]
    try batch.append(
      RecordedItem(
        number: number, text: .text("item \(number)"), fields: number % 3 == 0 ? bytes(#"{"n":"\#(number)"}"#) : nil),
      attempt ?? self.attempt(number), output: .bytes(hostile[number % hostile.count]), errors: .bytes([]),
      isFinal: true)
  }

  private func write(_ batches: [[(Int, EndedAttempt?)]]) throws -> Written {
    let folder = try RunFolder()
    let file = try RunFile.create(at: folder.file, .example, durability: .programEnd)
    let writer = try RecordWriter(file)
    for items in batches {
      var batch = RecordBatch()
      for (number, attempt) in items { try append(number, to: &batch, attempt: attempt) }
      try writer.write(batch)
    }
    let written = Written(
      items: try rows(.items, of: file), attempts: try rows(.attempts, of: file),
      counts: try RunReader(path: folder.file).record().counts)
    #expect(file.close() == nil)
    return written
  }

  private func rows(_ table: Table, of file: RunFile) throws -> [String] {
    let columns = table.columns.map { "quote(\($0.name))" }.joined(separator: " || ' ' || ")
    let statement = try file.database.prepare("SELECT \(columns) FROM \(table.name) ORDER BY 1")
    defer { statement.close() }
    var rows: [String] = []
    while try statement.step() { rows.append(statement.text(0)) }
    return rows
  }

  @Test(arguments: [1, 15, 16, 17, 100])
  func manyAreWrittenAsOneByOne(_ count: Int) throws {
    var numbers = Array(1...count)
    var random = SeededGenerator(seed: UInt64(count))
    numbers.shuffle(using: &random)
    let one = try write(numbers.map { [($0, nil)] })
    #expect(one.items.count == count)
    #expect(one.counts.succeeded == count)
    #expect(try write([numbers.map { ($0, nil) }]) == one)
  }

  @Test func othersAmongThemAreWrittenInTheirPlaces() throws {
    let changes: [(inout EndedAttempt) -> Void] = [
      { $0.outcome = .failed(Failure("no")) }, { $0.outcome = .timedOut }, { $0.process.exitStatus = 0 },
      { $0.process.cpu = 5 },
      { $0.process.peakMemory = 6 }, { $0.note = "remark" }, { $0.wait = nil }, { $0.process.signal = 9 },
    ]
    let items = (1...200).map { number in
      (number, number % 25 == 0 ? attempt(number, changes[number / 25 - 1]) : nil)
    }
    let one = try write(items.map { [$0] })
    #expect(one.counts.failed == 1)
    #expect(try write([items]) == one)
  }

  @Test func anOldRowBecomesAnEarlierAttempt() throws {
    let before = [20, 37, 38, 64].map { ($0, Optional(attempt($0) { $0.outcome = .failed(Failure("once")) })) }
    let items: [(Int, EndedAttempt?)] = (1...64).map { ($0, nil) }
    let one = try write([before] + items.map { [$0] })
    #expect(one.attempts.count == 4)
    #expect(one.counts.succeeded == 64 && one.counts.failed == 0)
    #expect(try write([before, items]) == one)
  }

  @Test func anItemThatComesTwiceInABatchKeepsItsLastAttempt() throws {
    let items: [(Int, EndedAttempt?)] = (1...40).map { ($0, nil) } + [(7, attempt(7) { $0.latency = 9 })]
    let one = try write(items.map { [$0] })
    #expect(one.attempts.count == 1)
    #expect(try write([items]) == one)
  }
}
