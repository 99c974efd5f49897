public import ParallelFor

/// What is done to every item; one for a run, used by all workers at once.
public protocol Job: Sendable {
  /// What the job does, in a line for the header: the command's template or the query.
  var title: String { get }
  /// Whether items change nothing, so that no harm is done when one runs again; false unless a job says otherwise.
  var isReadOnly: Bool { get }
  /// What exactly is done to this item: the command line or the query with its parameters; for a person to read.
  func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String
  /// Makes what one worker needs, such as a database connection; called on the worker's thread.
  func openSession(for worker: WorkerID) throws -> any JobSession
}

extension Job {
  /// Nothing is known of what items do.
  public var isReadOnly: Bool { false }
}

/// What one worker uses for all its items; used by one thread at a time.
public protocol JobSession: AnyObject {
  /// Does the job to one item and waits for its end.
  func run(_ item: Item, in context: ItemContext) -> JobEnding
  /// No item is at hand: gives back what others may wait for. Does nothing unless a session says otherwise.
  func rest()
  /// Gives back what the session holds.
  func close()
}

extension JobSession {
  /// Does nothing.
  public func rest() {}
}

/// What came of one item.
public struct JobEnding: Sendable {
  /// How it ended.
  public var outcome: Outcome
  /// What it wrote to its standard output, or its rows.
  public var output: CapturedBytes
  /// What it wrote to its standard error.
  public var errors: CapturedBytes
  /// A remark beside the outcome, such as `left a process running`.
  public var note: String?
  /// How the command's process ended; nil for what is no command, or could not be started.
  public var process: ProcessEnding?

  /// Makes an ending.
  public init(outcome: Outcome, output: CapturedBytes = .empty, errors: CapturedBytes = .empty, note: String? = nil) {
    self.outcome = outcome
    self.output = output
    self.errors = errors
    self.note = note
  }
}

/// How a command's process ended, and what it has used.
public struct ProcessEnding: Sendable, Equatable {
  /// Its exit status; nil if a signal ended it.
  public var exitStatus: Int32?
  /// The signal that ended it, if one did.
  public var signal: Int32?
  /// What it has used.
  public var usage: ResourceUsage

  /// Makes an ending.
  public init(exitStatus: Int32?, signal: Int32?, usage: ResourceUsage) {
    self.exitStatus = exitStatus
    self.signal = signal
    self.usage = usage
  }
}
