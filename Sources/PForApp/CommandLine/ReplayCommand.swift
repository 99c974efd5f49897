import ArgumentParser
import OSText

/// Replays a recorded run in the dashboard.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", _superCommandName: "pfor-tui",
    abstract: "Watch a recorded run in the dashboard.",
    usage: "pfor-tui replay [RUN] [--speed 10] [options]",
    discussion: """
      RUN is the name of a run, the beginning of a name, or a run file; the default is the newest run. The dashboard \
      shows the run as it happened, with the output of every item, and skips the time between sessions. p pauses, + \
      and - change the speed, ] and [ move a tenth of the run forward and back, q quits. A replay runs no command and \
      writes no file.
      """)

  @Argument(help: ArgumentHelp("The run to watch; pfor-tui runs lists all runs.", valueName: "run"))
  var name: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The speed as a multiple of the original, or max.", valueName: "times"))
  var speed = ReplaySpeed(times: 1)

  @OptionGroup(title: "How it looks") var dashboard: DashboardOptions

  func run() throws {
    PForTUI.exit(after: { () throws(AppError) in
      let look = DisplaySetup(dashboard, environment: OSProcess.environment)
      return try Replay(reader: try RunNames.open(name), speed: speed.times, look: look).run()
    })
  }
}

/// The speed of a replay as a multiple of the original: `10`, `0.5`, or `max` for as fast as the run can be read.
struct ReplaySpeed: ExpressibleByArgument, CustomStringConvertible {
  private static let allowed = 0.1...1_000

  /// The multiple; infinite for `max`.
  let times: Double

  init(times: Double) { self.times = times }

  init?(argument: String) {
    if argument == "max" {
      times = .infinity
    } else {
      guard let times = Double(decimal: argument[...]), Self.allowed.contains(times) else { return nil }
      self.times = times
    }
  }

  var description: String { times.isFinite ? Int(exactly: times).map(String.init) ?? "\(times)" : "max" }
  var defaultValueDescription: String { description }
}
