import ArgumentParser
import Jobs
import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The server that a benchmark uses.
struct ServerOptions: ParsableArguments {
  @Option(help: "The PostgreSQL database, in which pgbench makes its tables.") var database: String
}

struct PostgresBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "postgres",
    abstract: "One point query per item on PostgreSQL, against pgbench on the same table.",
    discussion: "It makes the tables of pgbench in the database, so use one that has none of these names.")

  private static let query = "SELECT abalance FROM pgbench_accounts WHERE aid = $1"
  private static let rows = 100_000

  @OptionGroup var options: ProgramOptions
  @OptionGroup var server: ServerOptions
  @Option(help: "The number of items.") var items = 100_000

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    _ = try Program.run(["/usr/bin/env", "pgbench", "-i", "-q", server.database])
    // Neighbouring items are far apart in the table, as pgbench's random rows are.
    let file = try folder.lines("ids", count: items) { String($0 * 61_803 % Self.rows + 1) }
    let one = try folder.lines("one", count: 1) { _ in "1" }
    let all = try Rounds.run(
      [
        Contender("pgbench -S -M prepared -c2 -j2") { try Program.run(pgbench(items / 2)) },
        Contender("start and end of pfor-tui") { try Program.run(command(one)) },
        Contender("pfor-tui --no-tui") { try Program.run(command(file), output: folder.path("rows")) },
        Contender("pfor-tui with the dashboard") {
          try PseudoTerminal.run(Array(command(file).dropLast(2)), output: folder.path("rows"))
        },
      ], rounds: options.rounds)
    let (peer, start, headless, dashboard) = (all[0], all[1], all[2], all[3])
    return Report(
      title: "One PostgreSQL query per item, \(items) items, 2 connections",
      commands: [
        Program.line(Array(pgbench(items / 2).dropFirst().dropLast())) + " DATABASE",
        Program.line(options.queries(Self.query, in: "DATABASE", "IDS")) + " > FILE",
      ],
      rows: [
        peer.row(items: items),
        headless.less(start).row("pfor-tui's queries, against pgbench", items: items, against: peer, goal: "≥ 0.85"),
        headless.row("the whole program, against pgbench", items: items, against: peer),
        dashboard.row(
          "the whole program with the dashboard, against --no-tui", items: items, against: headless, goal: "≥ 0.95"),
        start.row(),
      ])
  }

  private func pgbench(_ transactions: Int) -> [String] {
    [
      "/usr/bin/env", "pgbench", "-n", "-S", "-M", "prepared", "-c2", "-j2", "-t", "\(transactions)", server.database,
    ]
  }

  private func command(_ file: String) -> [String] {
    options.queries(Self.query, in: server.database, file) + ["--no-tui", "-q"]
  }
}

extension ProgramOptions {
  /// Returns the command that runs a query for the items in a file, unrecorded.
  fileprivate func queries(_ query: String, in database: String, _ file: String) -> [String] {
    [program, file, "-j2", "--no-run", "--db", database, "--sql", query]
  }
}

/// Cancels queries at random moments, and checks that no other query was hit.
struct CancelsBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancels",
    abstract: "Cancels PostgreSQL queries at random moments, and checks that no other query was hit.")

  @OptionGroup var server: ServerOptions
  @Option(help: "The number of requests to cancel.") var count = 10_000
  @Option(help: "The number of connections.") var threads = 4

  func run() throws {
    let job = try PostgreSQLJob(
      database: server.database,
      query: "SELECT g, $1, pg_sleep(0.00001) FROM generate_series(1, (random() * 60)::int) g")
    let run = ParallelRun<Item, Outcome>(threads: threads, inOrder: false, label: \.label) { worker in
      let session = job.openSession(for: worker)
      var body = WorkerBody<Item, Outcome>(
        run: { item, context in
          let outcome = session.run(item, in: context).outcome
          return AttemptEnding(outcome, output: outcome)
        }, close: { session.close() })
      body.readiness = WorkerReadiness(isReady: { session.isReady }, getReady: { session.getReady(while: $0) })
      return body
    }
    _ = WorkerThread.start(name: "feeder", .endless) {
      while run.offer((0..<1_000).map { Item("\($0)") }) {}
      run.endInput()
    }
    _ = WorkerThread.start(name: "results", .endless) { while run.takeDelivered() != nil {} }
    report(try cancel(run))
  }

  private struct Tally {
    var asked: Set<ItemID> = []
    var cancelled = 0
    var others = 0
    var victims: [FinishedItem] = []
  }

  private func cancel(_ run: ParallelRun<Item, Outcome>) throws -> Tally {
    var tally = Tally()
    while !run.snapshot().isOver {
      if tally.asked.count >= count {
        run.finish()
      } else {
        for _ in 0..<Int.random(in: 0...3_000) { sched_yield() }
        let running = run.snapshot().workers.compactMap(\.item)
        if let id = running.randomElement(), run.interrupt(id, .interrupt) { tally.asked.insert(id) }
      }
      for event in run.takeEvents() { note(event, in: &tally) }
    }
    return tally
  }

  private func note(_ event: RunEvent, in tally: inout Tally) {
    guard case .itemFinished(let item) = event.kind else { return }
    if tally.asked.contains(item.id) {
      if item.outcome == .cancelled { tally.cancelled += 1 }
    } else {
      tally.others += 1
      if !item.outcome.isSuccess { tally.victims.append(item) }
    }
  }

  private func report(_ tally: Tally) {
    print("\(tally.asked.count) items were asked to end, of which \(tally.cancelled) were cancelled before their end")
    print("\(tally.others) others ran, of which \(tally.victims.count) did not succeed")
    for victim in tally.victims.prefix(10) { print("  \(victim.id): \(victim.outcome)") }
  }
}
