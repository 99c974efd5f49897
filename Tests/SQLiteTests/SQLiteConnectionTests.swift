import Foundation
import OSText
import SQLite
import Testing

@Suite struct SQLiteConnectionTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func open(
    _ name: String = "data", access: SQLiteConnection.Access = .readWrite, patience: Int = 0,
    stop: StopFlag = StopFlag()
  ) throws(SQLiteError) -> SQLiteConnection {
    try SQLiteConnection(.file("\(folder.path)/\(name)"), access: access, patience: patience, stop: stop)
  }

  private static let endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"

  // MARK: - Names

  /// SQLite would take some of these for a URI, or for a database in memory.
  @Test(arguments: [":memory:", "file:x", "file::memory:?cache=shared", "a?mode=ro", "%41"])
  func aPathIsAFileWhateverItIsCalled(name: String) throws {
    try open(name).execute("CREATE TABLE t(v)")
    #expect(OSFile.names(in: folder.path) == [name])
    #expect(try open(name, access: .readOnly).integer("SELECT count(*) FROM t") == 0)
  }

  @Test func aRelativePathIsAFileToo() throws {
    let up = OSFile.parts(OSFile.currentFolder).map { _ in "../" }.joined()
    let path = "\(up)\(folder.path.dropFirst())/:memory:"
    try SQLiteConnection(.file(path), access: .readWrite, patience: 0).execute("CREATE TABLE t(v)")
    #expect(OSFile.names(in: folder.path) == [":memory:"])
  }

  @Test func aURIHasParameters() throws {
    try open().execute("CREATE TABLE t(v)")
    let uri = "file:\(folder.path)/d%61ta?mode=ro"
    let connection = try SQLiteConnection(.uri(uri), access: .readWrite, patience: 0)
    #expect(try connection.integer("SELECT count(*) FROM t") == 0)
    let error = #expect(throws: SQLiteError.self) { try connection.execute("DROP TABLE t") }
    #expect(error?.code == .readOnly)
    #expect(error?.database == uri)
  }

  @Test func aPathIsBytes() throws {
    let name = OSText.decode([0x64, 0xFF, 0xC3])
    let connection = try open(name)
    try connection.execute("PRAGMA journal_mode = WAL; CREATE TABLE t(v)")
    #expect(Set(OSFile.names(in: folder.path)) == [name, name + "-wal", name + "-shm"])
    connection.close()
    #expect(try open(name, access: .readOnly).integer("SELECT count(*) FROM t") == 0)
  }

  // MARK: - Errors

  @Test func errorsHaveTheirNumbersAndWords() throws {
    let missing = #expect(throws: SQLiteError.self) { try open("none", access: .readOnly) }
    #expect(missing?.code == .cannotOpen)
    #expect(missing?.systemError == ENOENT)
    #expect(missing?.description == "\(folder.path)/none: unable to open database file")
    let connection = try open()
    try connection.execute("CREATE TABLE t(v INTEGER PRIMARY KEY); INSERT INTO t VALUES(1)")
    let twice = #expect(throws: SQLiteError.self) { try connection.execute("INSERT INTO t VALUES(1)") }
    #expect(twice?.code == .constraint)
    #expect(twice?.extendedCode.rawValue == 1555)
    #expect(twice?.message == "UNIQUE constraint failed: t.v")
    let wrong = #expect(throws: SQLiteError.self) { try connection.prepare("SELECT none FROM t") }
    #expect(wrong?.code == .error)
    #expect(wrong?.offset == 7)
    #expect(throws: SQLiteError.self) { try connection.prepare("-- nothing") }
  }

  @Test func aClosedConnectionSaysSo() throws {
    let connection = try open()
    let statement = try connection.prepare("SELECT 1")
    connection.close()
    #expect(throws: SQLiteError.self) { try statement.advance() }
    #expect(throws: SQLiteError.self) { try connection.execute("SELECT 1") }
    #expect(throws: SQLiteError.self) { try connection.prepare("SELECT 1") }
    #expect(!connection.isInTransaction)
    connection.rollBack()
    connection.close()
  }

  /// A reader's lock ends with the connection, even if a statement still exists.
  @Test func closingEndsStatements() throws {
    let connection = try open()
    try connection.execute("CREATE TABLE t(v); INSERT INTO t VALUES(1), (2)")
    let rows = try connection.prepare("SELECT v FROM t")
    #expect(try rows.advance())
    connection.close()
    try open().execute("DELETE FROM t")
  }

  /// A statement needs its connection.
  @Test func aStatementKeepsItsConnection() throws {
    let statement = try open().prepare("SELECT 5")
    #expect(try statement.advance())
    #expect(statement.integer(0) == 5)
  }

  @Test func quotedTextsAreRefused() throws {
    let connection = try open()
    #expect(try connection.integer("SELECT \"a\" = 'a'") == 1)
    connection.refuseQuotedTexts()
    #expect(throws: SQLiteError.self) { try connection.prepare("SELECT \"a\"") }
  }

  // MARK: - Ending

  @Test(.timeLimit(.minutes(60))) func aStatementEndsAtItsLimit() throws {
    let connection = try open()
    connection.limitStatements(rounds: 50)
    for _ in 0..<2 {
      let error = #expect(throws: SQLiteError.self) { try connection.integer(Self.endless) }
      #expect(error?.code == .interrupted)
    }
    let short = try connection.prepare(
      "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 1000)"
        + " SELECT count(*) FROM r")
    // The whole limit applies to each.
    for _ in 0..<100 {
      #expect(try short.advance())
      short.reset()
    }
  }

  @Test(.timeLimit(.minutes(60))) func aStatementEndsWhenItIsStopped() throws {
    let stop = StopFlag()
    let connection = try open(stop: stop)
    let statement = try connection.prepare(Self.endless)
    stop.set()
    let error = #expect(throws: SQLiteError.self) { try statement.advance() }
    #expect(error?.code == .interrupted)
    stop.clear()
    #expect(try connection.integer("SELECT 1") == 1)
  }

  /// The flag reaches a statement that runs, from another thread.
  @Test(.timeLimit(.minutes(60))) func aRunningStatementEndsWhenItIsStopped() throws {
    let stop = StopFlag()
    let connection = try open(stop: stop)
    let statement = try connection.prepare(Self.endless)
    let other = Thread { stop.set() }
    other.start()
    let error = #expect(throws: SQLiteError.self) { try statement.advance() }
    #expect(error?.code == .interrupted)
  }

  @Test(.timeLimit(.minutes(60))) func waitingForALockEndsWhenItIsStopped() throws {
    let writer = try open()
    try writer.execute("CREATE TABLE t(v); BEGIN EXCLUSIVE")
    let stop = StopFlag()
    let connection = try open(patience: 3_600_000, stop: stop)
    let other = Thread { stop.set() }
    other.start()
    let error = #expect(throws: SQLiteError.self) { try connection.execute("INSERT INTO t VALUES(1)") }
    // The request may arrive before the wait for the lock starts.
    #expect([.busy, .interrupted].contains(error?.code))
  }

  @Test func aLockIsWaitedForAsLongAsItsPatience() throws {
    let writer = try open()
    try writer.execute("CREATE TABLE t(v); BEGIN EXCLUSIVE")
    let error = #expect(throws: SQLiteError.self) { try open(patience: 20).execute("INSERT INTO t VALUES(1)") }
    #expect(error?.code == .busy)
    try writer.execute("COMMIT")
    try open().execute("INSERT INTO t VALUES(1)")
  }

  // MARK: - Transactions

  @Test func rolledBackChangesAreGone() throws {
    let connection = try open()
    try connection.execute("CREATE TABLE t(v); BEGIN; INSERT INTO t VALUES(1), (2), (3)")
    #expect(connection.isInTransaction)
    #expect(connection.changes == 3)
    connection.rollBack()
    #expect(!connection.isInTransaction)
    #expect(try connection.integer("SELECT count(*) FROM t") == 0)
  }

  @Test func theLogIsMovedByHand() throws {
    let connection = try open()
    try connection.execute("PRAGMA journal_mode = WAL")
    connection.checkpointsByHand()
    try connection.execute("CREATE TABLE t(v)")
    #expect(connection.loggedPages > 0)
    connection.checkpoint()
    #expect(connection.loggedPages == 0)
  }
}
