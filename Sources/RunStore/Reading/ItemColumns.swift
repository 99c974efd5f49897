/// Items as rows of a query.
enum ItemColumns {
  /// The beginning of a query whose rows ``read(_:_:)`` understands.
  static let select = "SELECT id, number, text, fields, attempt, \(AttemptColumns.list) FROM items"

  /// No count of ours is larger.
  static let largest: Int64 = 1 << 40

  /// Reads the row on which a statement stands.
  static func read(_ row: Statement, _ path: String) throws(RunStoreError) -> ItemRecord {
    let (attempt, outputCount, errorCount) = try AttemptColumns.read(row, attempt: row.integer(4), from: 5, path)
    let number = row.optionalInteger(1)
    guard number.map({ (1...largest).contains($0) }) ?? true, (0...largest).contains(row.integer(4)) else {
      throw SQLiteProblem.damaged(path, "an item has the number \(number ?? 0) and \(row.integer(4)) attempts")
    }
    return ItemRecord(
      row: row.integer(0), number: number.map { Int($0) }, text: row.bytes(2),
      fields: row.optionalBytes(3), attempt: attempt, attempts: Int(row.integer(4)), outputCount: outputCount,
      errorCount: errorCount)
  }
}

/// The columns that items and attempts have in common.
enum AttemptColumns {
  /// The columns in the order in which ``read(_:attempt:from:_:)`` takes them.
  static let list = """
    outcome, worker, start, wait, latency, exit_status, signal, reason, cpu, peak_memory, note, \(size("output")), \
    \(size("errors"))
    """

  /// How many columns that are.
  static let count = 13

  private static func size(_ column: String) -> String {
    "CASE WHEN \(column)_chunk IS NULL THEN length(CAST(\(column) AS BLOB)) "
      + "ELSE (SELECT rest FROM chunks WHERE chunks.id = \(column)_chunk) END"
  }

  /// Reads an attempt and the sizes of its outputs from the row on which a statement stands.
  static func read(
    _ row: Statement, attempt: Int64, from first: Int, _ path: String
  ) throws(RunStoreError) -> (attempt: AttemptRecord?, outputCount: Int, errorCount: Int) {
    let outputCount = Int(max(0, row.integer(first + 11)))
    let errorCount = Int(max(0, row.integer(first + 12)))
    guard let code = row.optionalInteger(first) else { return (nil, outputCount, errorCount) }
    guard let outcome = OutcomeCode.outcome(code, reason: row.optionalText(first + 7)) else {
      throw SQLiteProblem.damaged(path, "an item has the outcome \(code)")
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
}

/// An attempt that was followed by another one.
public struct EarlierAttempt: Sendable, Equatable {
  let row: Int64
  /// The attempt.
  public var attempt: AttemptRecord
  /// The size of what it wrote to its standard output, in bytes.
  public var outputCount: Int
  /// The size of what it wrote to its standard error, in bytes.
  public var errorCount: Int
}
