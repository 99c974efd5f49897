package import Attempts
import ParallelFor
import SQLite

/// Decides for each item of a resumed run whether it must run, while the run reads its items again.
///
/// An item is found by its text and its fields, not by its number. The row of the same number is tried first, then the
/// recorded rows of equal items in their order; every row is used once. So a run resumes correctly when its items file
/// was shuffled, extended or shortened. Used only by the thread that reads the items.
package final class EarlierItems {
  /// Which of the recorded items run again.
  package enum Mode: String, Sendable, CaseIterable {
    /// Items that were stopped or never recorded.
    case outstanding
    /// Items that failed, timed out, were stopped or were never recorded.
    case failed
    /// All items.
    case all
  }

  /// What to do with an item.
  package enum Decision: Sendable, Equatable {
    /// The item is done; its output can be read from the run file.
    case keep(ItemRecord)
    /// The item must run, and is recorded at this place.
    case run(ItemPlace)
  }

  /// The number of items that were seen so far.
  package struct Counts: Sendable, Equatable {
    /// Items that are done and kept.
    package var kept = 0
    /// Items that are recorded and run again.
    package var again = 0
    /// Items that were not recorded before.
    package var new = 0
    /// Recorded items that are no longer among the items; known at the end of the items.
    package var gone = 0
  }

  /// The maximum number of rows to remember for searches; for more, the file gets an index.
  static let rememberedRows: Int64 = 20_000
  /// The number of used rows of one key that a search skips before it remembers its position.
  private static let longSearch = 8
  /// The number of ranges of rows that are retired in one request.
  private static let stretches = 1_000

  /// The items that were seen so far.
  package private(set) var counts = Counts()

  private let reader: RunReader
  private let recorder: RunRecorder
  private let mode: Mode
  private let rememberedLimit: Int64
  private let isRenumbered: Bool
  private let lastNumbered: Int64
  private let lastExtra: Int64
  private var nextExtra: Int64
  private var number = 0
  private var used = RowSet()
  /// The rows of each key in order; nil before the first search.
  private var remembered: [Int64: ArraySlice<Int64>]?
  private var hasIndex = false
  /// The last of the used rows of each key that has many.
  private var passed: [Int64: Int64] = [:]

  /// Starts the comparison.
  ///
  /// - Parameters:
  ///   - recorder: records into the resumed file; it may have recorded nothing but changes so far.
  ///   - reader: reads the same file.
  ///   - mode: which of the recorded items run again.
  package convenience init(_ recorder: RunRecorder, _ reader: RunReader, mode: Mode) throws(RunStoreError) {
    try self.init(recorder, reader, mode: mode, remembering: Self.rememberedRows)
  }

  init(_ recorder: RunRecorder, _ reader: RunReader, mode: Mode, remembering limit: Int64) throws(RunStoreError) {
    self.reader = reader
    self.recorder = recorder
    self.mode = mode
    rememberedLimit = limit
    isRenumbered = try reader.integer("SELECT renumbered FROM run") != 0
    let first = try reader.integer("SELECT min(id) FROM items") ?? 1
    let last = try reader.integer("SELECT max(id) FROM items") ?? 0
    lastNumbered = try reader.integer("SELECT max(id) FROM items WHERE id < \(RowSet.firstExtra)") ?? 0
    lastExtra = max(RowSet.firstExtra, last)
    guard first > 0, lastNumbered == 0 || RowSet.isPossible(lastNumbered), RowSet.isPossible(lastExtra) else {
      throw SQLiteProblem.damaged(reader.path, "an item is in row \(first), \(lastNumbered) or \(last)")
    }
    nextExtra = lastExtra + 1
  }

  /// Decides about the next item of the items file.
  ///
  /// - Parameters:
  ///   - text: the entry, byte for byte.
  ///   - fields: its fields as they are recorded.
  /// - Throws: when the run file cannot be read.
  package func next(text: CapturedBytes, fields: [UInt8]? = nil) throws(RunStoreError) -> Decision {
    number += 1
    let item = try SoughtItem(text, fields, path: reader.path)
    let (found, isRowTaken) = try atSameNumber(item)
    var match = found
    if match == nil { match = try search(for: item) }
    guard var record = match else { return newPlace(isRowTaken) }
    _ = used.insert(record.row)
    if record.number != number {
      recorder.append(.renumber(row: record.row, number: number))
      record.number = number
    }
    guard isKept(record) else {
      counts.again += 1
      return .run(ItemPlace(number: number, row: record.row, earlierAttempts: record.attempts))
    }
    counts.kept += 1
    return .keep(record)
  }

  /// Records that the items file has ended: recorded items that are no longer in it lose their numbers.
  ///
  /// - Throws: when the run file cannot be read.
  package func endOfItems() throws(RunStoreError) {
    var gone: [ClosedRange<Int64>] = []
    for rows in [1..<max(1, lastNumbered + 1), RowSet.firstExtra..<lastExtra + 1] {
      var start = rows.lowerBound
      while start < rows.upperBound {
        guard !used.contains(start) else {
          start += 1
          continue
        }
        let end = used.firstMember(in: start..<rows.upperBound) - 1
        gone.append(start...end)
        start = end + 1
        if gone.count == Self.stretches { try retire(&gone) }
      }
    }
    try retire(&gone)
    recorder.recordTotal(number)
  }

  private func retire(_ rows: inout [ClosedRange<Int64>]) throws(RunStoreError) {
    for range in rows { counts.gone += try countNumbered(in: range) }
    if !rows.isEmpty { recorder.append(.retire(rows)) }
    rows = []
  }

  /// Returns how many of these rows, which this session does not use, lose their numbers.
  private func countNumbered(in rows: ClosedRange<Int64>) throws(RunStoreError) -> Int {
    try reader.locked { () throws(RunStoreError) in
      let query = try reader.statement("SELECT count(*) FROM items WHERE id BETWEEN ? AND ? AND number IS NOT NULL")
      query.bind(rows.lowerBound, at: 0)
      query.bind(rows.upperBound, at: 1)
      defer { query.reset() }
      return try query.step() ? Int(query.integer(0)) : 0
    }
  }

  private func isKept(_ record: ItemRecord) -> Bool {
    switch mode {
    case .outstanding: record.isDone
    case .failed: record.attempt?.outcome.isSuccess ?? false
    case .all: false
    }
  }

  private func newPlace(_ isRowTaken: Bool) -> Decision {
    counts.new += 1
    guard isRowTaken else {
      _ = used.insert(Int64(number))
      return .run(ItemPlace(number: number))
    }
    defer { nextExtra += 1 }
    return .run(ItemPlace(number: number, row: nextExtra, earlierAttempts: 0))
  }

  // MARK: - Finding a row

  /// Returns the row with the item's number if it holds the same item, and whether a new item cannot have that row.
  private func atSameNumber(_ item: SoughtItem) throws(RunStoreError) -> (ItemRecord?, isRowTaken: Bool) {
    if !isRenumbered, Int64(number) > lastNumbered { return (nil, false) }
    return try reader.locked { () throws(RunStoreError) in
      let rows = try reader.statement("\(reader.selectItems) WHERE \(isRenumbered ? "number" : "id") = ?")
      rows.bind(Int64(number), at: 0)
      defer { rows.reset() }
      var isRowTaken = isRenumbered
      while try rows.step() {
        isRowTaken = true
        if try isUsable(rows.integer(0)), item.isIn(rows) { return (try reader.item(rows), true) }
        // A damaged text must not be taken for another item.
        try reader.checkKey(rows)
      }
      return (nil, isRowTaken)
    }
  }

  /// Returns the first unused row of the same item.
  private func search(for item: SoughtItem) throws(RunStoreError) -> ItemRecord? {
    // So far every item was in its own row, and no rows are left.
    if remembered == nil, !hasIndex, !isRenumbered, Int64(number) > lastNumbered { return nil }
    try prepareSearch()
    return try remembered == nil ? searchIndex(for: item) : searchRemembered(for: item)
  }

  /// Prepares the first search. Every row before this number is in use by then, so only later ones are searched.
  private func prepareSearch() throws(RunStoreError) {
    guard remembered == nil, !hasIndex else { return }
    if !isRenumbered, lastNumbered - Int64(number) < rememberedLimit {
      remembered = try remaining()
    } else {
      if let problem = recorder.waitUntilCommitted(recorder.append(.makeIndexes)) { throw problem }
      hasIndex = true
    }
  }

  private func remaining() throws(RunStoreError) -> [Int64: ArraySlice<Int64>] {
    try reader.locked { () throws(RunStoreError) in
      let rows = try reader.statement("SELECT id, key FROM items WHERE id BETWEEN ? AND ? ORDER BY id")
      rows.bind(Int64(number), at: 0)
      rows.bind(lastNumbered, at: 1)
      defer { rows.reset() }
      var all: [Int64: ArraySlice<Int64>] = [:]
      while try rows.step() { all[rows.integer(1), default: []].append(rows.integer(0)) }
      return all
    }
  }

  private func searchRemembered(for item: SoughtItem) throws(RunStoreError) -> ItemRecord? {
    guard let rows = remembered?[item.key] else { return nil }
    for row in rows where !used.contains(row) {
      guard let record = try read(row, if: item) else { continue }
      remembered?[item.key] = rows.drop { used.contains($0) }
      return record
    }
    return nil
  }

  private func read(_ row: Int64, if item: SoughtItem) throws(RunStoreError) -> ItemRecord? {
    try reader.locked { () throws(RunStoreError) in
      let rows = try reader.statement("\(reader.selectItems) WHERE id = ?")
      rows.bind(row, at: 0)
      defer { rows.reset() }
      return try rows.step() && item.isIn(rows) ? try reader.item(rows) : nil
    }
  }

  private func searchIndex(for item: SoughtItem) throws(RunStoreError) -> ItemRecord? {
    try reader.locked { () throws(RunStoreError) in
      let rows = try reader.statement("\(reader.selectItems) WHERE key = ? AND id > ? ORDER BY id")
      rows.bind(item.key, at: 0)
      rows.bind(passed[item.key] ?? 0, at: 1)
      defer { rows.reset() }
      var usedRows = 0
      var isPassable = true
      while try rows.step() {
        let row = rows.integer(0)
        if try isUsable(row), item.isIn(rows) { return try reader.item(rows) }
        // Later searches may skip only an unbroken sequence of used rows from the first one on.
        isPassable = isPassable && used.contains(row)
        usedRows += 1
        if isPassable, usedRows > Self.longSearch { passed[item.key] = row }
      }
      return nil
    }
  }

  /// Whether a row existed before this session and is unused.
  private func isUsable(_ row: Int64) throws(RunStoreError) -> Bool {
    guard RowSet.isPossible(row) else { throw SQLiteProblem.damaged(reader.path, "an item is in row \(row)") }
    return (row <= lastNumbered || RowSet.firstExtra...lastExtra ~= row) && !used.contains(row)
  }
}

/// An item that is searched for among the recorded ones.
private struct SoughtItem {
  let key: Int64
  private let text: CapturedBytes
  private let fields: [UInt8]?

  init(_ text: CapturedBytes, _ fields: [UInt8]?, path: String) throws(RunStoreError) {
    self.text = text
    self.fields = fields
    do { key = try ItemKey.of(text, fields: fields) } catch {
      throw RunStoreError(.failed, path, "an item cannot be read: \(error)")
    }
  }

  /// Whether the current row of ``ItemRow`` of a statement holds this item.
  func isIn(_ row: Statement) -> Bool {
    row.integer(.key) == key && isText(row.rawBytes(ItemColumn.text.rawValue))
      && row.optionalBytes(ItemColumn.fields.rawValue) == fields
  }

  private func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count == text.count else { return false }
    var place = 0
    var isSame = true
    // A text that cannot be read was never recorded.
    guard
      (try? text.forEachChunk { chunk in
        isSame = isSame && bytes[place..<min(place + chunk.count, bytes.count)].elementsEqual(chunk)
        place += chunk.count
      }) != nil
    else { return false }
    return isSame
  }
}
