import GRDB
import ParallelFor
import SQLite
import TestSupport
import Testing

@testable import Jobs

/// Events from outside while a session is open: changed tables, locks, requests to end.
@Suite struct SQLiteSessionTests {
  private func context(_ cancellation: Cancellation = Cancellation()) -> ItemContext {
    ItemContext(item: ItemID(0), worker: WorkerID(1), cancellation: cancellation)
  }

  private func database(_ folder: ScratchFolder, _ sql: String) throws -> (path: String, queue: DatabaseQueue) {
    let path = folder.file("data.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: sql) }
    return (path, queue)
  }

  @Test(
    arguments: [
      ("ALTER TABLE s DROP COLUMN b", #"{"a":"A"}"#), ("ALTER TABLE s RENAME COLUMN b TO c", #"{"a":"A","c":"B"}"#),
      ("ALTER TABLE s ADD COLUMN c DEFAULT 1", #"{"a":"A","b":"B","c":1}"#),
      ("DROP TABLE s; CREATE TABLE s(z); INSERT INTO s VALUES (1.5)", #"{"z":1.5}"#),
    ])
  func columnsAreReadAgain(change: String, expected: String) throws {
    let folder = try ScratchFolder()
    let (path, queue) = try database(folder, "CREATE TABLE s(a, b); INSERT INTO s VALUES ('A', 'B')")
    let session = try SQLiteJob(path: path, query: "SELECT * FROM s WHERE ? > 0", rows: .json)
      .openSession(for: WorkerID(1))
    defer { session.close() }
    #expect(session.run(Item("1"), in: context()).output.string == #"{"a":"A","b":"B"}"# + "\n")
    session.rest()
    try queue.write { try $0.execute(sql: change) }
    #expect(session.run(Item("1"), in: context()).output.string == expected + "\n")
    #expect(session.run(Item("1"), in: context()).output.string == expected + "\n")
  }

  /// Each item is a statement: columns are its own, and what cannot run fails that item alone.
  @Test func eachItemIsAStatement() throws {
    let folder = try ScratchFolder()
    let (path, _) = try database(folder, "CREATE TABLE s(a, b); INSERT INTO s VALUES (1, 'B')")
    let session = try SQLiteJob(path: path, query: nil, rows: .json).openSession(for: WorkerID(1))
    defer { session.close() }
    let rows: [(String, String)] = [
      ("SELECT * FROM s", #"{"a":1,"b":"B"}"#), ("SELECT b AS c FROM s", #"{"c":"B"}"#),
      ("SELECT count(*) AS n FROM s", #"{"n":1}"#),
    ]
    let failures: [(String, String)] = [
      ("DELETE FROM s", SQLiteJob.forbiddenWrite.description), ("SELECT ?", StatementItem.hasParameters.description),
      ("SELEC", "the query cannot be prepared: near \"SELEC\": syntax error (at character 1)"),
      ("SELECT 1\0", "the statement contains a NUL byte"),
    ]
    for ((statement, row), (wrong, reason)) in zip(rows + rows, failures) {
      #expect(session.run(Item(statement), in: context()).output.string == row + "\n")
      #expect(session.run(Item(wrong), in: context()).outcome == .failed(Failure(reason)))
    }
    let bytes = session.run(Item(.bytes([0x53, 0xFF])), in: context())
    #expect(bytes.outcome == .failed(Failure("the statement is not valid UTF-8")))
  }

  /// A statement that leaves a transaction open would make later items part of it.
  @Test func aTransactionThatAStatementLeavesOpenIsRolledBack() throws {
    let folder = try ScratchFolder()
    let (path, queue) = try database(folder, "CREATE TABLE s(a)")
    let session = try SQLiteJob(path: path, query: nil, access: .readWrite).openSession(for: WorkerID(1))
    defer { session.close() }
    #expect(session.run(Item("BEGIN"), in: context()).note == StatementItem.leftTransaction)
    #expect(session.run(Item("INSERT INTO s VALUES (1)"), in: context()).note == nil)
    #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM s") } == 1)
  }

  @Test func aTableThatIsGoneFailsTheItem() throws {
    let folder = try ScratchFolder()
    let (path, queue) = try database(folder, "CREATE TABLE s(a)")
    let session = try SQLiteJob(path: path, query: "SELECT * FROM s WHERE ? > 0").openSession(for: WorkerID(1))
    defer { session.close() }
    #expect(session.run(Item("1"), in: context()).outcome == .succeeded)
    session.rest()
    try queue.write { try $0.execute(sql: "DROP TABLE s") }
    #expect(session.run(Item("1"), in: context()).outcome == .failed(Failure("no such table: s")))
  }

  /// The connection is opened while another one has locked the database, with an hour of patience.
  @Test(.timeLimit(.minutes(60)), arguments: [SQLiteJob.Access.readOnly, .readWrite])
  func openingEndsWhenTheItemIsCancelled(access: SQLiteJob.Access) throws {
    let folder = try ScratchFolder()
    let (path, queue) = try database(folder, "CREATE TABLE s(a)")
    let query = access == .readOnly ? "SELECT * FROM s WHERE a = ?" : "INSERT INTO s VALUES (?)"
    let job = try SQLiteJob(path: path, query: query, access: access, busyTimeoutMilliseconds: 3_600_000)
    let session = job.openSession(for: WorkerID(1))
    defer { session.close() }
    let cancellation = Cancellation()
    cancellation.request(.interrupt)
    let outcome = try queue.writeWithoutTransaction { database in
      try database.execute(sql: "BEGIN EXCLUSIVE")
      defer { try? database.execute(sql: "ROLLBACK") }
      return session.run(Item("1"), in: context(cancellation)).outcome
    }
    #expect(outcome == .cancelled)
    #expect(session.run(Item("1"), in: context()).outcome == .succeeded)
  }

  @Test func aFailedOpeningFailsTheItemAndTheNextTriesAgain() throws {
    let folder = try ScratchFolder()
    let (path, queue) = try database(folder, "CREATE TABLE s(a)")
    let job = try SQLiteJob(path: path, query: "SELECT count(*) FROM s WHERE ?", busyTimeoutMilliseconds: 1)
    let session = job.openSession(for: WorkerID(1))
    defer { session.close() }
    let outcome = try queue.writeWithoutTransaction { database in
      try database.execute(sql: "BEGIN EXCLUSIVE")
      defer { try? database.execute(sql: "ROLLBACK") }
      return session.run(Item("1"), in: context()).outcome
    }
    #expect(outcome == .failed(Failure("\(path): database is locked")))
    #expect(session.run(Item("1"), in: context()).output.string == "0\n")
  }

  /// Without turns, some of these many writers would find the database locked. Here, none of them waits for a lock.
  @Test(.timeLimit(.minutes(60)), arguments: ["delete", "wal"]) func ownWritersNeverMeetALock(journal: String) throws {
    let folder = try ScratchFolder()
    let (path, queue) = try database(folder, "CREATE TABLE s(a)")
    _ = [folder.file("data.sqlite-wal"), folder.file("data.sqlite-shm")]
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = \(journal)") }
    let job = try SQLiteJob(
      path: path, query: "INSERT INTO s VALUES (?)", access: .readWrite, busyTimeoutMilliseconds: 0)
    let outcomes = (0..<5).map { $0 }.parallelMap(threads: 5) { worker in
      let session = job.openSession(for: WorkerID(worker + 1))
      defer { session.close() }
      return (0..<200).map { session.run(Item("\($0)"), in: context()).outcome }
    }
    #expect(outcomes.joined().allSatisfy { $0 == .succeeded })
    #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM s") } == 1_000)
  }

  /// Random numbers of every size, to their last bit.
  @Test(arguments: [RowFormat.json, .csv, .tsv]) func everyBitOfAREALIsWritten(format: RowFormat) throws {
    let folder = try ScratchFolder()
    let (path, queue) = try database(folder, "CREATE TABLE s(a REAL)")
    var random = SeededGenerator(seed: 51)
    let numbers =
      [0.1 + 0.2, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 1.0 / 3, 1e15, 1e16, 3]
      + (0..<3_000).map { _ in Double(bitPattern: random.next()) }.filter(\.isFinite)
    try queue.write { database in
      for number in numbers { try database.execute(sql: "INSERT INTO s VALUES (?)", arguments: [number]) }
    }
    let job = try SQLiteJob(path: path, query: "SELECT a FROM s WHERE ? ORDER BY rowid", rows: format)
    let lines = try runOnce(job, Item("1")).output.string.split(separator: "\n").map {
      format == .json ? String($0.dropFirst(5).dropLast()) : String($0)
    }
    #expect(lines.map { Double($0) } == numbers)
  }
}

@Suite struct DatabaseNameTests {
  @Test(arguments: [
    ("x.db", "x.db"), ("/a/x.db", "/a/x.db"), (":memory:", ":memory:"), ("file:x.db", "x.db"),
    ("./file:x.db", "./file:x.db"), ("file:/a/b", "/a/b"), ("file:///a%20b", "/a b"), ("file://localhost/a", "/a"),
    ("file:a#b", "a"), ("file:a%3fb", "a?b"), ("file:a%2", "a%2"), ("FILE:x", "FILE:x"), ("a?b", "a?b"), ("", ""),
  ])
  func namesOfFiles(name: String, path: String) {
    #expect(DatabaseName(name).path == path)
    #expect(DatabaseName(name).target == .file(path))
  }

  @Test func aNameWithParametersIsAURI() {
    let name = DatabaseName("file:a%20b?immutable=1")
    #expect(name.path == "a b")
    #expect(name.target == .uri("file:a%20b?immutable=1"))
  }

  @Test func aURIOpensItsFileAndAPathItsOwn() throws {
    let folder = try ScratchFolder()
    for (name, value) in [("x.db", 1), ("file:x.db", 2)] {
      try DatabaseQueue(path: folder.file(name)).write { try $0.execute(sql: "CREATE TABLE t AS SELECT \(value) v") }
    }
    for (name, value) in [
      ("\(folder.path)/file:x.db", "2\n"), ("file:\(folder.path)/x.db", "1\n"),
      ("file:\(folder.path)/x.db?mode=ro", "1\n"), ("file:\(folder.path)/%66ile:x.db", "2\n"),
    ] {
      let job = try SQLiteJob(path: name, query: "SELECT v FROM t WHERE ?")
      #expect(try runOnce(job, Item("1")).output.string == value, "\(name)")
    }
    let missing = "file:\(folder.path)/no?immutable=1"
    #expect(throws: JobError("\(missing): no such file")) { try SQLiteJob(path: missing, query: "SELECT ?") }
  }
}
