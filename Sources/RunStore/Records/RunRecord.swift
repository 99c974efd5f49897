/// What is known about a run as a whole.
///
/// Never holds secrets: the environment is not stored.
public struct RunRecord: Sendable, Equatable {
  /// What the run was doing when this was last written.
  public enum State: Int, Sendable {
    /// It runs, or was killed; whether it runs is told by the file's lock.
    case running
    /// Every item has ended for good.
    case finished
    /// It was ended before every item had run.
    case interrupted
  }

  /// A name for people and for the command line; unique among the runs of a folder.
  public var id: String
  /// When the run was begun, in nanoseconds since 1970.
  public var created: Int64
  /// What is done to each item, in a line: the command's template or the query.
  public var title: String
  /// The kind of job, such as `command`, `shell` or `sqlite`.
  public var kind: String
  /// The words of the command, or the query: a run is resumed with the same ones.
  public var command: [String]
  /// Where the items come from: a path as it was given, or `-`.
  public var source: String
  /// The working directory of the run.
  public var directory: String
  /// The options that matter to a resumed run, by name.
  public var options: [String: String]
  /// What the run was doing.
  public var state = State.running
  /// When the run ended, in nanoseconds since 1970; nil while it has not.
  public var ended: Int64?
  /// What the program exited with; nil while it has not.
  public var exitCode: Int32?
  /// How many items the input holds, once that is known.
  public var total: Int?
  /// How many items ended how.
  public var counts = RunCounts()
  /// When the latest recorded attempt ended, in nanoseconds since 1970; nil when there is none.
  public var latest: Int64?
  /// How far results had been handed on.
  public var delivered = DeliveryMark()

  /// Makes the record of a run that begins.
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

/// How many items ended how; an item counts by its last attempt.
public struct RunCounts: Sendable, Equatable {
  /// Items that did what they should.
  public var succeeded = 0
  /// Items that failed for good.
  public var failed = 0
  /// Items that ran longer than they might.
  public var timedOut = 0
  /// Items that were stopped; they are not done.
  public var cancelled = 0

  /// Makes counts of nothing.
  public init() {}

  /// Items that have ended for good: all but the cancelled ones.
  public var done: Int { succeeded + failed + timedOut }
  /// Items that failed or ran too long.
  public var unsuccessful: Int { failed + timedOut }
}

/// How far results have been handed on, as the program last said.
public struct DeliveryMark: Sendable, Equatable {
  /// How many results, from the first item on and without a gap, have been handed on.
  public var items = 0
  /// How many bytes have been written to the results' file.
  public var bytes: Int64 = 0

  /// Makes a mark.
  public init(items: Int = 0, bytes: Int64 = 0) {
    self.items = items
    self.bytes = bytes
  }
}
