import ArgumentParser
import CBenchLoops

struct SpawnBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "spawn",
    abstract: "One process per item, with and without the dashboard, against xargs and a minimal C loop.")

  @OptionGroup var options: ProgramOptions
  @Option(help: "The number of items.") var items = 5000
  @OptionGroup var other: OtherLoopOptions

  private static let program = "/bin/true"

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let file = try folder.lines("items", count: items) { String($0 + 1) }
    let all = try Rounds.run(contenders(file, output: folder.path("output")), rounds: options.rounds)
    let own = all[0]
    var rows = all.map { series in
      var row = series.row(items: items)
      row.ratio = Figures.ratio(own.speed(against: series))
      return row
    }
    rows[0].ratio = ""
    rows[1] = all[1].row(items: items, against: own, goal: "≥ 0.95")
    rows[2].goal = "≥ 1.20"
    rows[3].goal = "≥ 0.85"
    return Report(title: "One process per item, \(items) items, 2 threads", commands: commands, rows: rows)
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

struct LatencyBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "latency", abstract: "1,000 items of sleep 0.1 on 100 threads, against the ideal second and a C loop."
  )

  @OptionGroup var options: ProgramOptions

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let file = try folder.lines("tenths", count: 1000) { _ in "0.1" }
    let all = try Rounds.run(
      [
        Contender("pfor-tui --no-tui") { try Program.run(own(file)) },
        Contender("xargs") { try Program.run(xargs, input: file) },
        Contender("C loop, on as many threads") {
          try Program.measure("C loop") { bench_start_spawn_loop("/bin/sleep", 1000, 100, "0.1") }
        },
      ], rounds: options.rounds)
    var rows = all.map { series in
      var row = series.row()
      // The ideal is one second.
      row.ratio = Figures.ratio(series.wall)
      return row
    }
    rows[0].goal = "≤ 1.10"
    return Report(
      title: "1,000 items of sleep 0.1, 100 threads, against the ideal 1 s",
      commands: [Program.line(own("ITEMS")), Program.line(xargs) + " < ITEMS"], rows: rows)
  }

  private func own(_ file: String) -> [String] {
    [options.program, file, "-j100", "--no-run", "--no-tui", "-q", "--", "sleep"]
  }

  private var xargs: [String] { ["xargs", "-P100", "-n1", "sleep"] }
}
