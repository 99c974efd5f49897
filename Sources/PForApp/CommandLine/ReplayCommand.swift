import ArgumentParser
import OSText

/// Shows a past run in the dashboard.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", _superCommandName: "pfor-tui",
    abstract: "Watch a past run in the dashboard.",
    usage: "pfor-tui replay [RUN] [--speed 10] [options]",
    discussion: """
      RUN is the name of a run, the beginning of one, or a run file; without it, the newest run. The dashboard shows \
      the run as it went, with every item's output, and leaves out the time between its sessions. p stands still, + \
      and - change the speed, ] and [ go a tenth of the run forward and back, q quits. Nothing is run, and nothing is \
      written.
      """)

  @Argument(help: ArgumentHelp("The run to watch; see pfor-tui runs.", valueName: "run"))
  var name: String?

  @Option(help: ArgumentHelp("How many times as fast as it was; max for at once.", valueName: "times"))
  var speed = ReplaySpeed(times: 1)

  @OptionGroup(title: "How it looks") var dashboard: DashboardOptions

  func run() throws {
    PForTUI.exit(after: { () throws(AppError) in
      let look = Look(dashboard, environment: OSProcess.environment)
      return try Replay(reader: try RunNames.open(name), speed: speed.times, look: look).run()
    })
  }
}

/// How many times as fast as it was a run is replayed: `10`, `0.5`, or `max` for as fast as it can be read.
struct ReplaySpeed: ExpressibleByArgument, CustomStringConvertible {
  private static let allowed = 0.1...1_000

  /// Infinite for as fast as it can be read.
  let times: Double

  init(times: Double) { self.times = times }

  init?(argument: String) {
    if argument == "max" {
      times = .infinity
    } else {
      guard let times = Double(argument), Self.allowed.contains(times) else { return nil }
      self.times = times
    }
  }

  var description: String { times.isFinite ? Int(exactly: times).map(String.init) ?? "\(times)" : "max" }
  var defaultValueDescription: String { description }
}
