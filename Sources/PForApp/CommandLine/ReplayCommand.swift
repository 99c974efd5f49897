import ArgumentParser
import Foundation
import ParallelForDashboard
import RunStore

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

  @Option(
    help: ArgumentHelp("The name of a theme, or a file; see pfor-tui themes.", valueName: "theme"), completion: .file())
  var theme: String?

  @Option(help: ArgumentHelp("When to use colours.", valueName: "when"))
  var color: ColorChoice = .auto

  @Flag(help: "Draw with ASCII characters only.")
  var ascii = false

  @Option(
    help: ArgumentHelp("Drive the dashboard without a terminal, by keys and commands from a file.", valueName: "file"),
    completion: .file())
  var script: String?

  func run() throws {
    PForTUI.exit(after: { () throws(AppError) in
      let environment = ProcessInfo.processInfo.environment
      let look = Look(theme: theme, color: color, isASCII: ascii, scriptPath: script, environment: environment)
      return try Replay(path: try find(environment), speed: speed.times, look: look).run()
    })
  }

  private func find(_ environment: [String: String]) throws(AppError) -> String {
    guard let history = RunHistory.standard(environment: environment) else {
      throw AppError("no folder of runs is known: set HOME, or name a run file")
    }
    do throws(RunStoreError) {
      return try history.find(name)
    } catch {
      throw AppError(error.description)
    }
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
