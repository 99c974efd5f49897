/// The description of a run as a whole.
///
/// It never holds secrets, because the environment is not stored.
public struct RunRecord: Sendable, Equatable {
  /// The state of the run when the record was last written.
  public enum State: Int, Sendable {
    /// The run is running or was killed; the file's lock tells which.
    case running
    /// Every item has ended for good.
    case finished
    /// The run was ended before every item had run.
    case interrupted
  }

  /// A name for users and for the command line; unique among the runs of a folder.
  public var id: String
  /// When the run started, in nanoseconds since 1970.
  public var created: Int64
  /// A one-line description of the work: the command's template or the query.
  public var title: String
  /// The kind of job, such as `command`, `shell` or `sqlite`.
  public var kind: String
  /// The words of the command, or the query. A resumed run uses the same ones.
  public var command: [String]
  /// The source of the items: a path as it was given, or `-`.
  public var source: String
  /// The working directory of the run.
  public var directory: String
  /// The options that matter to a resumed run, by name.
  public var options: [String: String]
  /// The state of the run.
  public var state = State.running
  /// When the run ended, in nanoseconds since 1970; nil before that.
  public var ended: Int64?
  /// The exit status of the program; nil before it ended.
  public var exitCode: Int32?
  /// The number of items in the input, once it is known.
  public var total: Int?
  /// The number of items by outcome.
  public var counts = RunCounts()
  /// When the latest recorded attempt ended, in nanoseconds since 1970; nil when there is none.
  public var latest: Int64?
  /// The number of results that have been delivered, from the first item on and without a gap.
  public var delivered = 0

  /// Makes the record of a new run.
  public init(
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
public struct RunCounts: Sendable, Equatable {
  /// Items that succeeded.
  public var succeeded = 0
  /// Items that failed for good.
  public var failed = 0
  /// Items that exceeded their time limit.
  public var timedOut = 0
  /// Items that were stopped; they are not done.
  public var cancelled = 0

  /// Makes counts of zero.
  public init() {}

  /// Items that have ended for good: all but the cancelled ones.
  public var done: Int { succeeded + failed + timedOut }
  /// Items that failed or exceeded their time limit.
  public var unsuccessful: Int { failed + timedOut }
}
