import Attempts
import Foundation
import GRDB
import ParallelFor
import SQLite
import Testing

@testable import Jobs

/// Schemas of strangers.
@Suite struct HostileSchemaTests {
  @Test func nothingInASchemaRuns() throws {
    let statements = [
      "CREATE TABLE t (a, b)",
      "CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT zeroblob(100000) FROM n",
      "CREATE TABLE copied AS SELECT 1 AS a", "INSERT INTO t VALUES (1, 2)", "DROP TABLE t",
      "ATTACH '/tmp/should-not-exist.sqlite' AS x", "SELECT load_extension('x')", "PRAGMA journal_mode = OFF",
      "CREATE TRIGGER tr AFTER INSERT ON t BEGIN DELETE FROM t; END", "CREATE VIRTUAL TABLE f USING fts5(a)",
      "CREATE TABLE u (a); DROP TABLE t", "garbage", "", "CREATE", "CREATE TEMP TABLE v (a)",
      "CREATE TABLE w (a DEFAULT (abs(-9223372036854775808)), CHECK (a > 0))", "CREATE INDEX i ON t (a)",
      "CREATE VIEW vw AS SELECT load_extension(a) FROM t",
    ]
    let copy = try SchemaCopy(of: statements)
    #expect(copy.columns(of: "t") == ["a", "b"])
    #expect(copy.columns(of: "u") == ["a"])
    for missing in ["big", "copied", "f", "v", "x"] { #expect(copy.columns(of: missing).isEmpty) }
    #expect(copy.plan(of: "SELECT * FROM t WHERE a = 1")?.first?.hasSuffix("USING INDEX i (a=?)") == true)
    #expect(copy.plan(of: "SELECT count(*) FROM t") != nil)
    #expect(copy.plan(of: "SELECT * FROM vw") == nil)
    #expect(copy.plan(of: "nonsense") == nil)
    let tried = copy.plan(of: "SELECT * FROM t WHERE b = 1", with: ("t", ["b"], "n\"x"))
    #expect(tried?.first?.contains("n\"x (b=?)") == true)
    #expect(copy.plan(of: "SELECT * FROM t WHERE b = 1")?.first?.contains("INDEX") == false)
    #expect(copy.plan(of: "SELECT 1", with: ("t", ["missing\"; DROP TABLE t; --"], "n")) == nil)
    #expect(copy.columns(of: "t") == ["a", "b"])
  }
}

/// Locks of other programs.
@Suite struct LockTableTests {
  private static let file = LockTable.File(major: 8, minor: 0x11, number: 42)
  private static let shared = LockTable.File(major: 8, minor: 0x11, number: 43)
  private static let table = """
    1: POSIX  ADVISORY  WRITE 100 08:11:42 1073741825 1073741825
    1: -> POSIX  ADVISORY  WRITE 200 08:11:42 1073741825 1073741825
    2: POSIX  ADVISORY  READ  300 08:11:42 1073741826 1073742335
    3: FLOCK  ADVISORY  WRITE 400 08:11:42 0 EOF
    4: OFDLCK ADVISORY  WRITE -1 08:11:42 0 EOF
    5: POSIX  ADVISORY  WRITE 500 08:12:42 0 EOF
    6: POSIX  ADVISORY  WRITE 0 08:11:42 0 EOF
    garbage
    """

  @Test func oneWriterIsTheHolder() {
    #expect(LockTable.holder(in: Self.table, database: Self.file, shared: nil, own: 1) == 100)
    #expect(LockTable.holder(in: Self.table, database: Self.file, shared: nil, own: 100) == 300)
    #expect(LockTable.holder(in: Self.table, database: Self.file, shared: Self.shared, own: 100) == nil)
    let wal = Self.table + "\n7: POSIX  ADVISORY  WRITE 600 08:11:43 120 120\n"
    #expect(LockTable.holder(in: wal, database: Self.file, shared: Self.shared, own: 100) == 600)
    #expect(LockTable.holder(in: wal, database: Self.file, shared: Self.shared, own: 1) == nil)
    #expect(LockTable.holder(in: "", database: Self.file, shared: nil, own: 1) == nil)
  }
}

/// Reasons of items that a session runs. Slow items here take at least as long as a reason needs.
@Suite struct SlowSessionTests {
  /// Reads 200,000 rows twenty times for the item 20, and none for the item 0.
  private static let query = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
    SELECT sum((SELECT count(*) FROM t WHERE b = n.i AND c = ?1)) FROM n WHERE n.i <= ?1
    """

  private func database(_ folder: ScratchFolder) throws -> (path: String, queue: DatabaseQueue) {
    let path = folder.file("data.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.write {
      try $0.execute(
        sql: """
          CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER, c INTEGER);
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
            INSERT INTO t SELECT i, i % 1000, i % 7 FROM n;
          CREATE INDEX tbc ON t (b, c);
          """)
    }
    return (path, queue)
  }

  private func context() -> ItemContext { ItemContext(item: ItemID(0), worker: WorkerID(1)) }

  /// The index disappears in mid-run, so SQLite prepares the statement again, and the plan is read again.
  @Test func aChangedSchemaChangesTheReason() throws {
    let folder = try ScratchFolder()
    let (path, queue) = try database(folder)
    let job = try SQLiteJob(path: path, query: Self.query)
    let session = job.openSession(for: WorkerID(1))
    defer { session.close() }
    #expect(session.run(Item("20"), in: context()).reasons.allSatisfy { $0.kind != .fullScan })
    session.rest()
    try queue.write { try $0.execute(sql: "DROP INDEX tbc") }
    let slow = session.run(Item("20"), in: context()).reasons
    #expect(slow.map(\.words) == ["full scan of t, 3,999,980 rows"])
    #expect(slow.first?.remedy == "an index on (b, c)")
    #expect(session.run(Item("0"), in: context()).reasons.isEmpty)
    session.rest()
    try queue.write { try $0.execute(sql: "CREATE INDEX again ON t (b, c)") }
    #expect(session.run(Item("20"), in: context()).reasons.allSatisfy { $0.kind != .fullScan })
    #expect(job.runningReasons.isEmpty)
  }

  /// A lock of this process is nobody else's, so no holder is named.
  @Test func aWaitForALockIsTheReason() throws {
    let folder = try ScratchFolder()
    let (path, queue) = try database(folder)
    let job = try SQLiteJob(path: path, query: "SELECT count(*) FROM t WHERE a = ?", busyTimeoutMilliseconds: 150)
    let session = job.openSession(for: WorkerID(1))
    defer { session.close() }
    #expect(session.run(Item("1"), in: context()).outcome == .succeeded)
    session.rest()
    let ending = try queue.writeWithoutTransaction { database in
      try database.execute(sql: "BEGIN EXCLUSIVE")
      defer { try? database.execute(sql: "ROLLBACK") }
      return session.run(Item("1"), in: context())
    }
    #expect(!ending.outcome.isSuccess)
    #expect(ending.reasons.first?.shared == "waited for a lock")
    #expect(ending.reasons.first?.time ?? 0 >= 150_000_000)
    #expect(ending.reasons.count == 1)
    #expect(job.runningReasons.isEmpty)
    #expect(session.run(Item("1"), in: context()).reasons.isEmpty)
  }

  #if os(Linux)
    /// Another program holds the lock. The reason names it, and so does the row of the running item.
    @Test(.enabled(if: LockingProgram.exists)) func theHolderOfALockIsNamed() throws {
      let folder = try ScratchFolder()
      let (path, queue) = try database(folder)
      try queue.close()
      let job = try SQLiteJob(path: path, query: "SELECT count(*) FROM t WHERE a = ?", busyTimeoutMilliseconds: 300)
      let session = job.openSession(for: WorkerID(1))
      defer { session.close() }
      #expect(session.run(Item("1"), in: context()).outcome.isSuccess)
      session.rest()
      let program = try LockingProgram(locking: path)
      defer { program.end() }
      let reason = try #require(session.run(Item("1"), in: context()).reasons.first)
      #expect(reason.kind == .busy)
      #expect(reason.detail.contains(" ← pid \(program.process), "))
    }
  #endif
}

#if os(Linux)
  /// Another program that has locked a database.
  private final class LockingProgram {
    private static let interpreter = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    static var exists: Bool { interpreter != nil }

    private let program = Process()
    private let input = Pipe()
    var process: Int32 { program.processIdentifier }

    init(locking path: String) throws {
      let output = Pipe()
      program.executableURL = URL(fileURLWithPath: try #require(Self.interpreter))
      program.arguments = [
        "-c",
        """
        import sqlite3, sys
        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        print("locked", flush=True)
        sys.stdin.read()
        """, path,
      ]
      program.standardInput = input
      program.standardOutput = output
      try program.run()
      var said = Data()
      while !said.contains(UInt8(ascii: "\n")), case let part = output.fileHandleForReading.availableData,
        !part.isEmpty
      {
        said += part
      }
      #expect(said == Data("locked\n".utf8))
    }

    func end() {
      try? input.fileHandleForWriting.close()
      program.waitUntilExit()
    }
  }
#endif

/// The shop of the demo.
@Suite struct DemoShopTests {
  /// The index that the advice names makes the slow items fast: they read no table as a whole any more.
  @Test func theAdvisedIndexEndsTheWholeReads() throws {
    let folder = try ScratchFolder()
    let shop = try DemoShop(in: folder.path)
    _ = [folder.file("shop.sqlite"), folder.file("ids.txt")]
    let queue = try DatabaseQueue(path: shop.database)
    let slow = try queue.read {
      try String.fetchAll(
        $0, sql: "SELECT customer FROM orders WHERE customer % 10 = 0 GROUP BY customer ORDER BY count(*) DESC LIMIT 3")
    }
    let before = try reasons(shop, slow)
    #expect(before.map(\.first?.shared) == Array(repeating: "full scan of orders", count: 3))
    #expect(before.map(\.first?.remedy) == Array(repeating: "an index on (product, day)", count: 3))
    let columns = try #require(before.first?.first?.remedy.dropFirst("an index on ".count))
    try queue.write { try $0.execute(sql: "CREATE INDEX advised ON orders \(columns)") }
    #expect(try reasons(shop, slow).allSatisfy { $0.allSatisfy { $0.kind != .fullScan } })
    #expect(try scanned(shop, slow[0]) == 0)
  }

  private func reasons(_ shop: DemoShop, _ items: [String]) throws -> [[Reason]] {
    let job = try SQLiteJob(path: shop.database, query: DemoShop.query)
    let session = job.openSession(for: WorkerID(1))
    defer { session.close() }
    return items.map { session.run(Item($0), in: ItemContext(item: ItemID(0), worker: WorkerID(1))).reasons }
  }

  private func scanned(_ shop: DemoShop, _ item: String) throws -> Int {
    let database = try QueryDatabase(
      shop.database, access: .readOnly, busyTimeoutMilliseconds: 0, stop: StopFlag())
    let statement = try database.prepare(DemoShop.query)
    statement.bind(item, at: 0)
    while try statement.advance() {}
    return statement.takeCounters().scanned
  }
}
