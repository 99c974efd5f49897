import CSQLite
import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A connection to a run file, used through SQLite's own calls by one thread at a time.
final class RunDatabase {
  enum Access {
    case create
    case write
    case read
  }

  /// Which rows of a file have checksums.
  enum Checks {
    case none
    /// Those that were written since the file came from an older version.
    case some
    case all
  }

  /// How long others, such as a person's `sqlite3`, may hold a lock on the file, in milliseconds.
  private static let patience: Int32 = 10_000

  let path: String
  /// Nil once it is closed.
  private var handle: OpaquePointer?
  private var statements: [WeakStatement] = []
  /// Which rows have checksums.
  var checks = Checks.none
  /// How many rounds of steps a statement has taken that reads; see ``beginStatement()``.
  private var rounds = 0
  private var mostRounds = Int.max
  /// How many pages the write-ahead log had after the last commit, once ``checkpointsByHand()`` was called.
  private(set) var loggedPages = 0

  /// Opens a file, without a look at what it holds.
  ///
  /// - Throws: when it is not there, or there though it should be made, or no regular file, or may not be opened.
  init(path: String, access: Access) throws(RunStoreError) {
    self.path = path
    try Self.checkFile(path, access)
    let flags = access == .read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let opened else {
      defer { sqlite3_close(opened) }
      throw SQLiteProblem.error(path, code: opened.map { sqlite3_extended_errcode($0) } ?? code, handle: opened)
    }
    handle = opened
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, Self.patience)
    // A damaged or malicious file must not make SQLite run its functions, or read past a page.
    try execute("PRAGMA trusted_schema = OFF")
    try execute("PRAGMA cell_size_check = ON")
    try execute("PRAGMA mmap_size = 0")
    if access == .read { try boundStatements() }
  }

  deinit { close() }

  /// Checks that a file is there and a regular one, or not there if it is to be made.
  static func checkFile(_ path: String, _ access: Access) throws(RunStoreError) {
    var status = stat()
    guard stat(path.osPath, &status) == 0 else {
      let reason = SystemReason()
      if reason.code == ENOENT || reason.code == ENOTDIR {
        if access == .create { return }
        throw RunStoreError(.missing, path, "no such run file")
      }
      throw RunStoreError(.notAllowed, path, "cannot be opened: \(reason.words)")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SQLiteProblem.notARun(path) }
    guard access == .create else { return }
    throw RunStoreError(.exists, path, "is there already; resume that run, or name another file")
  }

  /// In steps of SQLite's machine.
  private static let round: Int32 = 10_000
  private static let leastRounds = 1_000
  /// A page of 4 KiB has at most some hundred rows, each of which takes some dozen steps.
  private static let roundsOfPage = 10

  /// A tree of pages that leads to the same page again and again has rows without an end: no statement that reads takes
  /// more steps than the rows of a file of this size can need.
  private func boundStatements() throws(RunStoreError) {
    let pages = Int(try integer("PRAGMA page_count") ?? 0)
    mostRounds = Self.leastRounds + min(pages, 1 << 40) * Self.roundsOfPage
    sqlite3_progress_handler(
      handle, Self.round,
      { context in
        guard let context else { return 0 }
        return Unmanaged<RunDatabase>.fromOpaque(context).takeUnretainedValue().isEndless() ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func isEndless() -> Bool {
    rounds += 1
    return rounds > mostRounds
  }

  /// Takes notice that a statement begins.
  func beginStatement() { rounds = 0 }

  /// Runs statements that return nothing we want to know.
  func execute(_ text: String) throws(RunStoreError) {
    let code = sqlite3_exec(handle, text, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code) }
  }

  /// The whole number that a query returns; nil for NULL or no row.
  func integer(_ text: String) throws(RunStoreError) -> Int64? {
    let statement = try prepare(text)
    defer { statement.close() }
    return try statement.step() && !statement.isNull(0) ? statement.integer(0) : nil
  }

  /// Whether the last page of the file is not whole.
  var endsWithinPage: Bool {
    get throws(RunStoreError) {
      var status = stat()
      guard stat(path.osPath, &status) == 0, let page = try integer("PRAGMA page_size") else { return false }
      return Int64(status.st_size) % page != 0
    }
  }

  /// Prepares a statement that is used many times.
  func prepare(_ text: String) throws(RunStoreError) -> Statement {
    var pointer: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
    guard code == SQLITE_OK, let pointer else { throw error(code) }
    beginStatement()
    let statement = Statement(pointer, of: self)
    statements.removeAll { $0.statement == nil }
    statements.append(WeakStatement(statement: statement))
    return statement
  }

  /// Whether a transaction is open.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Leaves it to ``checkpoint()`` to move pages from the write-ahead log to the file.
  func checkpointsByHand() {
    sqlite3_wal_hook(
      handle,
      { context, _, _, pages in
        if let context { Unmanaged<RunDatabase>.fromOpaque(context).takeUnretainedValue().loggedPages = Int(pages) }
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Moves what nobody still reads from the write-ahead log to the file; what cannot be moved stays where it is.
  func checkpoint() {
    sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    loggedPages = 0
  }

  /// How many rows the last statement changed.
  var changes: Int { Int(sqlite3_changes(handle)) }

  /// Forgets what the open transaction did, if there is one.
  func rollBack() {
    if isInTransaction { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
  }

  /// Closes the connection with its statements; it cannot be used afterwards.
  func close() {
    for entry in statements { entry.statement?.close() }
    statements = []
    if let open = handle { sqlite3_close_v2(open) }
    handle = nil
  }

  /// The error for a code that a call returned.
  func error(_ code: Int32) -> RunStoreError { SQLiteProblem.error(path, code: code, handle: handle) }

  /// Reads some bytes of a value without reading all of it.
  ///
  /// - Throws: when there is no such value, or fewer bytes.
  func read(
    table: String, column: String, row: Int64, from offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(RunStoreError) {
    var blob: OpaquePointer?
    var code = sqlite3_blob_open(handle, "main", table, column, row, 0, &blob)
    defer { sqlite3_blob_close(blob) }
    guard code == SQLITE_OK else { throw error(code) }
    code = sqlite3_blob_read(blob, bytes.baseAddress, Int32(bytes.count), Int32(offset))
    guard code == SQLITE_OK else { throw error(code) }
  }
}

private struct WeakStatement {
  weak var statement: Statement?
}
