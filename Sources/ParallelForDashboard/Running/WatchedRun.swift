package import Dashboard
package import ParallelFor

/// A run as the loops look at it, whatever its items are: its facts, its steering, and what is kept of ended items.
///
/// Used on the main thread.
package protocol WatchedRun: AnyObject {
  /// By what the run is steered; for ``RunController`` alone.
  var steering: any SteeredRun { get }
  /// Ends the loop's wait when something has happened that it should look at.
  var waker: Waker { get }
  /// Every ended item; nil if none must be shown.
  var archive: (any ItemArchive)? { get }
  /// Whether all results are where they belong, or were given up.
  var isDelivered: Bool { get }
  /// Why no more items could be read, for a person.
  var inputProblem: String? { get }
  /// What a person should know that went wrong beside the run, which goes on; a sentence for each.
  var problems: [String] { get }
  /// How far what records the run has come; nil when nothing does.
  var recorder: RecordingLag.Sample? { get }
  /// What an earlier run of the same items tells of those that have not ended by the events taken; nil for nothing.
  var pastWork: PastWork? { get }

  /// Begins to work; called once, when the first frame has been drawn.
  func start()
  /// Takes what happened since the last call; the items that have ended by then stand in the archive.
  func takeEvents() -> [RunEvent]
  /// Plays a past run up to a place; does nothing for one that goes on now.
  ///
  /// - Returns: whether it begins again, because the place lies before what has been told.
  func play(to place: Int64) -> Bool
  /// How long a past run took in nanoseconds, at most; 0 for one that goes on now.
  var length: Int64 { get }
  /// Whether the events have not come as far as they should.
  var isBehind: Bool { get }
  /// Tries items again that have failed.
  ///
  /// - Returns: how many will be.
  func retry(_ ids: [ItemID]) -> Int
  /// Gives up waiting for a reader of results or logs that has taken nothing for a number of milliseconds.
  func giveUpReaders(after milliseconds: Int)
  /// Stops what the run has started outside the program, which is about to be stopped itself.
  func suspendItems()
  /// Lets that go on.
  func resumeItems()
  /// The program was stopped, however that was, and goes on.
  func programGoesOn()
  /// The running items whose commands do not go on.
  var stoppedItems: [StoppedItem] { get }
  /// What was done to an ended item, for a person to read.
  func invocation(of item: ArchivedItem, id: ItemID, worker: WorkerID) -> String
  /// A running item with what was done to it; nil if no more than its label is known.
  func running(_ item: StartedItem) -> (item: ArchivedItem, invocation: String)?
}

extension WatchedRun {
  /// Does nothing: the run's threads are stopped with the program.
  package func suspendItems() {}
  /// Does nothing.
  package func resumeItems() {}
  /// Does nothing: the run's threads go on with the program.
  package func programGoesOn() {}
  /// None: nothing was started that could be stopped.
  package var stoppedItems: [StoppedItem] { [] }
  /// Tries nothing again.
  package func retry(_ ids: [ItemID]) -> Int { 0 }
  /// What the archive says.
  package var problems: [String] { archive?.problem.map { [$0] } ?? [] }
  package var recorder: RecordingLag.Sample? { nil }
  package var pastWork: PastWork? { nil }
  package func play(to place: Int64) -> Bool { false }
  package var length: Int64 { 0 }
  package var isBehind: Bool { false }
}

/// What can be asked of a run.
package protocol SteeredRun {
  func setThreads(_ count: Int)
  func pause()
  func resume()
  func finish()
  func stop(_ urgency: StopUrgency)
  @discardableResult func interrupt(_ id: ItemID, _ urgency: StopUrgency) -> Bool
}

extension ParallelRun: SteeredRun {}
