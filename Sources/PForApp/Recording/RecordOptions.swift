import ArgumentParser
import RunStore

/// Where the run is recorded, and whether an earlier one is gone on with.
struct RecordOptions: ParsableArguments {
  @Flag(help: "Go on with the last run on these items here that did not come to its end; else begin a new one.")
  var resume = false

  @Flag(help: "With --resume: go on although the command or the query is another one.")
  var force = false

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("Record the run in this file, not in the folder of runs.", valueName: "file"),
    completion: .file())
  var runFile: String?

  @Flag(name: .customLong("no-run"), help: "Record nothing: the run cannot be resumed.")
  var noRun = false

  mutating func validate() throws {
    guard !noRun || (runFile == nil && !resume) else {
      throw ValidationError("--no-run records nothing: leave out --run and --resume")
    }
    guard !force || resume else { throw ValidationError("--force goes with --resume") }
  }

  /// The wish as the run's plan has it.
  var plan: RecordPlan {
    if noRun { return .none }
    return resume ? .goOnOrNew(runFile, isForced: force) : .new(runFile)
  }
}

/// How a run is recorded.
enum RecordPlan: Equatable {
  /// Not at all.
  case none
  /// In a new file, in the folder of runs unless it has a path.
  case new(String?)
  /// In the file with that path or of the last run on the same items here, if there is one; else in a new one.
  case goOnOrNew(String?, isForced: Bool)
  /// In the file of an earlier run.
  case goOn(String, EarlierItems.Mode)

  /// Whether results of an earlier session may be gone on with.
  var mayGoOn: Bool {
    switch self {
    case .none, .new: false
    case .goOnOrNew, .goOn: true
    }
  }
}
