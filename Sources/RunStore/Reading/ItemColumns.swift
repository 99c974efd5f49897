import SQLite

/// The columns of items in a query.
enum ItemColumns {
  /// The upper limit of all counts in a run file.
  static let largest: Int64 = 1 << 40

  /// Returns the start of a query whose rows ``read(_:_:)`` understands.
  static func select(_ database: RunDatabase) -> String {
    "SELECT id, number, text, fields, attempt, \(AttemptColumns.list(database)), key FROM items"
  }

  /// The index of the item's key among the columns.
  static let key = 5 + AttemptColumns.count

  /// Reads the current row of a statement.
  ///
  /// - Throws: when the row is damaged.
  static func read(_ row: Statement, _ database: RunDatabase) throws(RunStoreError) -> ItemRecord {
    try checkKey(row, database)
    let (attempt, outputCount, errorCount) = try AttemptColumns.read(row, attempt: row.integer(4), from: 5, database)
    let number = row.optionalInteger(1)
    guard number.map({ (1...largest).contains($0) }) ?? true, (0...largest).contains(row.integer(4)) else {
      throw SQLiteProblem.damaged(
        database.path, "an item has the number \(number ?? 0) and \(row.integer(4)) attempts")
    }
    return ItemRecord(
      row: row.integer(0), number: number.map { Int($0) }, text: row.bytes(2),
      fields: row.optionalBytes(3), attempt: attempt, attempts: Int(row.integer(4)), outputCount: outputCount,
      errorCount: errorCount)
  }

  /// Checks that the text and the fields are the recorded ones.
  static func checkKey(_ row: Statement, _ database: RunDatabase) throws(RunStoreError) {
    let key = ItemKey.of(row.rawBytes(2), fields: row.optionalBytes(3))
    guard key == row.integer(Self.key) else {
      throw SQLiteProblem.damaged(database.path, "the item in row \(row.integer(0)) does not match its checksum")
    }
  }
}

/// The columns that items and attempts share.
enum AttemptColumns {
  /// Returns the columns in the order that ``read(_:attempt:from:_:)`` expects.
  ///
  /// - Parameter hasSizes: whether to include the sizes of outputs; SQLite must read the outputs for that.
  static func list(_ database: RunDatabase, hasSizes: Bool = true) -> String {
    """
    outcome, worker, start, wait, latency, exit_status, signal, reason, cpu, peak_memory, note, \
    \(size("output", hasSizes)), \(size("errors", hasSizes)), output_chunk, errors_chunk, \(database.checks == .none ? "NULL" : "checksum")
    """
  }

  /// The number of columns.
  static let count = 16

  private static func size(_ column: String, _ isWanted: Bool) -> String {
    "CASE WHEN \(column)_chunk IS NULL THEN \(isWanted ? "length(CAST(\(column) AS BLOB))" : "0") "
      + "ELSE (SELECT rest FROM chunks WHERE chunks.id = \(column)_chunk) END"
  }

  /// Reads an attempt and the sizes of its outputs from the current row of a statement.
  ///
  /// - Throws: when the row is damaged.
  static func read(
    _ row: Statement, attempt: Int64, from first: Int, _ database: RunDatabase
  ) throws(RunStoreError) -> (attempt: AttemptRecord?, outputCount: Int, errorCount: Int) {
    let outputCount = try size(row, first + 11, isInline: row.isNull(first + 13), database)
    let errorCount = try size(row, first + 12, isInline: row.isNull(first + 14), database)
    guard let code = row.optionalInteger(first) else {
      guard row.isNull(first + 15) else { throw damaged(database) }
      return (nil, outputCount, errorCount)
    }
    try check(row, attempt: attempt, from: first, outputCount, errorCount, database)
    guard let outcome = OutcomeCode.outcome(code, reason: row.optionalText(first + 7)) else {
      throw SQLiteProblem.damaged(database.path, "an item has the outcome \(code)")
    }
    let record = AttemptRecord(
      attempt: Int(attempt), worker: Int(row.integer(first + 1)), start: row.integer(first + 2),
      latency: row.integer(first + 4), outcome: outcome, wait: row.optionalInteger(first + 3),
      exitStatus: row.optionalInteger(first + 5).map { Int32(truncatingIfNeeded: $0) },
      signal: row.optionalInteger(first + 6).map { Int32(truncatingIfNeeded: $0) },
      cpu: row.optionalInteger(first + 8), peakMemory: row.optionalInteger(first + 9),
      note: row.optionalText(first + 10))
    return (record, outputCount, errorCount)
  }

  private static func size(
    _ row: Statement, _ column: Int, isInline: Bool, _ database: RunDatabase
  ) throws(RunStoreError) -> Int {
    let size = row.integer(column)
    guard 0...(isInline ? Int64(RecordWriter.inlineLimit) : ItemColumns.largest) ~= size else {
      throw SQLiteProblem.damaged(database.path, "an output has \(size) bytes")
    }
    return Int(size)
  }

  private static func check(
    _ row: Statement, attempt: Int64, from first: Int, _ output: Int, _ errors: Int, _ database: RunDatabase
  ) throws(RunStoreError) {
    guard NumberRange.workers.contains(row.integer(first + 1)), NumberRange.times.contains(row.integer(first + 2)),
      [3, 4, 8, 9].allSatisfy({ NumberRange.measures.contains(row.integer(first + $0)) })
    else { throw SQLiteProblem.damaged(database.path, "an attempt has impossible numbers") }
    guard let checksum = row.optionalInteger(first + 15) else {
      if database.checks == .all { throw damaged(database) }
      return
    }
    var sum = AttemptSum(RecordHeader(row, attempt: attempt, from: first))
    sum.addTexts(row.lentBytes(first + 7), row.lentBytes(first + 10))
    sum.addPieces(
      output: row.optionalInteger(first + 13).map { AttemptSum.Pieces(first: $0, size: output) },
      errors: row.optionalInteger(first + 14).map { AttemptSum.Pieces(first: $0, size: errors) })
    guard sum.fitsRow(checksum) else { throw damaged(database) }
  }

  private static func damaged(_ database: RunDatabase) -> RunStoreError {
    SQLiteProblem.damaged(database.path, "an attempt does not match its checksum")
  }
}

extension RecordHeader {
  /// The values of the attempt in a row that its checksum covers.
  fileprivate init(_ row: Statement, attempt: Int64, from first: Int) {
    self = .request
    self.attempt = attempt
    outcome = row.integer(first)
    worker = row.integer(first + 1)
    start = row.integer(first + 2)
    wait = row.optionalInteger(first + 3) ?? Self.absent
    latency = row.integer(first + 4)
    exitStatus = row.optionalInteger(first + 5) ?? Self.absent
    signal = row.optionalInteger(first + 6) ?? Self.absent
    cpu = row.optionalInteger(first + 8) ?? Self.absent
    peakMemory = row.optionalInteger(first + 9) ?? Self.absent
  }
}

/// An attempt that was followed by another one.
public struct EarlierAttempt: Sendable, Equatable {
  let row: Int64
  /// The attempt.
  public var attempt: AttemptRecord
  /// The size of the standard output, in bytes.
  public var outputCount: Int
  /// The size of the standard error, in bytes.
  public var errorCount: Int
}
