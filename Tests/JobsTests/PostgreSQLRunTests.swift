import Attempts
import ParallelFor
import TestSupport
import Testing

@testable import Jobs

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A run of a job on real workers, as the program has it.
struct PostgreSQLRun {
  let job: any Job
  let run: ParallelRun<Item, JobEnding>

  init(_ job: any Job, threads: Int, policy: RunPolicy = RunPolicy()) {
    self.job = job
    run = ParallelRun(threads: threads, policy: policy, label: \.label) { worker in
      guard let session = try? job.openSession(for: worker) else { preconditionFailure("no session") }
      var body = WorkerBody<Item, JobEnding>(
        run: { item, context in
          let ending = session.run(item, in: context)
          return AttemptEnding(ending.outcome, output: ending, note: ending.note)
        }, close: { session.close() })
      body.readiness = WorkerReadiness(isReady: { session.isReady }, getReady: { session.getReady(while: $0) })
      return body
    }
  }

  /// Offers all items from a thread of its own.
  func start(_ items: [String]) {
    _ = WorkerThread.start(name: "feeder", .endless) { [run] in
      for item in items where !run.offer([Item(item)]) { return }
      run.endInput()
    }
  }

  /// The endings of all items, in order. Events are taken meanwhile, because a run waits at their limit.
  func endings() -> [JobEnding] {
    var endings: [JobEnding] = []
    while let batch = run.takeDelivered() {
      endings += batch.map(\.1)
      _ = run.takeEvents()
    }
    return endings
  }

  /// The number of items that have succeeded; takes the events too.
  func succeeded() -> Int {
    _ = run.takeEvents()
    return run.snapshot().succeeded
  }

  /// The items that run now.
  var running: [ItemID] { run.snapshot().workers.compactMap(\.item) }
}

/// What happens to queries in mid-run: cancels, restarts, and servers without a free connection.
@Suite(.enabled(if: PostgresServer.isExpected), .timeLimit(.minutes(60))) struct PostgreSQLRunTests {
  private let server: PostgresServer

  init() throws { server = try PostgresServer.shared.get() }

  // MARK: - Cancels

  private func activeSleeps() throws -> String {
    try server.psql(
      "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1000%' AND pid <> pg_backend_pid()")
  }

  /// An item that is asked to end ends on the server too, and its worker runs the next one.
  @Test func aCancelledQueryEndsOnTheServer() throws {
    let job = try PostgreSQLJob(
      database: server.database, query: "SELECT $1, pg_sleep(CASE $1 WHEN 'a' THEN 1000 ELSE 0 END)")
    let run = PostgreSQLRun(job, threads: 1)
    run.start(["a", "b"])
    #expect(eventually { !run.running.isEmpty })
    #expect(run.run.interrupt(ItemID(0), .interrupt))
    #expect(run.endings().map(\.outcome) == [.cancelled, .succeeded])
    #expect(try activeSleeps() == "0\n")
  }

  /// Error 57014 comes from our request, from the server's limit, and from somebody else (traps ).
  @Test func whoAskedDecidesWhatACancelMeans() throws {
    let limited = try PostgreSQLJob(
      database: server.database + " options='-c statement_timeout=50'", query: "SELECT pg_sleep($1::int)")
    let outcome = PostgreSQLWorker(limited).run("1000").outcome
    #expect(outcome == .failed(Failure("canceling statement due to statement timeout")))

    let job = try PostgreSQLJob(database: server.database, query: "SELECT pg_sleep($1::int)").named("a6")
    let run = PostgreSQLRun(job, threads: 1)
    run.start(["1000"])
    let cancel = """
      SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
      WHERE application_name = 'pfor-tui a6/1' AND state = 'active' AND query LIKE '%pg_sleep%'
      """
    #expect(eventually { (try? server.psql(cancel)) == "1\n" })
    #expect(run.endings().map(\.outcome) == [.failed(Failure("canceling statement due to user request"))])
  }

  @Test func anItemWhoseTimeIsUpHasTimedOut() throws {
    let job = try PostgreSQLJob(database: server.database, query: "SELECT pg_sleep($1::int)")
    let run = PostgreSQLRun(job, threads: 2, policy: RunPolicy(timeout: .fixed(.seconds(1))))
    run.start(["1000", "1000"])
    var outcomes: [Outcome] = []
    while !run.run.snapshot().isOver || outcomes.isEmpty {
      _ = run.run.takeDelivered()
      outcomes += run.run.takeEvents().compactMap {
        if case .itemFinished(let item) = $0.kind { item.outcome } else { nil }
      }
      if outcomes.count == 2 { break }
    }
    #expect(outcomes == [.timedOut, .timedOut])
  }

  /// Requests to cancel at random moments, also while rows arrive, never hit another item (trap A-8).
  /// `pfor-bench cancels` sends 10,000.
  @Test func aCancelNeverHitsTheNextItem() throws {
    let job = try PostgreSQLJob(
      database: server.database,
      query: "SELECT g, $1, pg_sleep(0.00001) FROM generate_series(1, (random() * 60)::int) g")
    let run = PostgreSQLRun(job, threads: 3)
    let wanted = 300
    let count = 20_000
    run.start((0..<count).map(String.init))
    let asked = askAtRandom(run, times: wanted)
    run.run.finish()
    let endings = run.endings()
    #expect(asked.count >= wanted)
    for (number, ending) in endings.enumerated() where !asked.contains(ItemID(number)) {
      #expect(ending.outcome == .succeeded, "#\(number + 1): \(ending.outcome)")
    }
    for id in asked { #expect([.succeeded, .cancelled].contains(endings[id.position].outcome)) }
    #expect(asked.contains { endings[$0.position].outcome == .cancelled })
  }

  private func askAtRandom(_ run: PostgreSQLRun, times: Int) -> Set<ItemID> {
    var random = SeededGenerator(seed: 8)
    var asked: Set<ItemID> = []
    while asked.count < times, !run.run.snapshot().isOver {
      for _ in 0..<Int.random(in: 0...3_000, using: &random) { sched_yield() }
      if let id = run.running.randomElement(using: &random), run.run.interrupt(id, .interrupt) { asked.insert(id) }
      _ = run.run.takeEvents()
    }
    return asked
  }

  /// A server that does not answer a cancel loses its connection after the grace time, and the run goes on.
  @Test func aServerThatDoesNotAnswerIsLeft() throws {
    let job = try PostgreSQLJob(
      database: server.database, query: "SELECT pg_backend_pid(), pg_sleep($1::int)", graceMilliseconds: 0
    ).named("a14")
    let run = PostgreSQLRun(job, threads: 1)
    run.start(["1000", "0"])
    let query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'pfor-tui a14/1' AND query LIKE '%sleep%'"
    #expect(eventually { (try? server.psql(query))?.isEmpty == false })
    let process = try #require(pid_t(server.psql(query).dropLast()))
    kill(process, SIGSTOP)
    defer { kill(process, SIGCONT) }
    #expect(run.run.interrupt(ItemID(0), .interrupt))
    let endings = run.endings()
    #expect(endings.map(\.outcome) == [.cancelled, .succeeded])
    #expect(endings.first?.note == "query \(process) may still run on the server")
  }

  // MARK: - Connections that are lost

  /// Restarts, orderly and as after a crash: every item ends once and is right, and no worker holds an item while there is
  /// no server (traps ).
  @Test(arguments: [PostgresServer.Stop.fast, .immediate]) func aServerThatRestarts(stop: PostgresServer.Stop) throws {
    let server = try PostgresServer()
    let job = try PostgreSQLJob(database: server.database, query: "SELECT $1, pg_sleep(0.002)")
    let run = PostgreSQLRun(job, threads: 4, policy: RunPolicy(attempts: 10))
    let items = (0..<2_000).map(String.init)
    run.start(items)
    #expect(
      eventually {
        run.succeeded() > 200
      })
    try server.stop(stop)
    #expect(eventually { run.running.isEmpty && run.job.waitingWorkers.count == 4 })
    let before = run.run.snapshot()
    #expect(before.unsuccessful == 0 && before.succeeded < items.count)
    try server.start()
    #expect(run.endings().map(\.output.string) == items.map { "\($0)\t\n" })
    #expect(run.job.waitingWorkers.isEmpty)
  }

  /// Without retries, only the items that ran fail, and their errors say why.
  @Test func withoutRetriesTheItemsThatRanFail() throws {
    let server = try PostgresServer()
    let job = try PostgreSQLJob(database: server.database, query: "SELECT pg_sleep($1::int)")
    let run = PostgreSQLRun(job, threads: 2)
    run.start(["1000", "1000", "0"])
    #expect(eventually { run.running.count == 2 })
    try server.stop(.fast)
    try server.start()
    let lost = Outcome.failed(Failure("the connection was lost: terminating connection due to administrator command"))
    #expect(run.endings().map(\.outcome) == [lost, lost, .succeeded])
  }

  /// A run that is stopped while all its workers wait for a server ends.
  @Test func aRunWithoutServerCanBeStopped() throws {
    let server = try PostgresServer()
    let job = try PostgreSQLJob(database: server.database, query: "SELECT $1, pg_sleep(0.001)")
    let run = PostgreSQLRun(job, threads: 3, policy: RunPolicy(attempts: 10))
    run.start((0..<50_000).map(String.init))
    #expect(
      eventually {
        run.succeeded() > 10
      })
    try server.stop(.immediate)
    #expect(eventually { run.job.waitingWorkers.count == 3 })
    run.run.stop(.interrupt)
    #expect(run.endings().count < 50_000)
    #expect(run.run.waitUntilOver())
  }

  /// More threads than the server has connections: some workers wait and say so, and all items succeed (trap A-16).
  @Test func aServerWithoutFreeConnections() throws {
    let server = try PostgresServer("max_connections=10")
    let job = try PostgreSQLJob(database: server.database, query: "SELECT $1, pg_sleep(0.005)")
    let run = PostgreSQLRun(job, threads: 20)
    let items = (0..<2_000).map(String.init)
    run.start(items)
    #expect(
      eventually {
        _ = run.run.takeEvents()
        return run.job.waitingWorkers.values.contains { $0.contains("too many clients") }
      })
    #expect(run.endings().map(\.output.string) == items.map { "\($0)\t\n" })
  }

  /// A server that ends idle sessions loses no item (trap A-30).
  @Test func idleSessionsThatTheServerEnds() throws {
    let job = try PostgreSQLJob(
      database: server.database + " options='-c idle_session_timeout=200'", query: "SELECT $1, pg_sleep(0.001)"
    ).named("a30")
    let run = PostgreSQLRun(job, threads: 2)
    let items = (0..<1_000).map(String.init)
    run.start(items)
    #expect(
      eventually {
        run.succeeded() > 10
      })
    run.run.pause()
    let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pfor-tui a30/%' AND state = 'idle'"
    #expect(eventually { run.running.isEmpty })
    #expect(eventually { (try? server.psql(count)) == "0\n" })
    run.run.resume()
    #expect(run.endings().map(\.output.string) == items.map { "\($0)\t\n" })
  }

  /// A query that is sent while the server ends the idle session never ran, and runs on another connection.
  @Test func anIdleSessionThatEndsBeforeAnItemArrives() throws {
    let job = try PostgreSQLJob(
      database: server.database + " options='-c idle_session_timeout=50'", query: "SELECT $1"
    ).named("a30 late")
    let worker = PostgreSQLWorker(job)
    let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pfor-tui a30 late/%'"
    #expect(eventually { (try? server.psql(count)) == "0\n" })
    let context = ItemContext(item: ItemID(0), worker: WorkerID(1), cancellation: Cancellation())
    #expect(worker.session.run(Item("x"), in: context).output.string == "x\n")
  }

  // MARK: - A pooler

  /// Behind a pooler in transaction mode, nothing is prepared by name, and a cancelled connection is not used again
  /// (traps ).
  @Test(.enabled(if: PostgresServer.hasPooler)) func behindAPooler() throws {
    let server = try PostgresServer()
    let database = try server.startPooler(size: 2)
    let job = try PostgreSQLJob(database: database, query: "SELECT $1, pg_sleep(CASE $1 WHEN 'x' THEN 1000 ELSE 0 END)")
    let session = try #require(PostgreSQLWorker(job).session as? PostgreSQLSession)
    #expect(session.link?.isPooled == true)
    session.close()
    let run = PostgreSQLRun(job, threads: 6)
    let items = ["x"] + (0..<1_000).map(String.init)
    run.start(items)
    #expect(eventually { run.running.contains(ItemID(0)) })
    #expect(
      eventually {
        run.succeeded() > 100
      })
    #expect(run.run.interrupt(ItemID(0), .interrupt))
    let endings = run.endings()
    #expect(endings.first?.outcome == .cancelled)
    #expect(endings.dropFirst().map(\.output.string) == items.dropFirst().map { "\($0)\t\n" })
  }
}

/// The steps of a cancel, as a value.
@Suite struct CancelStepsTests {
  private let start = Instant(nanoseconds: 1_000)

  /// Asks at some times, and returns whether the server must be asked at each.
  private func ask(_ steps: inout CancelSteps, _ requests: [(StopUrgency, Int64)]) -> [Bool] {
    requests.map { steps.asked($0.0, at: start + $0.1) }
  }

  @Test func theServerIsAskedOnce() {
    var steps = CancelSteps(grace: 5_000_000_000)
    #expect(!steps.wasAsked && !steps.isOver(at: start) && steps.patience(at: start) == -1)
    let asks = ask(&steps, [(.interrupt, 0), (.interrupt, 1)])
    #expect(asks == [true, false] && steps.wasAsked)
    #expect(steps.deadline == start + 5_000_000_000)
    #expect(!steps.isOver(at: start + 4_999_999_999) && steps.isOver(at: start + 5_000_000_000))
    #expect(steps.patience(at: start) == 5_001 && steps.patience(at: start + 9_000_000_000) == 1)
  }

  /// KILL shortens the wait and never lengthens it.
  @Test(arguments: [(Int64(5_000_000_000), Int64(3_000_000_000)), (2_500_000_000, 2_500_000_000)])
  func killShortensTheWait(grace: Int64, end: Int64) {
    var steps = CancelSteps(grace: grace)
    let asks = ask(&steps, [(.interrupt, 0), (.kill, 2_000_000_000)])
    #expect(asks == [true, false] && steps.deadline == start + end)
  }
}
