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
    /// Only the rows that were written after the file was migrated from an older version.
    case some
    case all
  }

  /// How long other programs, such as an interactive `sqlite3`, may hold a lock on the file, in milliseconds.
  private static let patience = 10_000

  let path: String
  private let connection: SQLiteConnection
  /// The format of the file.
  var version = Schema.version { didSet { checks = version < Schema.firstChecked ? .none : .all } }
  /// Which rows have checksums.
  var checks = Checks.all

  /// Opens a file without checking its contents.
  ///
  /// - Throws: when the file is missing, exists but should be created, is not a regular file, or cannot be opened.
  init(path: String, access: Access) throws(RunStoreError) {
    self.path = path
    try Self.checkFile(path, access)
    connection = try SQLiteProblem.translated { () throws(SQLiteError) in
      try SQLiteConnection(
        .file(path), access: access == .read ? .readOnly : .readWrite, patience: Self.patience)
    }
    // A damaged or malicious file must not make SQLite run its functions, or read past a page.
    try execute("PRAGMA trusted_schema = OFF")
    try execute("PRAGMA cell_size_check = ON")
    try execute("PRAGMA mmap_size = 0")
    if access == .read { try limitStatements() }
  }

  /// Checks that a file is present and regular, or absent if it is to be created.
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
    throw RunStoreError(.exists, path, "already exists; resume that run, or name another file")
  }

  /// In thousands of steps of SQLite's virtual machine.
  private static let leastRounds = 10_000
  /// A page of 4 KiB has at most a few hundred rows, and each takes a few dozen steps.
  private static let roundsOfPage = 100

  /// Limits every statement to the steps that a file of this size can need. A damaged tree of pages can lead back to
  /// itself and would yield rows forever.
  private func limitStatements() throws(RunStoreError) {
    let pages = Int(try integer("PRAGMA page_count") ?? 0)
    connection.limitStatements(rounds: Self.leastRounds + min(pages, 1 << 40) * Self.roundsOfPage)
  }

  /// Returns a column for the list of a query: its name, or NULL if the file's format does not have it.
  func expression(for column: Column) -> String { column.since <= version ? column.name : "NULL" }

  /// The column of checksums for the list of a query.
  var checksum: String { checks == .none ? "NULL" : "checksum" }

  /// Runs statements and ignores their results.
  func execute(_ text: String) throws(RunStoreError) {
    try SQLiteProblem.translated { () throws(SQLiteError) in try connection.execute(text) }
  }

  /// Returns the whole number that a query yields; nil for NULL or no row.
  func integer(_ text: String) throws(RunStoreError) -> Int64? {
    try SQLiteProblem.translated { () throws(SQLiteError) in try connection.integer(text) }
  }

  /// Whether the last page of the file is incomplete.
  var endsWithinPage: Bool {
    get throws(RunStoreError) {
      var status = stat()
      guard stat(path.osPath, &status) == 0, let page = try integer("PRAGMA page_size") else { return false }
      return Int64(status.st_size) % page != 0
    }
  }

  /// Prepares a statement that is used many times.
  func prepare(_ text: String) throws(RunStoreError) -> Statement {
    try SQLiteProblem.translated { () throws(SQLiteError) in try connection.prepare(text) }
  }

  /// Leaves checkpoints of the write-ahead log to ``checkpoint()``.
  func checkpointsByHand() { connection.checkpointsByHand() }

  /// The number of pages in the write-ahead log after the last commit; needs ``checkpointsByHand()``.
  var loggedPages: Int { connection.loggedPages }

  /// Moves pages that no reader needs from the write-ahead log to the file; the others stay in the log.
  func checkpoint() { connection.checkpoint() }

  /// The number of rows that the last statement changed.
  var changes: Int { connection.changes }

  /// Rolls back the open transaction, if there is one.
  func rollBack() { connection.rollBack() }

  /// Closes the connection and its statements; it cannot be used afterwards.
  func close() { connection.close() }

  /// Reads some bytes of a value without reading all of it.
  ///
  /// - Throws: when the value does not exist or has fewer bytes.
  func read(
    table: String, column: String, row: Int64, from offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(RunStoreError) {
    try SQLiteProblem.translated { () throws(SQLiteError) in
      try connection.read(table: table, column: column, row: row, from: offset, into: bytes)
    }
  }
}
