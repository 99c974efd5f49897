import CSQLite
import CSQLiteMemory
import OSText

/// A connection to a database. Only one thread at a time may use it.
package final class SQLiteConnection {
  /// What to open.
  package enum Target: Sendable, Equatable {
    /// The path of a file. It is always a path, even if it is `:memory:` or `file:x`.
    case file(String)
    /// An SQLite URI, which starts with `file:`.
    case uri(String)
  }

  /// The permitted access to the database.
  package enum Access: Sendable {
    /// Reading only.
    case readOnly
    /// Reading and writing. A missing file is created.
    case readWrite
  }

  /// The database's name in errors.
  package let name: String
  /// SQLite's connection; nil after it is closed.
  private var handle: OpaquePointer?
  private var statements: [WeakStatement] = []
  private let waiting: BusyWait
  /// The flag that ends a running or waiting statement; any thread may set it.
  private var stop: StopFlag { waiting.stop }
  /// The maximum number of rounds of a statement; see ``limitStatements(rounds:)``.
  private var mostRounds = Int.max
  private var rounds = 0
  /// The pages in the write-ahead log after the last commit, if ``checkpointsByHand()`` was called.
  package private(set) var loggedPages = 0

  /// Whether the connection waits for locks of others. If not, it gives up at once.
  package var isPatient = true
  /// Called once for each lock for which the connection has waited a twentieth of a second. It must not use the
  /// connection.
  package var onLongWait: (() -> Void)?
  /// Called at intervals while a statement runs, about every ten million steps of SQLite's virtual machine. It must not
  /// use the connection, but may read the counters of the statement.
  package var onManySteps: (() -> Void)?
  /// How long the connection has waited for locks, in milliseconds.
  private var lockWait = 0

  /// Opens a database.
  ///
  /// - Parameters:
  ///   - target: what to open.
  ///   - name: the database's name in errors; nil for the path or URI itself.
  ///   - access: the permitted access.
  ///   - patience: the maximum wait for a lock of another connection, in milliseconds.
  ///   - stop: ends a running or waiting statement; any thread may set it.
  /// - Throws: an error if it cannot be opened. If the file is not a database, often only the first statement fails.
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
      opened, { SQLiteConnection.of($0)?.waitForLock(afterTries: Int($1)) ?? false ? 1 : 0 }, context)
    sqlite3_progress_handler(opened, Self.round, { SQLiteConnection.of($0)?.mustStop() ?? false ? 1 : 0 }, context)
    stop.reaches(opened)
  }

  deinit { close() }

  private static func of(_ context: UnsafeMutableRawPointer?) -> SQLiteConnection? {
    context.map { Unmanaged<SQLiteConnection>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Closes the connection and its statements. It cannot be used afterwards.
  package func close() {
    guard let open = handle else { return }
    for entry in statements { entry.statement?.close() }
    statements = []
    stop.reaches(nil)
    sqlite3_close_v2(open)
    handle = nil
  }

  /// SQLite's connection, for other types of this module.
  var rawHandle: OpaquePointer? { handle }

  /// Returns the error for a code that a call returned.
  func error(_ code: Int32) -> SQLiteError { SQLiteError(code, database: name, handle: handle) }

  /// The error of the last call that failed.
  var lastError: SQLiteError { error(handle.map { sqlite3_extended_errcode($0) } ?? SQLITE_MISUSE) }

  // MARK: - Statements

  /// Runs statements and ignores their rows.
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
  /// - Returns: the statement, and the text after it. The statement is nil if the text has none, for example if it is a
  ///   comment.
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

  /// Returns the integer result of a query; nil for NULL or no row.
  package func integer(_ text: String) throws(SQLiteError) -> Int64? {
    let statement = try prepare(text)
    defer { statement.close() }
    return try statement.advance() ? statement.optionalInteger(0) : nil
  }

  // MARK: - Limits

  /// The number of steps of SQLite's virtual machine between checks whether to stop.
  private static let round: Int32 = 1_000

  /// Ends each statement that takes more steps than this with `interrupted`. The count restarts when a statement is
  /// prepared or reset.
  ///
  /// - Parameter rounds: the limit in thousands of steps of SQLite's virtual machine.
  package func limitStatements(rounds: Int) { mostRounds = rounds }

  /// Restarts the count of steps, for a new statement.
  func beginStatement() { rounds = 0 }

  private func mustStop() -> Bool {
    rounds += 1
    if rounds.isMultiple(of: Self.manyRounds) { onManySteps?() }
    return rounds > mostRounds || stop.isSet
  }

  /// The number of rounds between two calls of ``onManySteps``.
  private static let manyRounds = 8_192

  /// The steps of the running statement, in whole rounds.
  var steps: Int { rounds * Int(Self.round) }

  // MARK: - Waiting

  /// Waits once more for a lock that could not be taken. Returns false to give up.
  private func waitForLock(afterTries tries: Int) -> Bool {
    if tries == Self.longWait { onLongWait?() }
    guard isPatient, waiting.wait(afterTries: tries) else { return false }
    lockWait += BusyWait.pause(afterTries: tries)
    return true
  }

  /// The number of tries after which a wait is long.
  private static let longWait = 6

  /// Returns how long the connection has waited for locks since the last call, in milliseconds.
  package func takeLockWait() -> Int {
    defer { lockWait = 0 }
    return lockWait
  }

  /// Treats `"x"` only as the name of a column, never as a string, so that a misspelt name is an error.
  package func refuseQuotedTexts() { csqlite_refuse_quoted_strings(handle) }

  // MARK: - Transactions

  /// Whether a transaction is open.
  package var isInTransaction: Bool { handle.map { sqlite3_get_autocommit($0) == 0 } ?? false }

  /// Rolls back the open transaction, if there is one.
  package func rollBack() {
    if isInTransaction { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
  }

  /// The number of rows that the last statement changed.
  package var changes: Int { handle.map { Int(sqlite3_changes($0)) } ?? 0 }

  /// Turns off automatic checkpoints, so that only ``checkpoint()`` moves pages from the write-ahead log to the file.
  package func checkpointsByHand() {
    sqlite3_wal_hook(
      handle,
      { context, _, _, pages in
        SQLiteConnection.of(context)?.loggedPages = Int(pages)
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Moves pages that no reader still needs from the write-ahead log to the file. The other pages stay in the log.
  package func checkpoint() {
    sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    loggedPages = 0
  }

  // MARK: - Values

  /// Reads part of a value's bytes without reading the whole value.
  ///
  /// - Throws: an error if there is no such value, or it has fewer bytes.
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

  /// The name to pass to SQLite. A path is written so that SQLite cannot take it for a URI or a special name.
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
