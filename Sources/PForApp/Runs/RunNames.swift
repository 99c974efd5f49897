import OSText
import ParallelForDashboard
import RunStore

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
