import ArgumentParser

/// `pfor-bench memory`: the resident memory of a long run, and the time until a long file is on the screen.
struct MemoryBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "memory",
    abstract: "Peak memory of one long SQLite run with and without the dashboard; time until the first frame.")

  @OptionGroup var options: ProgramOptions

  @Option(help: ArgumentHelp("The number of items.", valueName: "n"))
  var items = 10_000_000

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let database = try CustomerDatabase(in: folder, customers: 200_000)
    Progress.tell("writing \(items) items")
    let file = try folder.lines("ids", count: items) { String(database.id(at: $0)) }
    let command = command(database.path, file)
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
    let first = Report.Row(
      name: "first frame", figure: Figures.seconds(frames[0].wall), cpu: Figures.seconds(frames[0].cpu),
      goal: "≤ 100 ms")
    return Report(
      title: "One SQLite query per item, \(items) items, 2 threads, 120x36",
      commands: [Program.line(self.command("DATABASE", "IDS")) + " [--no-tui -q] > /dev/null"], rows: [first] + memory)
  }

  private func command(_ database: String, _ file: String) -> [String] {
    [options.program, file, "-j2", "--no-run", "--db", database, "--sql", CustomerDatabase.query]
  }
}
