import SQLite

/// How long items took in a recorded run, found as a resumed run finds its items: by text and fields, and among equal
/// items by their order.
///
/// While every item is where it was, the run file is read along; from the first other one on, what is left of
/// it is searched. Used by one thread.
public final class PastLatencies {
  /// The most items that are searched, so that the memory is bounded: about 16 bytes each.
  static let searchedRows = 500_000
  private static let page = 1_000

  private let reader: RunReader
  private let searchedLimit: Int
  private var number: Int64 = 0
  /// The rows from ``next`` on have been read and not been compared.
  private var rows: [Row] = []
  private var next = 0
  private var lastRow: Int64 = 0
  private var search: KeySearch?

  /// Begins at the first item.
  ///
  /// - Parameter reader: reads the run.
  public convenience init(_ reader: RunReader) throws(RunStoreError) {
    try self.init(reader, searching: Self.searchedRows)
  }

  init(_ reader: RunReader, searching limit: Int) throws(RunStoreError) {
    self.reader = reader
    searchedLimit = limit
    if try reader.integer("SELECT renumbered FROM run") != 0 { try beginSearch() }
  }

  /// How long the next item of the items file took in nanoseconds; nil when that is not known, or it was stopped.
  ///
  /// - Parameters:
  ///   - text: the entry, byte for byte.
  ///   - fields: its fields as they are recorded.
  /// - Throws: when the run file cannot be read.
  public func next(text: RecordedBytes, fields: [UInt8]? = nil) throws(RunStoreError) -> Int64? {
    number += 1
    if search == nil, try row() == nil { return nil }
    let key: Int64
    do { key = try ItemKey.of(text, fields: fields) } catch {
      throw RunStoreError(.failed, reader.path, "an item cannot be read: \(error)")
    }
    if search == nil, let row = try row() {
      if row.key == key {
        next += 1
        return row.latency
      }
      try beginSearch()
    }
    return search?.take(key)
  }

  /// What is recorded of the item with the present number, if anything is.
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

  /// False at the end.
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
        rows.append(Row(id: id, key: statement.integer(1), latency: latency))
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
    var latency: Int64?
  }

  /// Items by their keys; among equal ones, the first that has not been taken is taken.
  private struct KeySearch {
    private struct Entry {
      var key: Int64
      /// In nanoseconds; negative when unknown.
      var latency: Float
      /// How many of those with this key have been taken; counted in the first of them. Until they are sorted, their order.
      var taken: UInt32
    }

    private let limit: Int
    private var entries: [Entry] = []

    init(limit: Int) { self.limit = limit }

    var isFull: Bool { entries.count >= limit }

    mutating func add(_ rows: ArraySlice<Row>) {
      for row in rows.prefix(limit - entries.count) {
        entries.append(
          Entry(key: row.key, latency: row.latency.map { Float($0) } ?? -1, taken: UInt32(entries.count)))
      }
    }

    /// Equal items keep their order.
    mutating func sort() {
      entries.sort { ($0.key, $0.taken) < ($1.key, $1.taken) }
      for index in entries.indices { entries[index].taken = 0 }
    }

    mutating func take(_ key: Int64) -> Int64? {
      var (low, high) = (0, entries.count)
      while low < high {
        let middle = (low + high) / 2
        if entries[middle].key < key { low = middle + 1 } else { high = middle }
      }
      guard low < entries.count, entries[low].key == key else { return nil }
      let place = low + Int(entries[low].taken)
      guard place < entries.count, entries[place].key == key else { return nil }
      entries[low].taken += 1
      return entries[place].latency < 0 ? nil : Int64(entries[place].latency)
    }
  }
}
