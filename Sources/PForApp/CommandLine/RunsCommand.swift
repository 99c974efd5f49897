import ArgumentParser
import OSText
import ParallelForDashboard
import RunStore

/// Lists the recorded runs. On a terminal, they can be chosen.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", _superCommandName: "pfor-tui",
    abstract: "List the recorded runs with their state, newest first.",
    usage: "pfor-tui runs [--no-tui] [options]",
    discussion: """
      On a terminal, Enter shows the summary of a run, p replays it, r resumes it or tries its failed items again, and \
      c on two runs compares them: which items got slower, and how latencies are distributed. Otherwise, and with \
      --no-tui, the runs are plain lines.
      """)

  @Flag(name: .customLong("no-tui"), help: "Print plain lines even on a terminal.")
  var noTui = false

  @OptionGroup(title: "How it looks") var dashboard: DashboardOptions

  func run() throws {
    PForTUI.exit(after: { () throws(AppError) in
      let table = RunTable(try RunNames.history().runs())
      if table.entries.isEmpty { StandardError.write("pfor-tui: there are no runs yet") }
      let isShown = dashboard.script != nil || !noTui && CommandOutput.columns != nil
      if isShown, !table.entries.isEmpty {
        let look = DisplaySetup(dashboard, environment: OSProcess.environment)
        if let status = try RunPickerScreen(table, look: look).run() { return status }
      }
      let output = CommandOutput()
      for line in table.lines(width: CommandOutput.columns) { output.write(line: line) }
      return output.finish()
    })
  }
}
