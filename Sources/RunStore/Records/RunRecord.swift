/// The description of a run as a whole.
///
/// It never holds secrets, because the environment is not stored.
package struct RunRecord: Sendable, Equatable {
  /// The state of the run when the record was last written.
  package enum State: Int, Sendable {
    /// The run is running or was killed; the file's lock tells which.
    case running
    /// Every item has ended for good.
    case finished
    /// The run was ended before every item had run.
    case interrupted
  }

  /// A name for users and for the command line; unique among the runs of a folder.
  package var id: String
  /// When the run started, in nanoseconds since 1970.
  package var created: Int64
  /// A one-line description of the work: the command's template or the query.
  package var title: String
  /// The kind of job, such as `command`, `shell` or `postgresql`.
  package var kind: String
  /// The words of the command, or the query. A resumed run uses the same ones.
  package var command: [String]
  /// The source of the items: a path as it was given, or `-`.
  package var source: String
  package var directory: String
  /// The options that matter to a resumed run, by name.
  package var options: [String: String]
  package var state = State.running
  /// When the run ended, in nanoseconds since 1970; nil before that.
  package var ended: Int64?
  /// The exit status of the program; nil before it ended.
  package var exitCode: Int32?
  /// The number of items in the input, once it is known.
  package var total: Int?
  /// The number of items by outcome.
  package var counts = RunCounts()
  /// When the latest recorded attempt ended, in nanoseconds since 1970; nil when there is none.
  package var latest: Int64?
  /// The number of results that have been delivered, from the first item on and without a gap.
  package var delivered = 0

  package init(
    id: String, created: Int64, title: String, kind: String, command: [String], source: String, directory: String,
    options: [String: String] = [:]
  ) {
    self.id = id
    self.created = created
    self.title = title
    self.kind = kind
    self.command = command
    self.source = source
    self.directory = directory
    self.options = options
  }
}

/// The number of items by the outcome of their last attempt.
package struct RunCounts: Sendable, Equatable {
  /// Items that succeeded.
  package var succeeded = 0
  /// Items that failed for good.
  package var failed = 0
  /// Items that exceeded their time limit.
  package var timedOut = 0
  /// Items that were stopped; they are not done.
  package var cancelled = 0

  package init() {}

  /// Items that have ended for good: all but the cancelled ones.
  package var done: Int { succeeded + failed + timedOut }
  /// Items that failed or exceeded their time limit.
  package var unsuccessful: Int { failed + timedOut }
}

extension RunCounts {
  /// Counts an outcome by its code, or removes it with -1.
  mutating func count(_ code: Int64, by difference: Int = 1) {
    switch code {
    case OutcomeCode.succeeded: succeeded += difference
    case OutcomeCode.failed: failed += difference
    case OutcomeCode.timedOut: timedOut += difference
    case OutcomeCode.cancelled: cancelled += difference
    default: break
    }
  }
}
