package import Attempts
import CPosix
package import Dashboard
package import ParallelFor

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A run as the loops see it, with items of any kind: its facts, its steering, and its ended items.
///
/// It is used on the main thread.
package protocol WatchedRun: AnyObject {
  /// The steering of the run, for ``RunController`` only.
  var steering: any SteeredRun { get }
  /// Ends the loop's wait when something has happened that the loop must handle.
  var waker: Waker { get }
  /// The ended items; nil if none are to be shown.
  var archive: (any ItemArchive)? { get }
  /// Whether all results were delivered or given up.
  var isDelivered: Bool { get }
  /// Why no more items could be read, as a message for the user.
  var inputProblem: String? { get }
  /// Problems that do not stop the run, as a sentence each for the user.
  var problems: [String] { get }
  /// The progress of the recorder; nil if the run is not recorded.
  var recorder: RecordingLag.Sample? { get }
  /// What an earlier run says about the items that have not ended by the events taken so far; nil for nothing.
  var pastWork: PastWork? { get }
  /// How busy the machine is, as far as that is known.
  var machine: MachineFacts { get }
  /// The failures by the events taken so far, in groups.
  var failures: FailureGroups { get }
  /// Why the items so far took their time, in groups.
  var reasons: ReasonGroups { get }
  /// The machines of the workers, if they are on a cluster.
  var nodes: [WorkerID: String] { get }
  /// What the items so far did on each machine of a cluster.
  var nodeSums: NodeSums { get }
  /// Why running items take their time.
  var runningReasons: [ItemID: Reason] { get }
  /// Returns what slow items have in common.
  ///
  /// - Parameter limit: The latency from which an item is slow, in nanoseconds.
  func slowTraits(from limit: Int64) -> [SlowTrait]
  /// What the server of a database has done for the run; nil without one.
  var serverActivity: ServerActivity? { get }

  /// Starts to work. It is called once, after the first frame has been drawn.
  func start()
  /// Returns the events since the last call. The items that have ended by then are in the archive.
  func takeEvents() -> [RunEvent]
  /// Plays a past run up to a place. It does nothing for a live run.
  ///
  /// - Returns: Whether the replay starts again, because the place lies before the events returned so far.
  func play(to place: Int64) -> Bool
  /// The longest time that a past run may have taken, in nanoseconds; 0 for a live run.
  var length: Int64 { get }
  /// Whether the events lag behind the place to which the run is played.
  var isBehind: Bool { get }
  /// Tries failed items again.
  ///
  /// - Returns: The number of items that will be tried again.
  func retry(_ ids: [ItemID]) -> Int
  /// Gives up waiting for a reader of results or logs that has taken nothing for a number of milliseconds.
  func giveUpReaders(after milliseconds: Int)
  /// Stops the processes that the run has started, because the program itself is about to be stopped.
  func suspendItems()
  /// Why the program must not be suspended, in words; nil if it may be.
  var suspensionProblem: String? { get }
  /// Continues the processes that ``suspendItems()`` stopped.
  func resumeItems()
  /// Called after the program was stopped in any way and continues.
  func programContinues()
  /// The running items whose commands are stopped.
  var stoppedItems: [StoppedItem] { get }
  /// The workers that wait for a connection, each with the reason.
  var waitingWorkers: [WorkerID: String] { get }
  /// Returns what was done to an ended item, as text for the user.
  func invocation(of item: ArchivedItem, id: ItemID, worker: WorkerID) -> String
  /// Returns a running item and what is being done to it; nil if only its label is known.
  func running(_ item: StartedItem) -> (item: ArchivedItem, invocation: String)?
  /// Asks the database how it runs the query of an item. ``takePlans()`` returns the answer after a call of the waker.
  ///
  /// - Parameters:
  ///   - id: The item.
  ///   - worker: The worker that runs it; nil if it has ended.
  ///   - isMeasured: Whether to run the query again, to measure it.
  /// - Returns: Why there is no plan; nil if the database is asked.
  func explain(_ id: ItemID, on worker: WorkerID?, isMeasured: Bool) -> String?
  /// Returns the plans that have arrived since the last call.
  func takePlans() -> [ItemPlan]
  /// Returns the values in a line of output with their names; none if it is plain text.
  func values(inLine line: String) -> [ItemDetail.Field]
  /// Returns what a running item has written so far; nil if that is not known.
  func liveOutput(of item: ItemID) -> LiveOutput?
}

extension WatchedRun {
  /// Does nothing, because the run's threads are stopped with the program.
  package var suspensionProblem: String? { nil }
  package func suspendItems() {}
  /// Does nothing.
  package func resumeItems() {}
  /// Does nothing, because the run's threads continue with the program.
  package func programContinues() {}
  /// None, because the run has started no processes.
  package var stoppedItems: [StoppedItem] { [] }
  /// None, because the workers need nothing that they could lose.
  package var waitingWorkers: [WorkerID: String] { [:] }
  /// Tries nothing again.
  package func retry(_ ids: [ItemID]) -> Int { 0 }
  /// The problem of the archive, if it has one.
  package var problems: [String] { archive?.problem.map { [$0] } ?? [] }
  package var recorder: RecordingLag.Sample? { nil }
  package var pastWork: PastWork? { nil }
  package var machine: MachineFacts { MachineFacts() }
  package func liveOutput(of item: ItemID) -> LiveOutput? { nil }
  package var failures: FailureGroups { FailureGroups() }
  package func values(inLine line: String) -> [ItemDetail.Field] { [] }
  package var reasons: ReasonGroups { ReasonGroups() }
  package var runningReasons: [ItemID: Reason] { [:] }
  package var nodes: [WorkerID: String] { [:] }
  package var nodeSums: NodeSums { NodeSums() }
  package func slowTraits(from limit: Int64) -> [SlowTrait] { [] }
  package var serverActivity: ServerActivity? { nil }
  package func explain(_ id: ItemID, on worker: WorkerID?, isMeasured: Bool) -> String? { "there are no queries" }
  package func takePlans() -> [ItemPlan] { [] }
  package func play(to place: Int64) -> Bool { false }
  package var length: Int64 { 0 }
  package var isBehind: Bool { false }
}

/// The requests that a run accepts.
package protocol SteeredRun {
  func setThreads(_ count: Int)
  func setThreads(_ choice: AutomaticThreads)
  func pause()
  func resume()
  func finish()
  func stop(_ urgency: StopUrgency)
  @discardableResult func interrupt(_ id: ItemID, _ urgency: StopUrgency) -> Bool
}

extension ParallelRun: SteeredRun {}

/// A pipe with which other threads end the main thread's wait for keys.
package final class Waker: Sendable {
  /// The descriptor that becomes readable after ``wake()``.
  package let descriptor: Int32
  private let writing: Int32

  package init() throws(DashboardError) {
    var ends: [Int32] = [-1, -1]
    guard cposix_pipe(&ends) == 0 else {
      throw DashboardError("cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    descriptor = ends[0]
    writing = ends[1]
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  deinit {
    close(descriptor)
    close(writing)
  }

  /// Ends the current wait, or the next one.
  package func wake() {
    var byte: UInt8 = 1
    _ = write(writing, &byte, 1)
  }

  /// Forgets all calls of ``wake()`` so far.
  package func clear() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(descriptor, &bytes, bytes.count) > 0 {}
  }
}
