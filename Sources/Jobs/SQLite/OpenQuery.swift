import CSQLite

/// A worker's connection with the query prepared on it.
final class OpenQuery {
  let connection: SQLiteConnection
  let statement: OpaquePointer
  /// For reading only: a writing item is a transaction of its own.
  let reading: ReadTransaction?
  /// Writes rows with the columns that the statement has now.
  private(set) var writer: RowWriter
  private let rows: RowFormat
  private var preparations: Int32

  /// Opens the connection and prepares the query.
  ///
  /// - Parameters:
  ///   - job: what to open.
  ///   - stop: set from any thread to make that, and later what is done, end.
  /// - Throws: when either fails.
  init(_ job: SQLiteJob, stop: StopFlag) throws(SQLiteJobError) {
    let connection = try SQLiteConnection(
      path: job.path, access: job.access, busyTimeoutMilliseconds: job.busyTimeoutMilliseconds, stop: stop)
    let statement = try connection.prepare(job.title)
    self.connection = connection
    self.statement = statement
    rows = job.rows
    writer = RowWriter(format: rows, statement: statement)
    preparations = Self.preparations(of: statement)
    do throws(SQLiteJobError) {
      reading = job.access == .readOnly ? try ReadTransaction(connection) : nil
    } catch {
      sqlite3_finalize(statement)
      throw error
    }
  }

  deinit { sqlite3_finalize(statement) }

  /// Reads the columns again if SQLite has prepared the statement again, as it does in the first step after another
  /// program has changed the tables.
  func refreshColumns() {
    let now = Self.preparations(of: statement)
    guard now != preparations else { return }
    preparations = now
    writer = RowWriter(format: rows, statement: statement)
  }

  private static func preparations(of statement: OpaquePointer) -> Int32 {
    sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_REPREPARE, 0)
  }
}
