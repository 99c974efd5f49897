public import Attempts
public import ParallelFor

/// The work that a run does for every item; one job serves all workers at once.
public protocol Job: Sendable {
  /// A one-line description for the header: the command's template or the query.
  var title: String { get }
  /// Whether items change nothing, so that running one again does no harm; false by default.
  var isReadOnly: Bool { get }
  /// Whether each worker needs a connection, and takes no item while it has none; false by default.
  var hasConnections: Bool { get }
  /// The workers that wait for a connection, each with the reason; none by default.
  var waitingWorkers: [WorkerID: String] { get }
  /// How the lines of outputs are split into values; nil by default, because they are plain text.
  var rowText: RowText? { get }
  /// Why running items take their time, as far as that is known now; none by default. It is read once a frame.
  var runningReasons: [ItemID: Reason] { get }
  /// Whether items run on other machines, which must hear of this program; false by default.
  var isRemote: Bool { get }
  /// The machines of the workers, if they are on a cluster; none by default.
  var nodes: [WorkerID: String] { get }
  /// What the server of a database has done for the run; nil without one, as by default.
  var serverActivity: ServerActivity? { get }
  /// Returns the job with the name of its run, for jobs that show the name elsewhere; by default the job itself.
  func named(_ run: String) -> any Job
  /// Returns the exact work for this item, for people to read: the command line, or the query with its parameters.
  func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String
  /// Ends what workers share, such as programs on other machines; called once, after the last worker.
  func end()
  /// Asks the database how it runs the query of an item, on a connection of its own. It may take a minute.
  ///
  /// - Parameters:
  ///   - item: the item, whose values count.
  ///   - isMeasured: whether to run the query again, to measure it. Nothing that it writes is kept.
  /// - Returns: the plan in lines.
  /// - Throws: when there is no plan, as by default.
  func plan(of item: Item, isMeasured: Bool) throws(JobError) -> [String]
  /// Makes the resources of one worker, such as a database connection; called on the worker's thread.
  func openSession(for worker: WorkerID) throws -> any JobSession
}

extension Job {
  /// False, because the effects of items are unknown.
  public var isReadOnly: Bool { false }

  /// False, because most jobs need no connection.
  public var hasConnections: Bool { false }

  /// None.
  public var waitingWorkers: [WorkerID: String] { [:] }

  /// None.
  public var rowText: RowText? { nil }

  /// None.
  public var runningReasons: [ItemID: Reason] { [:] }

  /// False.
  public var isRemote: Bool { false }

  /// None.
  public var nodes: [WorkerID: String] { [:] }

  /// Does nothing.
  public func end() {}

  /// Throws, because only queries have plans.
  public func plan(of item: Item, isMeasured: Bool) throws(JobError) -> [String] {
    throw JobError("only queries have plans")
  }

  /// Nil.
  public var serverActivity: ServerActivity? { nil }

  /// Returns the job itself.
  public func named(_ run: String) -> any Job { self }
}

/// Why a job cannot run at all.
public struct JobError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence. It may contain untrusted text.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// The resources that one worker uses for all its items; used by one thread at a time.
public protocol JobSession: AnyObject {
  /// Whether the session can run an item now; true by default. It is asked before each item.
  var isReady: Bool { get }
  /// Tries to get ready for items until it succeeds or is no longer wanted. Does nothing by default.
  ///
  /// - Parameter isWanted: asked several times a second.
  func getReady(while isWanted: () -> Bool)
  /// Runs the job for one item and waits for its end.
  func run(_ item: Item, in context: ItemContext) -> JobEnding
  /// Releases what others may wait for, because the worker has no item. Does nothing by default.
  func rest()
  /// Releases the resources of the session.
  func close()
}

extension JobSession {
  /// True.
  public var isReady: Bool { true }

  /// Does nothing.
  public func getReady(while isWanted: () -> Bool) {}

  /// Does nothing.
  public func rest() {}
}

/// The result of one item.
public struct JobEnding: Sendable {
  /// The outcome of the item.
  public var outcome: Outcome
  /// The standard output, or the rows of a query.
  public var output: CapturedBytes
  /// The standard error.
  public var errors: CapturedBytes
  /// A remark on the outcome, such as `left a process running`.
  public var note: String?
  /// How the command's process ended; unknown if there was no process.
  public var process = ProcessEnding()
  /// Why the item took its time, the most important reason first; empty if that is not known.
  @inlinable public var reasons: [Reason] {
    get { found ?? [] }
    set { found = newValue.isEmpty ? nil : newValue }
  }
  // Nil if there are none: copies of an empty array would count references of an object that all workers share.
  @usableFromInline var found: [Reason]?
  /// Whether the machine that ran the item was lost, so that the failure says nothing about the item.
  public var isLost = false

  /// Makes an ending.
  public init(outcome: Outcome, output: CapturedBytes = .empty, errors: CapturedBytes = .empty, note: String? = nil) {
    self.outcome = outcome
    self.output = output
    self.errors = errors
    self.note = note
  }
}
