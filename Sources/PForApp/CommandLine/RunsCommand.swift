import ArgumentParser
import DashboardView
import OSText
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

/// Finds runs by the names that the command line gives them.
enum RunNames {
  /// The help text of an argument that names a run.
  static let help = "The name of a run, its beginning, or a run file; the default is the newest run."

  /// Returns the user's folder of runs after removing the files that killed programs left in it.
  ///
  /// - Throws: if the location of the folder is unknown.
  static func history() throws(AppError) -> RunHistory {
    guard let history = RunHistory.standard(environment: OSProcess.environment) else {
      throw AppError("no folder for runs: neither HOME nor XDG_STATE_HOME is set")
    }
    for leftover in history.tidy() { StandardError.write("pfor-tui: \(leftover)") }
    return history
  }

  /// Opens the run with a name.
  static func open(_ name: String?) throws(AppError) -> RunReader {
    let path = try path(of: name)
    return try translated { () throws(RunStoreError) in try RunReader(path: path) }
  }

  /// The path of the run with a name; a name that is a path needs no folder of runs.
  static func path(of name: String?) throws(AppError) -> String {
    let history = RunHistory.standard(environment: OSProcess.environment)
    return try translated { () throws(RunStoreError) in try (history ?? RunHistory(folder: ".")).find(name) }
  }

  /// Runs `body` and turns an error of the run store into one for the user.
  static func translated<Value>(_ body: () throws(RunStoreError) -> Value) throws(AppError) -> Value {
    do throws(RunStoreError) {
      return try body()
    } catch {
      throw AppError(error.description)
    }
  }

  /// The name of the run in a file of the folder of runs.
  static func name(of path: String) -> String {
    let file = OSFile.parts(path).last ?? path
    return file.hasSuffix(RunHistory.suffix) ? String(file.dropLast(RunHistory.suffix.count)) : file
  }
}
