import ArgumentParser
import CBenchLoops

struct SQLiteBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "sqlite", abstract: "One point query per item, against a C loop over the same prepared statement.")

  @OptionGroup var options: ProgramOptions
  @Option(help: "The number of items.") var items = 200_000
  @Flag(help: "Query neighbouring rows one after the other, which SQLite finds on cached pages.") var sequential = false

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let database = try CustomerDatabase(in: folder, customers: items, isScattered: !sequential)
    let file = try folder.lines("ids", count: items) { String(database.id(at: $0)) }
    let one = try folder.lines("one", count: 1) { _ in "1" }
    let outputs = ["loop", "headless", "dashboard"].map(folder.path)
    let all = try Rounds.run(
      [
        Contender("C loop") { try runLoop(database, output: outputs[0]) },
        Contender("start and end of pfor-tui") { try Program.run(headlessCommand(database.path, one)) },
        Contender("pfor-tui --no-tui") { try Program.run(headlessCommand(database.path, file), output: outputs[1]) },
        Contender("pfor-tui with the dashboard") {
          try PseudoTerminal.run(options.queries(file, of: database.path), output: outputs[2])
        },
      ], rounds: options.rounds)
    guard try Set(outputs.map(File.size)).count == 1 else { throw BenchError("the contenders' rows differ") }
    let (loop, start, headless, dashboard) = (all[0], all[1], all[2], all[3])
    return Report(
      title: "One SQLite query per item, \(items) \(sequential ? "" : "scattered ")items, 2 threads",
      commands: [
        Program.line(headlessCommand("DATABASE", "IDS")) + " > FILE",
        Program.line(options.queries("IDS", of: "DATABASE")) + " > FILE",
      ],
      rows: [
        loop.row(items: items),
        headless.less(start).row(
          "pfor-tui's queries, against the C loop", items: items, against: loop, goal: "≥ 0.60"),
        headless.row("the whole program, against the C loop", items: items, against: loop),
        dashboard.row("the whole program with the dashboard, against --no-tui", items: items, against: headless),
        start.row(),
      ])
  }

  private func runLoop(_ database: CustomerDatabase, output: String) throws -> Sample {
    let ids = (0..<items).map { Int64(database.id(at: $0)) }
    let file = try File(writing: output)
    return try Program.measure("C loop") {
      bench_start_sqlite_loop(database.path, CustomerDatabase.query, ids, Int32(items), 2, file.descriptor)
    }
  }

  private func headlessCommand(_ database: String, _ file: String) -> [String] {
    options.queries(file, of: database) + ["--no-tui", "-q"]
  }
}

extension ProgramOptions {
  /// Returns the command that runs the query for the ids in a file, unrecorded.
  func queries(_ file: String, of database: String) -> [String] {
    [program, file, "-j2", "--no-run"] + CustomerDatabase.job(on: database)
  }
}

struct MemoryBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "memory",
    abstract: "Peak memory of one long SQLite run with and without the dashboard; time until the first frame.")

  @OptionGroup var options: ProgramOptions
  @Option(help: "The number of items.") var items = 10_000_000

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let (database, file) = try folder.longRun(items)
    let command = options.queries(file, of: database)
    let frames = try Rounds.run(
      [Contender("first frame") { try PseudoTerminal.firstFrame(command) }], rounds: options.rounds)
    let runs = try Rounds.run(
      [
        Contender("peak memory, --no-tui") { try Program.run(command + ["--no-tui", "-q"]) },
        Contender("peak memory, dashboard") { try PseudoTerminal.run(command) },
      ], rounds: 1)
    let memory = runs.map {
      Report.Row(
        name: "\($0.name) (\(Figures.perSecond(items, in: $0.wall)))", figure: Figures.megabytes($0.peakBytes),
        cpu: Figures.seconds($0.cpu), goal: "< 100 MB")
    }
    return Report(
      title: "One SQLite query per item, \(items) items, 2 threads, 120x36",
      commands: [Program.line(options.queries("IDS", of: "DATABASE")) + " [--no-tui -q] > /dev/null"],
      rows: [frames[0].row(goal: "≤ 100 ms")] + memory)
  }
}
