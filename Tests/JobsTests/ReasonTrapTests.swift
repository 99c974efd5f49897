import Attempts
import GRDB
import ParallelFor
import SQLite
import Testing

@testable import Jobs

/// What other tools that look at databases and processes have got wrong.
@Suite struct ReasonTrapTests {
  private func context(_ cancellation: Cancellation = Cancellation()) -> ItemContext {
    ItemContext(item: ItemID(0), worker: WorkerID(1), cancellation: cancellation)
  }

  private func database(_ folder: ScratchFolder, rows: Int, journal: String = "wal") throws -> DatabaseQueue {
    let queue = try DatabaseQueue(path: folder.file("data.sqlite"))
    _ = [folder.file("data.sqlite-wal"), folder.file("data.sqlite-shm")]
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA journal_mode = \(journal)")
      try database.execute(
        sql: """
          CREATE TABLE t (a INTEGER PRIMARY KEY, b);
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
            INSERT INTO t SELECT i, hex(i * 7919 % 10007) FROM n;
          """)
    }
    return queue
  }

  /// A statement that reads before it writes meets no stale snapshot, however often another program writes meanwhile.
  @Test func noWriteFailsByAStaleSnapshot() throws {
    let folder = try ScratchFolder()
    let queue = try database(folder, rows: 100)
    let job = try SQLiteJob(
      path: folder.file("data.sqlite"), query: "INSERT INTO t (b) SELECT max(a) FROM t WHERE a > ?", access: .readWrite,
      busyTimeoutMilliseconds: 600_000)
    let ok = [true, false].parallelMap(threads: 2) { isOurs in
      if isOurs {
        let session = job.openSession(for: WorkerID(1))
        defer { session.close() }
        return (0..<100).count { session.run(Item("\($0)"), in: context()).outcome.isSuccess }
      }
      return (0..<100).count { _ in (try? queue.write { try $0.execute(sql: "INSERT INTO t (b) VALUES (1)") }) != nil }
    }
    #expect(ok.first == 100)
  }

  /// When a worker rests, its transaction has ended, and the write-ahead log can be reset.
  @Test func aReaderDoesNotKeepTheLog() throws {
    let folder = try ScratchFolder()
    let queue = try database(folder, rows: 10)
    let job = try SQLiteJob(path: folder.file("data.sqlite"), query: "SELECT b FROM t WHERE a = ?")
    let session = job.openSession(for: WorkerID(1))
    defer { session.close() }
    #expect(session.run(Item("1"), in: context()).outcome.isSuccess)
    try queue.write { try $0.execute(sql: "UPDATE t SET b = 2") }
    #expect(session.run(Item("1"), in: context()).outcome.isSuccess)
    session.rest()
    let checkpoint = try queue.writeWithoutTransaction { try Row.fetchOne($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    #expect(checkpoint?[0] == 0 && checkpoint?[1] == 0)
  }

  /// Another program that wants the whole file waits for our item, and not our item for it.
  @Test func aReaderIsNotOvertaken() throws {
    let folder = try ScratchFolder()
    let queue = try database(folder, rows: 10, journal: "delete")
    let connection = try QueryDatabase(
      folder.file("data.sqlite"), access: .readOnly, busyTimeoutMilliseconds: 0, stop: StopFlag())
    let reading = try ReadTransaction(connection)
    let statement = try connection.prepare("SELECT a FROM t WHERE a > ?")
    _ = reading.enter()
    statement.bind(0, at: 0)
    #expect(try statement.advance())
    #expect(throws: DatabaseError.self) {
      try queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE; COMMIT") }
    }
    var rows = 1
    while try statement.advance() { rows += 1 }
    #expect(rows == 10)
    statement.finish()
    reading.end()
  }

  /// A sort is one step of SQLite's machine, and ends all the same.
  @Test(.timeLimit(.minutes(60))) func aSortEndsWhenTheItemIsCancelled() throws {
    let folder = try ScratchFolder()
    _ = try database(folder, rows: 1_000)
    let query = "SELECT x.b || y.b || z.b AS w FROM t x, t y, t z WHERE ? ORDER BY w DESC"
    let job = try SQLiteJob(path: folder.file("data.sqlite"), query: query)
    let cancellation = Cancellation()
    let outcomes = [true, false].parallelMap(threads: 2) { isItem in
      guard isItem else {
        cancellation.request(.interrupt)
        return Outcome.cancelled
      }
      let session = job.openSession(for: WorkerID(1))
      defer { session.close() }
      return session.run(Item("1"), in: context(cancellation)).outcome
    }
    #expect(outcomes == [.cancelled, .cancelled])
  }

  /// Commands that end within a second are never looked at. A process that is gone, or that may not be looked at, and a
  /// system that shows nothing, mean that nothing is said.
  @Test func whatCannotBeSeenIsNotSaid() {
    var watch = CommandWatch()
    #expect(watch.look(at: 1, age: 999_999_999) == nil)
    #expect(!watch.hasLooked)
    #expect(watch.look(at: -1, age: 1_000_000_000) == nil)
    watch.end(of: -1)
    #expect(!watch.hasLooked)
    #expect(watch.reasons(wall: 5_000_000_000, cpu: 0).isEmpty)
    #expect(watch.pause(at: 1_000_000_000) <= 1_001)
    #expect(ProcessFiles.text("/proc/-1/stat") == nil)
    #expect(ProcessFiles.numbers(in: "/proc/-1/fd", limit: 9).isEmpty)
    #expect(LockTable.holder(ofDatabase: "/no/such/file") == nil)
  }
}
