import ArgumentParser
import RunStore

/// Where the run is recorded, and whether an earlier one is resumed.
struct RecordOptions: ParsableArguments {
  @Flag(help: "Continue the last unfinished run on these items in this folder, or begin a new one if there is none.")
  var resume = false

  @Flag(help: "With --resume: continue even if the command or the query has changed.")
  var force = false

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("Record the run in this file, not in the folder of runs.", valueName: "file"),
    completion: .file())
  var runFile: String?

  @Flag(name: .customLong("no-run"), help: "Record nothing; the run cannot be resumed.")
  var noRun = false

  @Option(
    help: ArgumentHelp(
      "Write a line to this file for each item as it ends, in the columns of GNU parallel.", valueName: "file"),
    completion: .file())
  var joblog: String?

  @Option(
    help: ArgumentHelp(
      "Write the events of the run to this file as they happen, as JSON lines.", valueName: "file"),
    completion: .file())
  var events: String?

  mutating func validate() throws {
    guard !noRun || (runFile == nil && !resume) else {
      throw ValidationError("--no-run records nothing: leave out --run and --resume")
    }
    guard joblog != "-", events != "-" else {
      throw ValidationError("a log goes into a file, not to standard output: name one")
    }
    guard !force || resume else { throw ValidationError("--force goes with --resume") }
  }

  /// The wish as the run's plan has it.
  var plan: RecordPlan {
    if noRun { return .none }
    return resume ? .goOnOrNew(runFile, isForced: force) : .new(runFile)
  }

  /// The logs that are to be written while the run goes on.
  var logs: [LogWish] {
    [(LogForm.joblog, joblog), (.events, events)].compactMap { form, path in
      path.map { LogWish(form: form, path: $0) }
    }
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

  /// Whether results of an earlier session may be continued.
  var mayGoOn: Bool {
    switch self {
    case .none, .new: false
    case .goOnOrNew, .goOn: true
    }
  }
}
