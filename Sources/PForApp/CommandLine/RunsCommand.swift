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
      for line in Self.lines(entries, width: CommandOutput.columns) { output.write(line: line) }
      if entries.isEmpty { StandardError.write("pfor-tui: there are no runs yet") }
      return output.finish()
    })
  }

  private static let head = ["RUN", "STATE", "BEGAN", "TOOK", "DONE", "FAILED", "SIZE", "COMMAND"]
  private static let numbers: Set = ["TOOK", "DONE", "FAILED", "SIZE"]
  /// The columns that are left out on a narrow terminal, in this order.
  private static let dispensable = ["SIZE", "FAILED", "TOOK", "BEGAN"]
  /// The least columns of a terminal for the command.
  private static let commandWidth = 12

  /// The lines of the table of runs; text from records is made safe to print.
  ///
  /// - Parameter width: the columns that lines may take; nil for any number.
  static func lines(_ entries: [HistoryEntry], width: Int? = nil) -> [String] {
    guard !entries.isEmpty else { return [] }
    let rows = [head] + entries.map(cells)
    let widths = head.indices.map { column in rows.map { TextWidth.columns(of: $0[column]) }.max() ?? 0 }
    let columns = columns(widths, width: width)
    return rows.map { row in
      let line = columns.map { column in
        let blanks = String(repeating: " ", count: max(0, widths[column] - TextWidth.columns(of: row[column])))
        if column == head.count - 1 { return row[column] }
        return numbers.contains(head[column]) ? blanks + row[column] : row[column] + blanks
      }.joined(separator: "  ")
      return width.map { TextWidth.prefix(line, columns: $0, ellipsis: "…") } ?? line
    }
  }

  /// The columns for which there is room.
  private static func columns(_ widths: [Int], width: Int?) -> [Int] {
    var columns = Array(head.indices)
    guard let width else { return columns }
    for name in dispensable {
      let needed = columns.dropLast().reduce(commandWidth) { $0 + widths[$1] + 2 }
      if needed > width { columns.removeAll { head[$0] == name } }
    }
    return columns
  }

  private static func cells(_ entry: HistoryEntry) -> [String] {
    let formatting = Formatting()
    let size = formatting.bytes(Int(entry.size))
    guard let run = entry.record else {
      let problem = entry.problem?.description ?? ""
      return [RunNames.name(of: entry.path), entry.state.rawValue, "", "", "", "", size, problem]
    }
    let done = formatting.count(run.counts.done)
    return [
      RunNames.name(of: entry.path), entry.state.rawValue, TimeText.local(run.created, hasSeconds: false),
      duration(of: entry, run),
      run.total.map { "\(done)/\(formatting.count($0))" } ?? done, formatting.count(run.counts.unsuccessful), size,
      run.title,
    ].map(SafeText.visible)
  }

  /// How long all sessions of a run took together; empty if no item has ended.
  private static func duration(of entry: HistoryEntry, _ run: RunRecord) -> String {
    guard run.latest != nil, let reader = try? RunReader(path: entry.path) else { return "" }
    defer { reader.close() }
    return Formatting().duration(ReplayedSessions(run, (try? reader.changes()) ?? []).length)
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
