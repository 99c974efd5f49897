import ArgumentParser
import CBenchLoops

/// `pfor-bench sqlite`: one point query per item.
struct SQLiteBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "sqlite", abstract: "One point query per item, against a C loop over the same prepared statement.")

  @OptionGroup var options: ProgramOptions

  @Option(help: ArgumentHelp("The number of items.", valueName: "n"))
  var items = 200_000

  @Flag(help: "Query neighbouring rows one after the other, which SQLite finds on cached pages.")
  var sequential = false

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let database = try CustomerDatabase(in: folder, customers: items, isScattered: !sequential)
    let file = try folder.lines("ids", count: items) { String(database.id(at: $0)) }
    let one = try folder.lines("one", count: 1) { _ in "1" }
    let outputs = ["loop", "headless", "dashboard"].map(folder.path)
    let all = try Rounds.run(
      [
        Contender("C loop") { try runLoop(database, output: outputs[0]) },
        Contender("pfor-tui, one item") { try Program.run(headlessCommand(database.path, one)) },
        Contender("pfor-tui --no-tui") { try Program.run(headlessCommand(database.path, file), output: outputs[1]) },
        Contender("pfor-tui with the dashboard") {
          try PseudoTerminal.run(command(database.path, file), output: outputs[2])
        },
      ], rounds: options.rounds)
    guard try Set(outputs.map(File.size)).count == 1 else { throw BenchError("the contenders' rows differ") }
    return report(loop: all[0], start: all[1], headless: all[2], dashboard: all[3])
  }

  private func report(loop: Series, start: Series, headless: Series, dashboard: Series) -> Report {
    let queries = headless.less(start)
    var rows = [
      row("C loop", loop),
      row("pfor-tui's queries, against the C loop", queries, against: loop),
      row("the whole program, against the C loop", headless, against: loop),
      row("the whole program with the dashboard, against --no-tui", dashboard, against: headless),
    ]
    rows[1].goal = "≥ 0.60"
    rows.append(
      Report.Row(
        name: "start and end of pfor-tui", figure: Figures.seconds(start.wall), cpu: Figures.seconds(start.cpu)))
    return Report(
      title: "One SQLite query per item, \(items) \(sequential ? "" : "scattered ")items, 2 threads",
      commands: [
        Program.line(headlessCommand("DATABASE", "IDS")) + " > FILE",
        Program.line(command("DATABASE", "IDS")) + " > FILE",
      ], rows: rows)
  }

  private func row(_ name: String, _ series: Series, against other: Series? = nil) -> Report.Row {
    Report.Row(
      name: name, figure: Figures.perSecond(items, in: series.wall), cpu: Figures.seconds(series.cpu),
      ratio: other.map { Figures.ratio(series.speed(against: $0)) } ?? "")
  }

  private func runLoop(_ database: CustomerDatabase, output: String) throws -> Sample {
    let ids = (0..<items).map { Int64(database.id(at: $0)) }
    let file = try File(writing: output)
    return try Program.measure("C loop") {
      bench_start_sqlite_loop(database.path, CustomerDatabase.query, ids, Int32(items), 2, file.descriptor)
    }
  }

  private func command(_ database: String, _ file: String) -> [String] {
    [options.program, file, "-j2", "--no-run", "--db", database, "--sql", CustomerDatabase.query]
  }

  private func headlessCommand(_ database: String, _ file: String) -> [String] {
    command(database, file) + ["--no-tui", "-q"]
  }
}
