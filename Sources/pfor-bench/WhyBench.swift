import ArgumentParser

/// What the reasons of slow items cost those that are fast.
struct WhyBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "The cost of finding out why items are slow, for items that are fast, against a program without it.")

  @OptionGroup var options: ProgramOptions
  @Option(help: ArgumentHelp("An earlier pfor-tui, which does not look for reasons.", valueName: "path"))
  var against: String
  @Option(help: "The number of commands.") var commands = 5_000
  @Option(help: "The number of queries.") var queries = 200_000

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let database = try CustomerDatabase(in: folder, customers: queries, isScattered: true)
    let ids = try folder.lines("ids", count: queries) { String(database.id(at: $0)) }
    let items = try folder.lines("items", count: commands) { String($0 + 1) }
    let programs = [against, options.program]
    let spawns = try Rounds.run(
      programs.map { program in
        Contender("/bin/true, \(program)") { try Program.run(spawning(program, items), output: folder.path("out")) }
      }, rounds: options.rounds)
    let points = try Rounds.run(
      programs.map { program in
        Contender("SQLite, \(program)") {
          try Program.run(querying(program, ids, database.path), output: folder.path("out"))
        }
      }, rounds: options.rounds)
    return Report(
      title: "Fast items with and without a search for reasons, 2 threads",
      commands: [
        Program.line(spawning("PROGRAM", "ITEMS")) + " > FILE",
        Program.line(querying("PROGRAM", "IDS", "DATABASE")) + " > FILE",
      ],
      rows: [
        spawns[0].row("/bin/true without reasons", items: commands),
        spawns[1].row("/bin/true with reasons", items: commands, against: spawns[0], goal: "≥ 0.98"),
        points[0].row("SQLite without reasons", items: queries),
        points[1].row("SQLite with reasons", items: queries, against: points[0], goal: "≥ 0.97"),
      ])
  }

  private func spawning(_ program: String, _ file: String) -> [String] {
    [program, file, "-j2", "--no-run", "--no-tui", "-q", "--", "/bin/true"]
  }

  private func querying(_ program: String, _ file: String, _ database: String) -> [String] {
    [program, file, "-j2", "--no-run"] + CustomerDatabase.job(on: database) + ["--no-tui", "-q"]
  }
}
