import ArgumentParser
import DashboardView
import ParallelForDashboard
import RunStore
import Screen

/// Lists the recorded runs.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", _superCommandName: "pfor-tui",
    abstract: "List the recorded runs with their state, newest first.")

  func run() throws {
    PForTUI.exit(after: { () throws(AppError) in
      let output = CommandOutput()
      let entries = try RunNames.history().runs()
      for line in Self.lines(entries) { output.write(line: line) }
      if entries.isEmpty { StandardError.write("pfor-tui: there are no runs yet") }
      return output.finish()
    })
  }

  /// The lines of the table of runs; text from records is made safe to print.
  static func lines(_ entries: [HistoryEntry]) -> [String] {
    let head = ["RUN", "STATE", "DONE", "FAILED", "SIZE", "COMMAND"]
    let rows = [head] + entries.map(cells)
    let widths = head.indices.map { column in rows.map { TextWidth.columns(of: $0[column]) }.max() ?? 0 }
    return rows.isEmpty || entries.isEmpty
      ? []
      : rows.map { row in
        row.indices.map { column in
          let blanks = String(repeating: " ", count: max(0, widths[column] - TextWidth.columns(of: row[column])))
          if column == head.count - 1 { return row[column] }
          return (2...4).contains(column) ? blanks + row[column] : row[column] + blanks
        }.joined(separator: "  ")
      }
  }

  private static func cells(_ entry: HistoryEntry) -> [String] {
    let formatting = Formatting()
    let size = formatting.bytes(Int(entry.size))
    guard let run = entry.record else {
      return [RunNames.name(of: entry.path), entry.state.rawValue, "", "", size, entry.problem?.description ?? ""]
    }
    let done = formatting.count(run.counts.done)
    return [
      RunNames.name(of: entry.path), entry.state.rawValue,
      run.total.map { "\(done)/\(formatting.count($0))" } ?? done, formatting.count(run.counts.unsuccessful), size,
      run.title,
    ].map(SafeText.visible)
  }
}
