import Attempts
import Foundation
import ParallelFor
import SQLite
import TestSupport
import Testing

@testable import RunStore

/// Run files that no recorder has written. Every use of one ends with a value or a ``RunStoreError``.
@Suite struct RunFileFuzzTests {
  private static let rounds = 20

  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  @Test(arguments: 0..<8) func bytesAreDamaged(seed: Int) throws {
    let whole = try recorded()
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<Self.rounds {
      try write(random.damaged(whole), to: "")
      use()
    }
  }

  /// The state after a kill: the last transactions are in the log beside the file.
  @Test(arguments: 0..<4) func theLogIsDamaged(seed: Int) throws {
    let recorder = try folder.begin()
    record(with: recorder)
    #expect(recorder.flush() == nil)
    let (file, log) = (try read(""), try read("-wal"))
    #expect(recorder.end() == nil)
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<Self.rounds {
      try write(file, to: "")
      try write(random.damaged(log), to: "-wal")
      use()
    }
  }

  /// The state after a kill: the last attempts are in the tail beside the file.
  @Test(arguments: 0..<4) func theTailIsDamaged(seed: Int) throws {
    let gate = Gate()
    let recorder = try folder.begin()
    recorder.record(
      RecordedItem(number: 100, text: .text("held")), .example(), output: .source(GatedBytes(gate: gate)),
      isKeptAtOnce: false)
    #expect(gate.waitForArrivals(1))
    for number in 1...60 {
      recorder.record(RecordedItem(number: number, text: .text("item \(number)")), .example(), output: .text("out"))
    }
    let (file, tail) = (try read(""), try read("-tail"))
    gate.open()
    #expect(recorder.end() == nil)
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<Self.rounds {
      try write(file, to: "")
      let isCut = Bool.random(using: &random)
      let cut = Array(tail.prefix(.random(in: 0..<tail.count, using: &random)))
      try write(isCut ? cut : random.damaged(tail), to: "-tail")
      use()
    }
  }

  /// All pages are valid, but a value in a column is not.
  @Test(arguments: 0..<8) func valuesAreUnexpected(seed: Int) throws {
    let whole = try recorded()
    let columns = try columns()
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<Self.rounds {
      try write(whole, to: "")
      let database = try RunDatabase(path: folder.file, access: .write)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let (table, column) = try #require(columns.randomElement(using: &random))
        let rows = Bool.random(using: &random) ? "" : "WHERE rowid % 7 = \(Int.random(in: 0..<7, using: &random))"
        // Some columns take no NULL, or no second row of the same number.
        try? database.execute("UPDATE \(table) SET \(column) = \(random.unexpectedValue()) \(rows)")
      }
      database.close()
      use()
    }
  }

  // MARK: - Files

  private func recorded() throws -> [UInt8] {
    let recorder = try folder.begin()
    record(with: recorder)
    #expect(recorder.finish(.interrupted, exitCode: 130, at: 9) == nil)
    return try read("")
  }

  private func record(with recorder: RunRecorder) {
    for number in 1...60 {
      let item = RecordedItem(number: number, text: .text("item \(number)"))
      if number % 7 == 0 { recorder.record(item, .example(.timedOut), output: .text("early"), isFinal: false) }
      let size = number == 5 ? 1_300_000 : number * 40
      recorder.record(
        item, .example(attempt: number % 7 == 0 ? 2 : 1), output: .bytes([UInt8](repeating: 66, count: size)))
    }
    recorder.record(RunChange(time: 1, kind: .threadsChanged, value: 3))
  }

  private func columns() throws -> [(table: String, column: String)] {
    let database = try RunDatabase(path: folder.file, access: .read)
    let rows = try database.prepare(
      "SELECT m.name, c.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'")
    var all: [(String, String)] = []
    while try rows.step() { all.append((rows.text(0), rows.text(1))) }
    return all
  }

  private func read(_ ending: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file + ending)))
  }

  private func write(_ bytes: [UInt8], to ending: String) throws {
    // The side files of an earlier file are no part of this one.
    for other in ["-wal", "-shm", "-journal", "-tail"] where other != ending { unlink(folder.file + other) }
    try Data(bytes).write(to: URL(fileURLWithPath: folder.file + ending))
  }

  // MARK: - Uses

  private func use() {
    _ = HistoryEntry(path: folder.file)
    attempt {
      let reader = try RunReader(path: folder.file)
      defer { reader.close() }
      attempt { _ = try reader.changes() }
      attempt { _ = try reader.latencies() }
      attempt { _ = try reader.unsuccessful(limit: 10) }
      for form in RunExport.allCases { attempt { try form.export(reader) { _ in } } }
      for item in try reader.allItems() {
        attempt { _ = try reader.earlierAttempts(of: item) }
        attempt { try reader.bytes(.output, of: item).forEachChunk { _ in } }
      }
    }
    for mode in EarlierItems.Mode.allCases { attempt { try resume(mode) } }
  }

  private func resume(_ mode: EarlierItems.Mode) throws {
    let recorder = try folder.resume()
    defer { _ = recorder.end() }
    let reader = try RunReader(path: folder.file)
    defer { reader.close() }
    let earlier = try EarlierItems(recorder, reader, mode: mode, remembering: 10)
    for number in [1, 2, 5, 9, 3, 14, 70] {
      let text = CapturedBytes.text("item \(number)")
      switch try earlier.next(text: text) {
      case .run(let place): recorder.record(RecordedItem(place, text: text), .example())
      case .keep(let item): attempt { try reader.bytes(.output, of: item).forEachChunk { _ in } }
      }
    }
    try earlier.endOfItems()
  }

  private func attempt(_ body: () throws -> Void) {
    do { try body() } catch { #expect(error is RunStoreError, "\(error)") }
  }
}
