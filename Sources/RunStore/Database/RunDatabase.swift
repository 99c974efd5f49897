import OSText
import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A connection to a run file, used by one thread at a time.
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
  private static let patience = 10_000

  let path: String
  private let connection: SQLiteConnection
  /// Which rows have checksums.
  var checks = Checks.none

  /// Opens a file, without a look at what it holds.
  ///
  /// - Throws: when it is not there, or there though it should be made, or no regular file, or may not be opened.
  init(path: String, access: Access) throws(RunStoreError) {
    self.path = path
    try Self.checkFile(path, access)
    connection = try SQLiteProblem.told { () throws(SQLiteError) in
      try SQLiteConnection(
        .file(path), access: access == .read ? .readOnly : .readWrite, patience: Self.patience)
    }
    // A damaged or malicious file must not make SQLite run its functions, or read past a page.
    try execute("PRAGMA trusted_schema = OFF")
    try execute("PRAGMA cell_size_check = ON")
    try execute("PRAGMA mmap_size = 0")
    if access == .read { try limitStatements() }
  }

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

  /// In thousands of steps of SQLite's machine.
  private static let leastRounds = 10_000
  /// A page of 4 KiB has at most some hundred rows, and each takes some dozen steps.
  private static let roundsOfPage = 100

  /// A tree of pages that leads to the same page again and again has rows without an end: no statement that reads takes
  /// more steps than the rows of a file of this size can need.
  private func limitStatements() throws(RunStoreError) {
    let pages = Int(try integer("PRAGMA page_count") ?? 0)
    connection.limitStatements(rounds: Self.leastRounds + min(pages, 1 << 40) * Self.roundsOfPage)
  }

  /// Runs statements that return nothing we want to know.
  func execute(_ text: String) throws(RunStoreError) {
    try SQLiteProblem.told { () throws(SQLiteError) in try connection.execute(text) }
  }

  /// The whole number that a query returns; nil for NULL or no row.
  func integer(_ text: String) throws(RunStoreError) -> Int64? {
    try SQLiteProblem.told { () throws(SQLiteError) in try connection.integer(text) }
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
    try SQLiteProblem.told { () throws(SQLiteError) in try connection.prepare(text) }
  }

  /// Leaves it to ``checkpoint()`` to move pages from the write-ahead log to the file.
  func checkpointsByHand() { connection.checkpointsByHand() }

  /// How many pages the write-ahead log had after the last commit, once ``checkpointsByHand()`` was called.
  var loggedPages: Int { connection.loggedPages }

  /// Moves what nobody still reads from the write-ahead log to the file; what cannot be moved stays where it is.
  func checkpoint() { connection.checkpoint() }

  /// How many rows the last statement changed.
  var changes: Int { connection.changes }

  /// Forgets what the open transaction did, if there is one.
  func rollBack() { connection.rollBack() }

  /// Closes the connection with its statements; it cannot be used afterwards.
  func close() { connection.close() }

  /// Reads some bytes of a value without reading all of it.
  ///
  /// - Throws: when there is no such value, or fewer bytes.
  func read(
    table: String, column: String, row: Int64, from offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(RunStoreError) {
    try SQLiteProblem.told { () throws(SQLiteError) in
      try connection.read(table: table, column: column, row: row, from: offset, into: bytes)
    }
  }
}
