package import Attempts
import ParallelFor
import SQLite

/// Reads a run file, even while a program records into it; can be used from any thread.
///
/// It reads in small steps, because a long read would keep the recorder's log from being emptied. Everything in a run
/// file may be untrusted text.
package final class RunReader: @unchecked Sendable {
  /// The number of items that are read at a time.
  private static let page = 1_000

  package let path: String
  private let lock = Lock()
  private let database: RunDatabase
  private var statements: [String: Statement] = [:]
  private var isClosed = false
  /// The attempt whose outputs were last checked.
  private var verified: (table: String, row: Int64)?
  /// The piece of a large output that was last read.
  private var piece: (id: Int64, bytes: [UInt8])?

  /// Opens a run file.
  ///
  /// - Throws: when the file is missing, is not a run file, is newer than this program, or is damaged.
  package init(path: String) throws(RunStoreError) {
    self.path = path
    database = try RunDatabase(path: path, access: .read)
    _ = try Schema.check(database)
    _ = try RunRow.load(database)
  }

  /// Closes the file; later reads throw.
  package func close() {
    lock.withLock {
      isClosed = true
      statements = [:]
      database.close()
    }
  }

  /// Returns the current record of the run as a whole.
  package func record() throws(RunStoreError) -> RunRecord {
    try locked { () throws(RunStoreError) in try RunRow.load(database).record }
  }

  /// Whether a program is recording into the file now.
  package var isBeingRecorded: Bool { RunFileLock.isHeld(of: path) }

  // MARK: - Items

  /// Returns an item of the newest items file by its number, from 1; nil when nothing is recorded for it.
  package func item(number: Int) throws(RunStoreError) -> ItemRecord? {
    try items(from: number, limit: 1).first.flatMap { $0.number == number ? $0 : nil }
  }

  /// Returns items of the newest items file in its order.
  ///
  /// - Parameters:
  ///   - number: the first number, from 1.
  ///   - limit: the maximum number of items to return.
  package func items(from number: Int, limit: Int) throws(RunStoreError) -> [ItemRecord] {
    try locked { () throws(RunStoreError) in
      try page(after: ItemCursor(number: Int64(number) &- 1, row: .max), limit: limit).items
    }
  }

  /// Calls `body` with every item of the newest items file, in its order.
  package func forEachItem<Problem: Error>(
    _ body: (ItemRecord) throws(Problem) -> Void
  ) throws where Problem: Error {
    var cursor = ItemCursor(number: .min, row: .max)
    while true {
      let items = try locked { () throws(RunStoreError) in
        let (items, next) = try page(after: cursor, limit: Self.page)
        cursor = next
        return items
      }
      if items.isEmpty { return }
      for item in items { try body(item) }
    }
  }

  /// Returns the attempts at an item before its last one, in order.
  ///
  /// - Parameter limit: the maximum number of attempts to return; the first ones are kept.
  package func earlierAttempts(of item: ItemRecord, limit: Int = 1_000) throws(RunStoreError) -> [EarlierAttempt] {
    guard item.attempts > (item.attempt == nil ? 0 : 1) else { return [] }
    return try attempts(of: item, after: (.min, .min), limit: limit)
  }

  /// Calls `body` with every attempt at an item before its last one, in order.
  package func forEachEarlierAttempt<Problem: Error>(
    of item: ItemRecord, _ body: (EarlierAttempt) throws(Problem) -> Void
  ) throws where Problem: Error {
    guard item.attempts > (item.attempt == nil ? 0 : 1) else { return }
    var place = (Int64.min, Int64.min)
    while true {
      let attempts = try attempts(of: item, after: place, limit: Self.page)
      guard let last = attempts.last else { return }
      place = (Int64(last.attempt.attempt), last.row)
      for attempt in attempts { try body(attempt) }
    }
  }

  private func attempts(
    of item: ItemRecord, after place: (attempt: Int64, row: Int64), limit: Int
  ) throws(RunStoreError) -> [EarlierAttempt] {
    try locked { () throws(RunStoreError) in
      let rows = try statement(
        "SELECT rowid, attempt, \(AttemptRow.list(database)) FROM attempts "
          + "WHERE item = ? AND (attempt, rowid) > (?, ?) ORDER BY attempt, rowid LIMIT \(limit)")
      rows.bind(item.row, at: 0)
      rows.bind(place.attempt, at: 1)
      rows.bind(place.row, at: 2)
      defer { rows.reset() }
      var all: [EarlierAttempt] = []
      var last = place
      while try rows.step() {
        let attempt = try earlierAttempt(rows)
        let next = (Int64(attempt.attempt.attempt), attempt.row)
        guard next > last else { throw SQLiteProblem.damaged(path, "its attempts are out of order") }
        last = next
        all.append(attempt)
      }
      return all
    }
  }

  private func earlierAttempt(_ row: Statement) throws(RunStoreError) -> EarlierAttempt {
    let number = row.integer(1)
    let (attempt, outputCount, errorCount) = try AttemptRow.read(row, attempt: number, from: 2, database)
    guard let attempt, number > 0, NumberRange.counts.contains(number) else {
      throw SQLiteProblem.damaged(path, "an attempt has the number \(number) or no outcome")
    }
    return EarlierAttempt(row: row.integer(0), attempt: attempt, outputCount: outputCount, errorCount: errorCount)
  }

  /// Returns the changes of the run as a whole, in order.
  package func changes() throws(RunStoreError) -> [RunChange] {
    try locked { () throws(RunStoreError) in
      let rows = try statement(
        "SELECT time, kind, value, \(database.checksum), \(database.changeReason) FROM changes ORDER BY id LIMIT \(Self.mostChanges)"
      )
      defer { rows.reset() }
      var all: [RunChange] = []
      while try rows.step() { if let change = try change(rows) { all.append(change) } }
      return all
    }
  }

  /// One change of the number of threads per second reaches this number in days; later changes are left out.
  private static let mostChanges = 500_000

  /// Returns the change in a row; nil if this program does not know its kind.
  private func change(_ row: Statement) throws(RunStoreError) -> RunChange? {
    guard let kind = RunChange.Kind(rawValue: row.text(1)) else {
      guard database.checks == .none else { throw SQLiteProblem.damaged(path, "a change has no known kind") }
      return nil
    }
    let change = RunChange(
      time: row.integer(0), kind: kind, value: row.optionalInteger(2).map { Int($0) }, reason: row.optionalText(4))
    let checksum = row.optionalInteger(3)
    guard checksum == ChangeSum.of(change) || checksum == nil && database.checks != .all,
      NumberRange.times.contains(change.time), change.value.map({ NumberRange.workers.contains(Int64($0)) }) ?? true
    else { throw SQLiteProblem.damaged(path, "a change of the run does not match its checksum") }
    return change
  }

  // MARK: - Outputs

  /// Returns an output of the last attempt at an item, which is read on demand. An unsuccessful attempt stays readable
  /// after another one has been recorded.
  package func bytes(_ stream: OutputStream, of item: ItemRecord) -> CapturedBytes {
    let count = stream == .output ? item.outputCount : item.errorCount
    let isFinal = item.attempt?.outcome.isSuccess ?? false
    return bytes(stream, at: isFinal ? .item(item.row) : .attempt(item.attempts, ofItem: item.row), count: count)
  }

  /// Returns an output of an earlier attempt, which is read on demand.
  package func bytes(_ stream: OutputStream, of attempt: EarlierAttempt) -> CapturedBytes {
    let count = stream == .output ? attempt.outputCount : attempt.errorCount
    return bytes(stream, at: .earlier(attempt.row), count: count)
  }

  private func bytes(_ stream: OutputStream, at place: RunFileBytes.Place, count: Int) -> CapturedBytes {
    count == 0 ? .empty : .source(RunFileBytes(self, place, stream, count: count))
  }

  /// Fills a buffer with bytes of an output, starting at an offset.
  func read(
    _ place: RunFileBytes.Place, _ stream: OutputStream, from offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(RunStoreError) {
    guard !buffer.isEmpty else { return }
    try locked { () throws(RunStoreError) in
      switch place {
      case .item(let row): try read("items", row, stream, from: offset, into: buffer)
      case .earlier(let row): try read("attempts", row, stream, from: offset, into: buffer)
      case .attempt(let attempt, let item):
        // In one transaction, because the recorder may move the attempt at any moment.
        try database.execute("BEGIN")
        defer { database.rollBack() }
        let isLast = try database.integer("SELECT attempt FROM items WHERE id = \(item)") == Int64(attempt)
        let earlier = try database.integer("SELECT rowid FROM attempts WHERE item = \(item) AND attempt = \(attempt)")
        try read(isLast ? "items" : "attempts", isLast ? item : earlier ?? 0, stream, from: offset, into: buffer)
      }
    }
  }

  private func read(
    _ table: String, _ row: Int64, _ stream: OutputStream, from offset: Int,
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(RunStoreError) {
    let column = stream.rawValue
    let first = try statement("SELECT \(column)_chunk FROM \(table) WHERE rowid = ?")
    first.bind(row, at: 0)
    defer { first.reset() }
    guard try first.step() else { throw SQLiteProblem.damaged(path, "an item is gone") }
    if let chunk = first.optionalInteger(0) {
      try readChunks(from: chunk, offset: offset, into: buffer)
    } else {
      try verify(table, row)
      try database.read(table: table, column: column, row: row, from: offset, into: buffer)
    }
  }

  /// Checks the outputs that are stored in a row against their checksum before any of them is returned.
  private func verify(_ table: String, _ row: Int64) throws(RunStoreError) {
    guard database.checks != .none, verified.map({ $0 != (table, row) }) ?? true else { return }
    let outputs = try statement("SELECT output, errors, checksum, outcome FROM \(table) WHERE rowid = ?")
    outputs.bind(row, at: 0)
    defer { outputs.reset() }
    guard try outputs.step() else { throw SQLiteProblem.damaged(path, "an item is gone") }
    var sum = AttemptSum()
    sum.addOutputs(outputs.lentBytes(0), outputs.lentBytes(1))
    let isRight = outputs.optionalInteger(2).map { sum.fitsOutputs($0) } ?? (database.checks == .some)
    guard isRight else {
      throw SQLiteProblem.damaged(path, "an output in row \(row) of \(table) does not match its checksum")
    }
    // A row that can still be replaced is checked again.
    verified = outputs.integer(3) == OutcomeCode.succeeded || table == "attempts" ? (table, row) : nil
  }

  private func readChunks(
    from first: Int64, offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(RunStoreError) {
    var done = 0
    while done < buffer.count {
      let place = offset + done
      let inside = place % RecordWriter.chunkSize
      let count = min(buffer.count - done, RecordWriter.chunkSize - inside)
      let bytes = try chunk(first &+ Int64(place / RecordWriter.chunkSize))
      guard inside + count <= bytes.count else {
        throw SQLiteProblem.damaged(path, "a piece of an output is too short")
      }
      UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
        .copyBytes(from: bytes[inside..<inside + count])
      done += count
    }
  }

  /// Returns a piece of a large output after checking it.
  private func chunk(_ id: Int64) throws(RunStoreError) -> [UInt8] {
    if let piece, piece.id == id { return piece.bytes }
    let row = try statement("SELECT bytes, rest, \(database.checksum) FROM chunks WHERE id = ?")
    row.bind(id, at: 0)
    defer { row.reset() }
    guard try row.step() else { throw SQLiteProblem.damaged(path, "a piece of an output is gone") }
    let sum = ChunkSum.of(row.rawBytes(0), rest: row.integer(1))
    let isRight = row.optionalInteger(2).map { $0 == sum } ?? (database.checks != .all)
    guard isRight, row.count(0) <= RecordWriter.chunkSize else {
      throw SQLiteProblem.damaged(path, "a piece of an output does not match its checksum")
    }
    let bytes = row.bytes(0)
    piece = (id, bytes)
    return bytes
  }

  // MARK: - Within the lock

  private func page(
    after cursor: ItemCursor, limit: Int
  ) throws(RunStoreError) -> (items: [ItemRecord], next: ItemCursor) {
    let isRenumbered = try database.integer("SELECT renumbered FROM run") != 0
    let order =
      isRenumbered
      ? "WHERE (number, id) > (?, ?) ORDER BY number, id" : "WHERE id > ? AND number IS NOT NULL ORDER BY id"
    let rows = try statement("\(ItemRow.select(database)) \(order) LIMIT \(limit)")
    rows.bind(cursor.number, at: 0)
    if isRenumbered { rows.bind(cursor.row, at: 1) }
    defer { rows.reset() }
    var items: [ItemRecord] = []
    var next = cursor
    while try rows.step() {
      let item = try ItemRow.read(rows, database)
      guard isRenumbered || Int64(item.number ?? 0) == item.row else {
        throw SQLiteProblem.damaged(path, "the item in row \(item.row) has the number \(item.number ?? 0)")
      }
      let place = ItemCursor(number: Int64(item.number ?? 0), row: item.row)
      // A damaged tree may lead in a circle.
      guard (place.number, place.row) > (next.number, next.row) else {
        throw SQLiteProblem.damaged(path, "its items are out of order")
      }
      next = place
      items.append(item)
    }
    return (items, next)
  }

  /// The start of a query for items; for use within ``locked(_:)``.
  var selectItems: String { ItemRow.select(database) }

  /// Whether the file can tell why items took their time.
  var hasReasons: Bool { database.version >= Schema.firstReasoned }

  /// The start of a query for the last attempts at items without the sizes of their outputs; for use within
  /// ``locked(_:)``.
  var selectAttempts: String { "SELECT attempt, \(AttemptRow.list(database, hasSizes: false)) FROM items" }

  /// Reads an attempt from the current row of such a query; for use within ``locked(_:)``.
  func lastAttempt(_ row: Statement) throws(RunStoreError) -> EndedAttempt? {
    try AttemptRow.read(row, attempt: row.integer(0), from: 1, database).attempt
  }

  /// Reads an item from the current row of such a query; for use within ``locked(_:)``.
  func item(_ row: Statement) throws(RunStoreError) -> ItemRecord { try ItemRow.read(row, database) }

  /// Checks the text of an item in the current row of such a query; for use within ``locked(_:)``.
  func checkKey(_ row: Statement) throws(RunStoreError) { try ItemRow.checkKey(row, database) }

  /// Returns the whole number that a query yields; nil for NULL or no row.
  func integer(_ query: String) throws(RunStoreError) -> Int64? {
    try locked { () throws(RunStoreError) in try database.integer(query) }
  }

  /// Runs `body` while no other thread reads.
  func locked<Value>(_ body: () throws(RunStoreError) -> Value) throws(RunStoreError) -> Value {
    try lock.withLock { () throws(RunStoreError) in
      guard !isClosed else { throw RunStoreError(.failed, path, "has been closed") }
      return try body()
    }
  }

  /// Returns a statement that is prepared once; for use within ``locked(_:)``.
  func statement(_ text: String) throws(RunStoreError) -> Statement {
    if let known = statements[text] { return known }
    let fresh = try database.prepare(text)
    statements[text] = fresh
    return fresh
  }
}

/// A position among the items in the order of the items file.
private struct ItemCursor {
  var number: Int64
  var row: Int64
}
