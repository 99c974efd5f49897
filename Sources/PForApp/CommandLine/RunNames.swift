import OSText
import ParallelForDashboard
import RunStore

/// Runs as they are named on the command line.
enum RunNames {
  /// How an argument that names a run is explained.
  static let help = "The name of a run, its beginning, or a run file; the default is the newest run."

  /// The user's folder of runs, without what killed programs have left behind there.
  ///
  /// - Throws: when it is not known where that is.
  static func history() throws(AppError) -> RunHistory {
    guard let history = RunHistory.standard(environment: OSProcess.environment) else {
      throw AppError("no folder for runs: neither HOME nor XDG_STATE_HOME is set")
    }
    for leftover in history.tidy() { StandardError.write("pfor-tui: \(leftover)") }
    return history
  }

  /// Opens the run that a person names.
  static func open(_ name: String?) throws(AppError) -> RunReader {
    let path = try path(of: name)
    return try told { () throws(RunStoreError) in try RunReader(path: path) }
  }

  /// The path of a run that a person names; a path needs no folder of runs.
  static func path(of name: String?) throws(AppError) -> String {
    let history = RunHistory.standard(environment: OSProcess.environment)
    return try told { () throws(RunStoreError) in try (history ?? RunHistory(folder: ".")).find(name) }
  }

  /// Runs `body`, and says for the user why the run store could not.
  static func told<Value>(_ body: () throws(RunStoreError) -> Value) throws(AppError) -> Value {
    do throws(RunStoreError) {
      return try body()
    } catch {
      throw AppError(error.description)
    }
  }

  /// What a file in the folder of runs is called.
  static func name(of path: String) -> String {
    let file = OSFile.parts(path).last ?? path
    return file.hasSuffix(RunHistory.suffix) ? String(file.dropLast(RunHistory.suffix.count)) : file
  }
}
