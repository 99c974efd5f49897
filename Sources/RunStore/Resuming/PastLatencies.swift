package import Attempts
import SQLite

/// How items did in a recorded run, found like the items of a resumed run: by text and fields, and in order
/// among equal items.
///
/// The run file is read in step with the items until the first one that is not in its old place; from then on, the rest
/// of the file is searched. Used by one thread.
package final class PastLatencies {
  /// What is known about an item.
  package struct Item: Equatable {
    /// How long it took in nanoseconds; nil if unknown, or if it was stopped.
    package var latency: Int64?
    /// Whether it failed or timed out.
    package var hasFailed = false
  }

  /// The maximum number of items to search, which bounds the memory: about 24 bytes each.
  static let searchedRows = 500_000
  private static let page = 1_000

  private let reader: RunReader
  private let searchedLimit: Int
  private var number: Int64 = 0
  /// The rows that were read; those from ``next`` on have not been compared.
  private var rows: [Row] = []
  private var next = 0
  private var lastRow: Int64 = 0
  private var search: KeySearch?

  /// Starts at the first item.
  ///
  /// - Parameter reader: reads the run.
  package convenience init(_ reader: RunReader) throws(RunStoreError) {
    try self.init(reader, searching: Self.searchedRows)
  }

  init(_ reader: RunReader, searching limit: Int) throws(RunStoreError) {
    self.reader = reader
    searchedLimit = limit
    if try reader.integer("SELECT renumbered FROM run") != 0 { try beginSearch() }
  }

  /// Returns what is known about the next item of the items file.
  ///
  /// - Parameters:
  ///   - text: the entry, byte for byte.
  ///   - fields: its fields as they are recorded.
  /// - Throws: when the run file cannot be read.
  package func next(text: CapturedBytes, fields: [UInt8]? = nil) throws(RunStoreError) -> Item {
    number += 1
    if search == nil, try row() == nil { return Item() }
    let key: Int64
    do { key = try ItemKey.of(text, fields: fields) } catch {
      throw RunStoreError(.failed, reader.path, "an item cannot be read: \(error)")
    }
    if search == nil, let row = try row() {
      if row.key == key {
        next += 1
        return row.item
      }
      try beginSearch()
    }
    return search?.take(key) ?? Item()
  }

  /// Returns the row with the current number; nil if there is none.
  private func row() throws(RunStoreError) -> Row? {
    while true {
      if next == rows.count, try !readPage() { return nil }
      if rows[next].id >= number { return rows[next].id == number ? rows[next] : nil }
      next += 1
    }
  }

  private func beginSearch() throws(RunStoreError) {
    var found = KeySearch(limit: searchedLimit)
    found.add(rows[next...])
    while !found.isFull, try readPage() { found.add(rows[...]) }
    found.sort()
    search = found
    rows = []
    next = 0
  }

  /// Reads the next rows; returns false at the end.
  private func readPage() throws(RunStoreError) -> Bool {
    next = 0
    rows = try reader.locked { () throws(RunStoreError) in
      let statement = try reader.statement(
        "SELECT id, key, outcome, latency FROM items WHERE id > ? ORDER BY id LIMIT \(Self.page)")
      statement.bind(lastRow, at: 0)
      defer { statement.reset() }
      var rows: [Row] = []
      while try statement.step() {
        let (id, outcome) = (statement.integer(0), statement.optionalInteger(2))
        let latency = outcome == nil || outcome == OutcomeCode.cancelled ? nil : statement.optionalInteger(3)
        guard NumberRange.measures.contains(latency ?? 0) else {
          throw SQLiteProblem.damaged(reader.path, "an item took \(latency ?? 0) ns")
        }
        let hasFailed = outcome == OutcomeCode.failed || outcome == OutcomeCode.timedOut
        rows.append(Row(id: id, key: statement.integer(1), item: Item(latency: latency, hasFailed: hasFailed)))
      }
      return rows
    }
    guard let last = rows.last?.id, last > lastRow else { return false }
    lastRow = last
    return true
  }

  private struct Row {
    var id: Int64
    var key: Int64
    var item: Item
  }

  /// Items by their keys; equal ones are taken in order.
  private struct KeySearch {
    private struct Entry {
      var key: Int64
      /// In nanoseconds; negative when unknown.
      var latency: Float
      var hasFailed: Bool
      /// In the first entry of a key: how many with that key were taken. Before sorting: the original position.
      var taken: UInt32
    }

    private let limit: Int
    private var entries: [Entry] = []

    init(limit: Int) { self.limit = limit }

    var isFull: Bool { entries.count >= limit }

    mutating func add(_ rows: ArraySlice<Row>) {
      for row in rows.prefix(limit - entries.count) {
        entries.append(
          Entry(
            key: row.key, latency: row.item.latency.map { Float($0) } ?? -1, hasFailed: row.item.hasFailed,
            taken: UInt32(entries.count)))
      }
    }

    /// Sorts by key; equal items keep their order.
    mutating func sort() {
      entries.sort { ($0.key, $0.taken) < ($1.key, $1.taken) }
      for index in entries.indices { entries[index].taken = 0 }
    }

    mutating func take(_ key: Int64) -> Item? {
      var (low, high) = (0, entries.count)
      while low < high {
        let middle = (low + high) / 2
        if entries[middle].key < key { low = middle + 1 } else { high = middle }
      }
      guard low < entries.count, entries[low].key == key else { return nil }
      let place = low + Int(entries[low].taken)
      guard place < entries.count, entries[place].key == key else { return nil }
      entries[low].taken += 1
      let found = entries[place]
      return Item(latency: found.latency < 0 ? nil : Int64(found.latency), hasFailed: found.hasFailed)
    }
  }
}
