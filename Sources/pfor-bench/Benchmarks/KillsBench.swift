import ArgumentParser

/// `pfor-bench kills`: whether a run that is killed repeatedly has the same results as an undisturbed run.
struct KillsBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "kills",
    abstract: "Kills recorded runs at random moments, resumes them, and checks that nothing is lost.",
    discussion: """
      Each item records that it ran, then writes its number; every 7th fails. A run is killed and resumed until it \
      ends by itself. Then another run starts, until the number of kills is reached. Anything that is lost, printed \
      twice or run again without need is an error.
      """)

  @OptionGroup var options: ProgramOptions

  @Option(help: ArgumentHelp("The number of kills that must hit a running program.", valueName: "n"))
  var kills = 200

  @Option(help: ArgumentHelp("The number of items in a run.", valueName: "n"))
  var items = 300

  @Option(help: ArgumentHelp("The number of items that run at once.", valueName: "n"))
  var threads = 8

  @Option(help: ArgumentHelp("How long an item sleeps.", valueName: "ms"))
  var sleep = 100

  @Option(help: ArgumentHelp("The latest moment of a kill, in milliseconds after the start.", valueName: "ms"))
  var latest = 400

  @Option(help: ArgumentHelp("The seed of the random moments.", valueName: "n"))
  var seed: UInt64 = 7

  func validate() throws {
    guard kills > 0, items > 0, threads > 0, sleep >= 0, latest > 0 else {
      throw ValidationError("--kills, --items, --threads and --latest must be at least 1, and --sleep at least 0")
    }
  }

  func measure() throws -> Report {
    var moments = SeededMoments(seed: seed, latest: latest)
    var runs: [KilledRun.Tally] = []
    var struck = 0
    while struck < kills {
      Progress.tell("\(struck) of \(kills) kills")
      let run = try KilledRun(program: options.program, items: items, threads: threads, sleep: sleep)
      let tally = try run.goOn(killing: kills - struck, at: &moments)
      runs.append(tally)
      struck += tally.kills
    }
    return Report(
      title: "Runs of \(items) items of \(sleep) ms, \(threads) at once, killed at random moments with seed \(seed)",
      rows: [
        Report.Row(name: "kills of a running program", figure: "\(struck)", goal: "\(kills)"),
        Report.Row(name: "runs with the same results as undisturbed", figure: "\(runs.count)"),
        Report.Row(name: "most kills of one run", figure: "\(runs.map(\.kills).max() ?? 0)"),
        Report.Row(
          name: "items run again", figure: "\(runs.reduce(0) { $0 + $1.again })", goal: "≤ \(struck * threads)"),
      ])
  }
}
