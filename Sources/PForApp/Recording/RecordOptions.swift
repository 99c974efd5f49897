import ArgumentParser
import RunStore

/// The options for recording and resuming.
struct RecordOptions: ParsableArguments {
  @Flag(help: "Continue the last unfinished run on these items in this folder, or start a new one if there is none.")
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
      throw ValidationError("--joblog and --events need a file, not standard output (-): name one")
    }
    guard !force || resume else { throw ValidationError("--force needs --resume") }
  }

  /// The record plan that the options describe.
  var plan: RecordPlan {
    if noRun { return .none }
    return resume ? .resumeOrNew(runFile, isForced: force) : .new(runFile)
  }

  /// The logs to write during the run.
  var logs: [LogRequest] {
    [(LogForm.joblog, joblog), (.events, events)].compactMap { form, path in
      path.map { LogRequest(form: form, path: $0) }
    }
  }
}

/// How a run is recorded.
enum RecordPlan: Equatable {
  /// In no file.
  case none
  /// In a new file at a path; without a path, in the folder of runs.
  case new(String?)
  /// In the file at a path, or in that of the last unfinished run on these items here; in a new one if there is none.
  case resumeOrNew(String?, isForced: Bool)
  /// In the file of an earlier run.
  case resume(String, EarlierItems.Mode)

  /// Whether the run may continue the results of an earlier session.
  var mayResume: Bool {
    switch self {
    case .none, .new: false
    case .resumeOrNew, .resume: true
    }
  }
}
