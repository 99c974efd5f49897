import ArgumentParser
import CBenchLoops

/// `pfor-bench spawn`: one short process per item.
struct SpawnBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "spawn",
    abstract: "One process per item, with and without the dashboard, against xargs and a minimal C loop.")

  @OptionGroup var options: ProgramOptions

  @Option(help: ArgumentHelp("The number of items.", valueName: "n"))
  var items = 5000

  @OptionGroup var other: OtherLoopOptions

  private static let program = "/bin/true"

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let file = try folder.lines("items", count: items) { String($0 + 1) }
    let all = try Rounds.run(contenders(file, output: folder.path("output")), rounds: options.rounds)
    let own = all[0]
    var rows = all.map { row($0, against: own) }
    rows[0].ratio = ""
    rows[1].goal = "≥ 0.95"
    rows[1].ratio = Figures.ratio(all[1].speed(against: own))
    rows[2].goal = "≥ 1.20"
    rows[3].goal = "≥ 0.85"
    return Report(title: "One process per item, \(items) items, 2 threads", commands: commands, rows: rows)
  }

  private func row(_ series: Series, against own: Series) -> Report.Row {
    Report.Row(
      name: series.name, figure: Figures.perSecond(items, in: series.wall), cpu: Figures.seconds(series.cpu),
      ratio: Figures.ratio(own.speed(against: series)))
  }

  private func contenders(_ file: String, output: String) -> [Contender] {
    let (headless, dashboard, xargs) = (headless(file), dashboard(file), xargs)
    let loops = (["{}", nil] as [String?]).map { argument in
      Contender("C loop of \(Self.program)\(argument == nil ? "" : " ITEM") (ratio of --no-tui to it)") {
        try Program.measure("C loop") { bench_start_spawn_loop(Self.program, Int32(items), 2, argument) }
      }
    }
    let others = other.limit.map { limit in
      [["1"], []].map { argument in
        let command = [limit, "\(items)", "2", Self.program] + argument
        return Contender("\(Program.line(command)) (ratio of --no-tui to it)") { try Program.run(command) }
      }
    }
    return [
      Contender("pfor-tui --no-tui") { try Program.run(headless, output: output) },
      Contender("pfor-tui with the dashboard (ratio to --no-tui)") {
        try PseudoTerminal.run(dashboard, output: output)
      },
      Contender("xargs (ratio of --no-tui to it)") { try Program.run(xargs, input: file, output: output) },
    ] + loops + (others ?? [])
  }

  private func headless(_ file: String) -> [String] {
    [options.program, file, "-j2", "--no-run", "--no-tui", "-q", "--", Self.program]
  }

  private func dashboard(_ file: String) -> [String] { [options.program, file, "-j2", "--no-run", "--", Self.program] }

  private var xargs: [String] { ["xargs", "-P2", "-n1", Self.program] }

  private var commands: [String] {
    [
      Program.line(headless("ITEMS")) + " > FILE", Program.line(dashboard("ITEMS")) + " > FILE",
      Program.line(xargs) + " < ITEMS > FILE",
    ]
  }
}

/// The option for another loop to compare with.
struct OtherLoopOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another loop that starts processes, called as PATH ITEMS 2 /bin/true [ITEM].", valueName: "path"))
  var limit: String?

  /// The same options as command-line arguments.
  var words: [String] { limit.map { ["--limit", $0] } ?? [] }
}
