import SQLite

/// A worker's connection with the query prepared on it.
final class OpenQuery {
  let statement: SQLiteStatement
  /// For reading only: a writing item is a transaction of its own.
  let reading: ReadTransaction?
  /// Writes rows with the columns that the statement has now.
  private(set) var writer: RowWriter
  private let rows: RowFormat
  private var preparations: Int

  /// Opens the connection and prepares the query.
  ///
  /// - Parameters:
  ///   - job: what to open.
  ///   - stop: set from any thread to make that, and later what is done, end.
  /// - Throws: when either fails.
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
