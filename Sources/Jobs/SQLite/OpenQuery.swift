import SQLite

/// A worker's connection with the prepared query.
final class OpenQuery {
  let statement: SQLiteStatement
  /// The transaction of items that only read; an item that writes is its own transaction.
  let reading: ReadTransaction?
  /// Writes rows with the statement's current columns.
  private(set) var writer: RowWriter
  private let rows: RowFormat
  private var preparations: Int

  /// Opens the connection and prepares the query.
  ///
  /// - Parameters:
  ///   - job: the job to open.
  ///   - stop: set from any thread to end the opening, and later any running statement.
  /// - Throws: when the connection or the query fails.
  init(_ job: SQLiteJob, stop: StopFlag) throws(SQLiteJobError) {
    let database = try QueryDatabase(
      job.path, access: job.access, busyTimeoutMilliseconds: job.busyTimeoutMilliseconds, stop: stop)
    statement = try database.prepare(job.title)
    rows = job.rows
    writer = RowWriter(format: rows, statement: statement)
    preparations = statement.preparations
    reading = job.access == .readOnly ? try ReadTransaction(database) : nil
  }

  /// Reads the columns again if SQLite has prepared the statement again.
  func refreshColumns() {
    let now = statement.preparations
    guard now != preparations else { return }
    preparations = now
    writer = RowWriter(format: rows, statement: statement)
  }
}
