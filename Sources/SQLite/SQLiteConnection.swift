import CSQLite
import CSQLiteMemory
import OSText

/// A connection to a database, used by one thread at a time.
package final class SQLiteConnection {
  /// What is opened.
  package enum Target: Sendable, Equatable {
    /// A file by its path; never taken for anything else, even if it is called `:memory:` or `file:x`.
    case file(String)
    /// A URI of SQLite's, which begins with `file:`.
    case uri(String)
  }

  /// What may be done to the database.
  package enum Access: Sendable {
    /// Nothing but read.
    case readOnly
    /// Read and write; a file that is not there is made.
    case readWrite
  }

  /// The database's name in errors.
  package let name: String
  /// Nil once it is closed.
  private var handle: OpaquePointer?
  private var statements: [WeakStatement] = []
  private let waiting: BusyWait
  /// Set from any thread to make a running or waiting statement end.
  private var stop: StopFlag { waiting.stop }
  /// How many rounds of steps a statement may take; see ``limitStatements(rounds:)``.
  private var mostRounds = Int.max
  private var rounds = 0
  /// How many pages the write-ahead log had after the last commit, once ``checkpointsByHand()`` was called.
  package private(set) var loggedPages = 0

  /// Opens a database.
  ///
  /// - Parameters:
  ///   - target: what to open.
  ///   - name: what errors call it; nil for the path or URI itself.
  ///   - access: what may be done to it.
  ///   - patience: how long to wait for a lock of another connection, in milliseconds.
  ///   - stop: set from any thread to make a statement end, also one that waits.
  /// - Throws: when it cannot be opened. What is no database is often told of only by the first statement.
  package init(
    _ target: Target, name: String? = nil, access: Access, patience: Int, stop: StopFlag = StopFlag()
  ) throws(SQLiteError) {
    self.name = name ?? target.text
    waiting = BusyWait(milliseconds: patience, stop: stop)
    SQLiteLibrary.prepare()
    let flags = access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(target.argument, &opened, flags | target.flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let opened else {
      defer { sqlite3_close_v2(opened) }
      throw SQLiteError(opened.map { sqlite3_extended_errcode($0) } ?? code, database: self.name, handle: opened)
    }
    handle = opened
    sqlite3_extended_result_codes(opened, 1)
    let context = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_busy_handler(
      opened, { SQLiteConnection.of($0)?.waiting.wait(afterTries: Int($1)) ?? false ? 1 : 0 }, context)
    sqlite3_progress_handler(opened, Self.round, { SQLiteConnection.of($0)?.mustStop() ?? false ? 1 : 0 }, context)
    stop.reaches(opened)
  }

  deinit { close() }

  private static func of(_ context: UnsafeMutableRawPointer?) -> SQLiteConnection? {
    context.map { Unmanaged<SQLiteConnection>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Closes the connection with its statements; it cannot be used afterwards.
  package func close() {
    guard let open = handle else { return }
    for entry in statements { entry.statement?.close() }
    statements = []
    stop.reaches(nil)
    sqlite3_close_v2(open)
    handle = nil
  }

  /// The error for a code that a call returned.
  func error(_ code: Int32) -> SQLiteError { SQLiteError(code, database: name, handle: handle) }

  /// What SQLite says of the last call that failed.
  var lastError: SQLiteError { error(handle.map { sqlite3_extended_errcode($0) } ?? SQLITE_MISUSE) }

  // MARK: - Statements

  /// Runs statements that return nothing of interest.
  package func execute(_ text: String) throws(SQLiteError) {
    let code = sqlite3_exec(handle, text, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code) }
  }

  /// Prepares a statement that is used many times.
  package func prepare(_ text: String) throws(SQLiteError) -> SQLiteStatement {
    guard let statement = try prepareFirst(of: text).statement else { throw error(SQLITE_MISUSE) }
    return statement
  }

  /// Prepares the first statement of a text.
  ///
  /// - Returns: the statement, or nil when there is none but perhaps a comment, and the text behind it.
  package func prepareFirst(of text: String) throws(SQLiteError) -> (statement: SQLiteStatement?, rest: String) {
    var pointer: OpaquePointer?
    var text = text
    let (code, end) = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { bytes in
        var tail: UnsafePointer<CChar>?
        let code = sqlite3_prepare_v3(
          handle, bytes.baseAddress, Int32(bytes.count), UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, &tail)
        return (code, tail.flatMap { tail in bytes.baseAddress.map { tail - $0 } } ?? 0)
      }
    }
    guard code == SQLITE_OK else { throw error(code) }
    let rest = String(decoding: text.utf8.dropFirst(end), as: UTF8.self)
    return (pointer.map { keep(SQLiteStatement($0, of: self)) }, rest)
  }

  private func keep(_ statement: SQLiteStatement) -> SQLiteStatement {
    beginStatement()
    statements.removeAll { $0.statement == nil }
    statements.append(WeakStatement(statement: statement))
    return statement
  }

  /// The whole number that a query returns; nil for NULL or no row.
  package func integer(_ text: String) throws(SQLiteError) -> Int64? {
    let statement = try prepare(text)
    defer { statement.close() }
    return try statement.advance() ? statement.optionalInteger(0) : nil
  }

  // MARK: - Limits

  /// After how many steps of SQLite's machine a connection looks whether it must stop.
  private static let round: Int32 = 1_000

  /// Ends each statement with `interrupted` that takes more steps than this; how many it has taken is forgotten when
  /// one is prepared or reset.
  ///
  /// - Parameter rounds: thousands of steps of SQLite's machine.
  package func limitStatements(rounds: Int) { mostRounds = rounds }

  /// Takes notice that a statement begins.
  func beginStatement() { rounds = 0 }

  private func mustStop() -> Bool {
    rounds += 1
    return rounds > mostRounds || stop.isSet
  }

  /// Takes `"x"` for the name of a column alone, never for a text: a misspelt name is an error then.
  package func refuseQuotedTexts() { csqlite_refuse_quoted_strings(handle) }

  // MARK: - Transactions

  /// Whether a transaction is open.
  package var isInTransaction: Bool { handle.map { sqlite3_get_autocommit($0) == 0 } ?? false }

  /// Forgets what the open transaction did, if there is one.
  package func rollBack() {
    if isInTransaction { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
  }

  /// How many rows the last statement changed.
  package var changes: Int { handle.map { Int(sqlite3_changes($0)) } ?? 0 }

  /// Leaves it to ``checkpoint()`` to move pages from the write-ahead log to the file.
  package func checkpointsByHand() {
    sqlite3_wal_hook(
      handle,
      { context, _, _, pages in
        SQLiteConnection.of(context)?.loggedPages = Int(pages)
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Moves what nobody still reads from the write-ahead log to the file; what cannot be moved stays where it is.
  package func checkpoint() {
    sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    loggedPages = 0
  }

  // MARK: - Values

  /// Reads some bytes of a value without reading all of it.
  ///
  /// - Throws: when there is no such value, or fewer bytes.
  package func read(
    table: String, column: String, row: Int64, from offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(SQLiteError) {
    var blob: OpaquePointer?
    var code = sqlite3_blob_open(handle, "main", table, column, row, 0, &blob)
    defer { sqlite3_blob_close(blob) }
    guard code == SQLITE_OK else { throw error(code) }
    code = sqlite3_blob_read(blob, bytes.baseAddress, Int32(bytes.count), Int32(offset))
    guard code == SQLITE_OK else { throw error(code) }
  }
}

private struct WeakStatement {
  weak var statement: SQLiteStatement?
}

extension SQLiteConnection.Target {
  fileprivate var text: String {
    switch self {
    case .file(let path): path
    case .uri(let uri): uri
    }
  }

  /// What SQLite is given: a path that cannot be taken for a URI, or for a name with a meaning of its own.
  fileprivate var argument: String {
    switch self {
    case .file(let path): OSFile.isAbsolute(path) ? path : "./\(path)"
    case .uri(let uri): uri
    }
  }

  fileprivate var flags: Int32 {
    switch self {
    case .file: 0
    case .uri: SQLITE_OPEN_URI
    }
  }
}
