import ParallelFor

/// Reads a run file, also while a program records into it; may be used from any thread.
///
/// It reads in small steps, so that it never keeps the recorder's log from being emptied. Everything in a run file may
/// be a stranger's text.
public final class RunReader: @unchecked Sendable {
  /// How many items are read at a time.
  private static let page = 1_000

  /// The path of the file.
  public let path: String
  private let lock = Lock()
  private let database: RunDatabase
  private var statements: [String: Statement] = [:]
  private var isClosed = false

  /// Opens a run file.
  ///
  /// - Throws: when there is none, it is something else, newer than this program or damaged.
  public init(path: String) throws(RunStoreError) {
    self.path = path
    database = try RunDatabase(path: path, access: .read)
    _ = try Schema.check(database)
    _ = try RunRow.load(database)
  }

  /// Closes the file; whoever still wants to read gets an error.
  public func close() {
    lock.withLock {
      isClosed = true
      statements = [:]
      database.close()
    }
  }

  /// The run as a whole, as it is now.
  public func record() throws(RunStoreError) -> RunRecord {
    try locked { () throws(RunStoreError) in try RunRow.load(database).record }
  }

  /// Whether a program records into the file now.
  public var isBeingRecorded: Bool { RunFileLock.isHeld(of: path) }

  // MARK: - Items

  /// An item of the newest items file by its number, from 1; nil when nothing is recorded of it.
  public func item(number: Int) throws(RunStoreError) -> ItemRecord? {
    try items(from: number, limit: 1).first.flatMap { $0.number == number ? $0 : nil }
  }

  /// Items of the newest items file in its order.
  ///
  /// - Parameters:
  ///   - number: the first number wanted, from 1.
  ///   - limit: how many come back at most.
  public func items(from number: Int, limit: Int) throws(RunStoreError) -> [ItemRecord] {
    try locked { () throws(RunStoreError) in
      try page(after: ItemCursor(number: Int64(number) &- 1, row: .max), limit: limit).items
    }
  }

  /// Calls `body` with every item of the newest items file, in its order.
  public func forEachItem<Problem: Error>(
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

  /// The attempts at an item before its last one, in order.
  public func earlierAttempts(of item: ItemRecord) throws(RunStoreError) -> [EarlierAttempt] {
    guard item.attempts > (item.attempt == nil ? 0 : 1) else { return [] }
    return try locked { () throws(RunStoreError) in
      let rows = try statement(
        "SELECT rowid, attempt, \(AttemptColumns.list) FROM attempts WHERE item = ? ORDER BY attempt, rowid")
      rows.bind(item.row, at: 0)
      defer { rows.reset() }
      var all: [EarlierAttempt] = []
      while try rows.step() {
        let (attempt, outputCount, errorCount) = try AttemptColumns.read(rows, attempt: rows.integer(1), from: 2, path)
        guard let attempt else { throw SQLiteProblem.damaged(path, "an attempt has no outcome") }
        all.append(
          EarlierAttempt(row: rows.integer(0), attempt: attempt, outputCount: outputCount, errorCount: errorCount))
      }
      return all
    }
  }

  /// What changed the run as a whole, in order.
  public func changes() throws(RunStoreError) -> [RunChange] {
    try locked { () throws(RunStoreError) in
      let rows = try statement("SELECT time, kind, value FROM changes ORDER BY id")
      defer { rows.reset() }
      var all: [RunChange] = []
      while try rows.step() {
        guard let kind = RunChange.Kind(rawValue: rows.text(1)) else { continue }
        all.append(RunChange(time: rows.integer(0), kind: kind, value: rows.optionalInteger(2).map { Int($0) }))
      }
      return all
    }
  }

  // MARK: - Outputs

  /// What the last attempt at an item wrote, to be read when it is needed; if it failed, also when another attempt has
  /// been recorded by then.
  public func bytes(_ stream: OutputStream, of item: ItemRecord) -> StoredBytes {
    let count = stream == .output ? item.outputCount : item.errorCount
    let isFinal = item.attempt?.outcome.isSuccess ?? false
    return StoredBytes(
      self, isFinal ? .item(item.row) : .attempt(item.attempts, ofItem: item.row), stream, count: count)
  }

  /// What an earlier attempt wrote, to be read when it is needed.
  public func bytes(_ stream: OutputStream, of attempt: EarlierAttempt) -> StoredBytes {
    let count = stream == .output ? attempt.outputCount : attempt.errorCount
    return StoredBytes(self, .earlier(attempt.row), stream, count: count)
  }

  /// Fills a buffer with bytes of an output from an offset on.
  func read(
    _ place: StoredBytes.Place, _ stream: OutputStream, from offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(RunStoreError) {
    guard !buffer.isEmpty else { return }
    try locked { () throws(RunStoreError) in
      switch place {
      case .item(let row): try read("items", row, stream, from: offset, into: buffer)
      case .earlier(let row): try read("attempts", row, stream, from: offset, into: buffer)
      case .attempt(let attempt, let item):
        // In one transaction: the recorder may move the attempt at any moment.
        try database.execute("BEGIN")
        defer { database.rollBack() }
        let isLast = try database.integer("SELECT attempt FROM items WHERE id = \(item)") == Int64(attempt)
        let earlier = try database.integer("SELECT rowid FROM attempts WHERE item = \(item) AND attempt = \(attempt)")
        try read(isLast ? "items" : "attempts", isLast ? item : earlier ?? 0, stream, from: offset, into: buffer)
      }
    }
  }

  /// The same, within the lock.
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
      try database.read(table: table, column: column, row: row, from: offset, into: buffer)
    }
  }

  private func readChunks(
    from first: Int64, offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(RunStoreError) {
    var done = 0
    while done < buffer.count {
      let place = offset + done
      let inside = place % RecordWriter.chunkSize
      let count = min(buffer.count - done, RecordWriter.chunkSize - inside)
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
      let row = first &+ Int64(place / RecordWriter.chunkSize)
      try database.read(table: "chunks", column: "bytes", row: row, from: inside, into: part)
      done += count
    }
  }

  // MARK: - Within the lock

  private func page(
    after cursor: ItemCursor, limit: Int
  ) throws(RunStoreError) -> (items: [ItemRecord], next: ItemCursor) {
    let isRenumbered = try database.integer("SELECT renumbered FROM run") != 0
    let order =
      isRenumbered
      ? "WHERE (number, id) > (?, ?) ORDER BY number, id" : "WHERE id > ? AND number IS NOT NULL ORDER BY id"
    let rows = try statement("\(ItemColumns.select) \(order) LIMIT \(limit)")
    rows.bind(cursor.number, at: 0)
    if isRenumbered { rows.bind(cursor.row, at: 1) }
    defer { rows.reset() }
    var items: [ItemRecord] = []
    var next = cursor
    while try rows.step() {
      let item = try ItemColumns.read(rows, path)
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

  /// The whole number that a query returns; nil for NULL or no row.
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

  /// A statement that is prepared once; for use within ``locked(_:)``.
  func statement(_ text: String) throws(RunStoreError) -> Statement {
    if let known = statements[text] { return known }
    let fresh = try database.prepare(text)
    statements[text] = fresh
    return fresh
  }
}

/// A place among the items in the order of the items file.
private struct ItemCursor {
  var number: Int64
  var row: Int64
}
