import Attempts
import ParallelFor
import PostgreSQL
import TestSupport
import Testing

@testable import Jobs

/// Reasons from a real server whose slow queries are planted.
@Suite(.enabled(if: PostgresServer.isExpected), .timeLimit(.minutes(60))) struct WaitSamplerTests {
  private let server: PostgresServer

  init() throws { server = try PostgresServer("max_prepared_transactions=5", "max_connections=60") }

  /// A session of a stranger, with what it has begun.
  private func stranger(_ statements: String..., user: String = "postgres") throws -> PostgreSQLConnection {
    let connection = try PostgreSQLConnection(
      ConnectionString("host=\(server.host) user=\(user) dbname=postgres"), name: "stranger")
    for statement in statements { connection.sendOnce(statement) }
    connection.sendEnd()
    return connection
  }

  /// What the items of the planted workload do, by the letters of their names.
  private static let work = """
    CREATE TABLE rows(id int PRIMARY KEY, v int);
    INSERT INTO rows SELECT i, i FROM generate_series(1, 1000) AS i;
    CREATE TABLE big AS SELECT i, repeat('x', 100) AS pad FROM generate_series(1, 200000) AS i;
    CREATE TABLE done();
    CREATE FUNCTION is_done() RETURNS boolean VOLATILE LANGUAGE sql AS
      $$SELECT count(*) > 0 FROM pg_catalog.pg_class WHERE relname = 'finished'$$;
    CREATE FUNCTION work(item text) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
      CASE regexp_replace(item, '[0-9]', '', 'g')
      WHEN 'lock' THEN UPDATE rows SET v = 0 WHERE id = 2;
      WHEN 'holder' THEN
        UPDATE rows SET v = 0 WHERE id = 3;
        PERFORM pg_advisory_xact_lock(7);
        WHILE NOT is_done() LOOP PERFORM pg_sleep(0.5); END LOOP;
      WHEN 'own' THEN
        WHILE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 7) LOOP
          PERFORM pg_sleep(0.01);
        END LOOP;
        UPDATE rows SET v = 0 WHERE id = 3;
      WHEN 'scan' THEN WHILE NOT is_done() LOOP PERFORM count(*) FROM big WHERE pad LIKE '%y%'; END LOOP;
      WHEN 'sleep' THEN WHILE NOT is_done() LOOP PERFORM pg_sleep(2); END LOOP;
      ELSE PERFORM v FROM rows WHERE id = 5;
      END CASE;
      RETURN item;
    END $$;
    """

  /// Twenty-five slow items of five kinds among a hundred fast ones: each slow one gets its reason, and no fast one has a
  /// reason of theirs (proof 2, trap A-1).
  @Test func plantedReasonsAreFound() throws {
    try server.psql(Self.work)
    let root = try stranger("BEGIN", "UPDATE rows SET v = 0 WHERE id = 1")
    try root.finish()
    let middle = try stranger("BEGIN", "UPDATE rows SET v = 0 WHERE id = 2", "UPDATE rows SET v = 0 WHERE id = 1")
    #expect(eventually { (try? server.psql("SELECT count(*) FROM pg_locks WHERE NOT granted")) == "1\n" })

    let job = try PostgreSQLJob(database: server.database, query: "SELECT work($1)", mayWrite: true)
    let readers = try slowReaders(job)
    let slow = [("holder", 1)] + ["lock", "own", "scan", "sleep"].map { ($0, 5) }
    let names = slow.flatMap { name, count in (1...count).map { "\(name)\($0)" } } + (1...100).map { "fast\($0)" }
    let run = PostgreSQLRun(job, threads: 23)
    run.start(names)
    // Nearly all are seen, and then often enough.
    #expect(eventually(seconds: 600) { job.runningReasons.count >= 22 })
    let before = job.sampler.activity.samples
    #expect(eventually(seconds: 600) { job.sampler.activity.samples >= before + 8 })
    // Later samples can see the end of the chain.
    for (kind, words) in [("lock", "← pid \(root.backend), stranger, idle in transaction"), ("own", "← worker ")] {
      let items = names.indices.filter { names[$0].hasPrefix(kind) }.map { ItemID($0) }
      let details = { items.map { job.runningReasons[$0]?.detail ?? "" } }
      #expect(eventually(seconds: 600) { details().allSatisfy { $0.hasPrefix(words) } }, "\(details())")
    }
    try server.psql("CREATE TABLE finished()")
    root.sendOnce("ROLLBACK")
    root.sendEnd()
    try root.finish()
    try middle.finish()
    middle.sendOnce("ROLLBACK")
    middle.sendEnd()
    try middle.finish()

    var right = readers.count { $0.watched.ended()?.reasons(latency: .max).first?.kind == .client }
    for (slot, reader) in zip(Self.readers, readers) { job.sampler.leave(WorkerID(slot), reader.watched) }
    let allowed: [String: [Reason.Kind]] = [
      "lock": [.lock], "own": [.lock], "scan": [.cpu, .io, .lightweightLock, .processes], "sleep": [.sleep],
    ]
    for (name, ending) in zip(names, run.endings()) {
      let (kind, reasons) = (name.filter(\.isLetter), ending.reasons)
      #expect(ending.outcome == .succeeded, "\(name)")
      if let allowed = allowed[kind], let reason = reasons.first, allowed.contains(reason.kind) { right += 1 }
      if kind == "fast" { #expect(reasons.allSatisfy { ![.lock, .sleep, .client].contains($0.kind) }, "\(reasons)") }
    }
    #expect(right >= 24, "of 25 planted items, \(right) have their reasons")
  }

  private static let readers = 101...105

  /// Connections that belong to workers of the job and do not read the rows that the server sends.
  private func slowReaders(
    _ job: PostgreSQLJob
  ) throws -> [(watched: WatchedWorker, connection: PostgreSQLConnection)] {
    try Self.readers.map { slot in
      let watched = job.sampler.join(WorkerID(slot), prefix: job.prefix)
      let connection = try job.connect(for: WorkerID(slot), while: { true })
      connection.sendOnce("SELECT repeat('x', 10000) FROM generate_series(1, 100000)")
      connection.sendEnd()
      watched.began(ItemID(1_000 + slot))
      return (watched, connection)
    }
  }

  /// Runs an item until the sampler gives it a reason, and then cancels it.
  private func reason(_ job: PostgreSQLJob) -> Reason? {
    let run = PostgreSQLRun(job, threads: 1)
    run.start(["1"])
    var seen: Reason?
    _ = eventually(seconds: 600) {
      seen = job.runningReasons[ItemID(0)]
      return seen != nil
    }
    run.run.stop(.interrupt)
    _ = run.endings()
    return seen
  }

  private func reasonOfUpdate(user: String = "postgres") throws -> Reason? {
    let job = try PostgreSQLJob(
      database: "host=\(server.host) user=\(user) dbname=postgres",
      query: "UPDATE held SET v = v WHERE id = $1 RETURNING id", mayWrite: true)
    return reason(job)
  }

  private func hold() throws {
    try server.psql("CREATE TABLE held(id int, v int); INSERT INTO held VALUES (1, 1)")
  }

  /// Trap A-3.
  @Test func aPreparedTransactionHoldsTheLock() throws {
    try hold()
    try server.psql("BEGIN; UPDATE held SET v = 2; PREPARE TRANSACTION 'forgotten'")
    #expect(try reasonOfUpdate()?.words == "Lock: transactionid ← pid 0: a prepared transaction")
    try server.psql("ROLLBACK PREPARED 'forgotten'")
  }

  /// Trap A-5: what the role cannot see is said to be hidden.
  @Test func aRoleWithoutRightsSeesThatThereIsABlocker() throws {
    try hold()
    try server.psql("CREATE ROLE limited LOGIN; GRANT ALL ON held TO limited")
    let holder = try stranger("BEGIN", "UPDATE held SET v = 2")
    try holder.finish()
    #expect(
      try reasonOfUpdate(user: "limited")?.words
        == "Lock: transactionid ← pid \(holder.backend) (no right to see it; needs pg_read_all_stats)")
  }

  /// Trap A-2: a reader waits behind a change of the table, which waits for another reader.
  @Test func aQueueForATableIsShownToItsRoot() throws {
    try hold()
    let job = try PostgreSQLJob(database: server.database, query: "SELECT count(*) FROM held WHERE id = $1")
    let reader = try stranger("BEGIN", "SELECT * FROM held")
    try reader.finish()
    let changing = try stranger("BEGIN", "ALTER TABLE held ADD COLUMN more int")
    #expect(eventually { (try? server.psql("SELECT count(*) FROM pg_locks WHERE NOT granted")) == "1\n" })
    let words = try #require(reason(job)?.words)
    #expect(words.hasPrefix("Lock: relation ← pid \(reader.backend), stranger, idle in transaction"))
    #expect(words.contains("behind pid \(changing.backend), stranger, active"))
  }

  /// Trap A-25: a sample that cannot be taken is a missed one, and says nothing.
  @Test func aMissedSampleSaysNothing() throws {
    let sampler = WaitSampler(nil) { (_) throws(PostgreSQLError) in throw PostgreSQLError("no connection") }
    let worker = sampler.join(WorkerID(1), prefix: "pfor-tui x/")
    worker.began(ItemID(0))
    #expect(eventually { sampler.activity.missed >= 2 })
    #expect(sampler.activity.samples == 0 && sampler.activity.seen.isEmpty && sampler.runningReasons.isEmpty)
    #expect(worker.ended() == nil)
    sampler.leave(WorkerID(1), worker)
  }

  /// What can never be seen is asked for once, and the user is told why.
  @Test func aServerThatRefusesIsNotAskedAgain() throws {
    try server.psql("CREATE ROLE blind LOGIN; REVOKE SELECT ON pg_catalog.pg_stat_activity FROM PUBLIC")
    let job = try PostgreSQLJob(
      database: "host=\(server.host) user=blind dbname=postgres", query: "SELECT pg_sleep($1::int * 1000)")
    let run = PostgreSQLRun(job, threads: 1)
    run.start(["1"])
    #expect(eventually(seconds: 600) { job.sampler.activity.problem != nil })
    let activity = job.sampler.activity
    #expect(activity.problem?.contains("pg_stat_activity") == true && activity.samples == 0)
    run.run.stop(.interrupt)
    #expect(run.endings().map(\.reasons) == [[]])
  }

  /// Through a pooler, samples are taken without settings, and by the names of the connections.
  @Test(.enabled(if: PostgresServer.hasPooler)) func aPoolerInBetween() throws {
    let job = try PostgreSQLJob(database: server.startPooler(size: 4), query: "SELECT pg_sleep($1::int * 1000)")
    #expect(reason(job)?.words == "sleeps (pg_sleep)")
  }
}
