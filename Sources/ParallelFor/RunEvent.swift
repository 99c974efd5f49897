/// One fact about a run, in the order in which the facts became true.
public struct RunEvent: Sendable, Equatable {
  /// The event's number, from 0 without gaps.
  public var sequence: UInt64
  /// When it became true.
  public var instant: Instant
  /// What became true.
  public var kind: Kind

  /// Makes an event.
  public init(sequence: UInt64, instant: Instant, kind: Kind) {
    self.sequence = sequence
    self.instant = instant
    self.kind = kind
  }

  /// What became true.
  public enum Kind: Sendable, Equatable {
    /// The run began with this many target workers. Always the first event.
    case runStarted(targetWorkers: Int)
    /// The number of items that have been read from the input.
    case itemsRead(Int)
    /// The number of items in the whole input, known at its end or earlier by counting.
    case totalKnown(Int)
    /// The number of workers asked for changed.
    case targetWorkersChanged(Int)
    /// A worker came to life.
    case workerStarted(WorkerID)
    /// A worker will leave after its item, because fewer are asked for.
    case workerDraining(WorkerID)
    /// A draining worker stays after all: more are asked for, or another one left in its place.
    case workerKept(WorkerID)
    /// A worker left: fewer are asked for, nothing is left for it to begin, or the run is over.
    case workerStopped(WorkerID)
    /// No item is handed out until ``runResumed``.
    case runPaused
    /// Items are handed out again.
    case runResumed
    /// No further item will be handed out; what runs may end.
    case runFinishing
    /// Running items were asked to end, this urgently.
    case runStopping(StopUrgency)
    /// A worker began an item. Left out for an item that ends before anyone took its start.
    case itemStarted(StartedItem)
    /// An attempt failed or took too long, and the item will be tried again at that moment or soon after it.
    case attemptFailed(FinishedItem, retryAt: Instant)
    /// An attempt failed or took too long, and the run was interrupted before the item could be tried again: the item has
    /// not ended, and a resumed run tries it.
    case itemInterrupted(FinishedItem)
    /// An item ended for good.
    case itemFinished(FinishedItem)
    /// An item that had ended without success, as the value says, is queued again because somebody asked for it.
    case itemRequeued(FinishedItem, wasRestored: Bool)
    /// The number of items that an earlier run has done and this one has not run again.
    case itemsRestored(RestoredTally)
    /// The halt policy was reached: the run gives up on the remaining items.
    case haltReached(HaltPolicy)
    /// What would begin now is not likely to end within the run's time budget: no further item begins.
    case timeBudgetSpent
    /// Results were handed on up to, not including, `next`; `held` later ones wait for it.
    case deliveryAdvanced(next: ItemID, held: Int)
    /// The run is over. Always the last event.
    case runFinished(RunEnding)
  }
}

/// An item that a worker has begun.
public struct StartedItem: Sendable, Equatable {
  /// The item.
  public var id: ItemID
  /// The worker that runs it.
  public var worker: WorkerID
  /// Which attempt this is, from 1.
  public var attempt: Int
  /// When it began.
  public var start: Instant
  /// What to call the item on a screen: a stranger's text, at most ``FinishedItem/maximumLabelLength`` bytes.
  public var label: String

  /// Makes a started item.
  @inlinable
  public init(id: ItemID, worker: WorkerID, attempt: Int = 1, start: Instant, label: String) {
    self.id = id
    self.worker = worker
    self.attempt = attempt
    self.start = start
    self.label = label
  }
}

/// An item that has ended for good; holds all that its start said, so that the start may be left out.
public struct FinishedItem: Sendable, Equatable {
  /// The longest label, in UTF-8 bytes.
  public static let maximumLabelLength = 1024

  /// The item.
  public var id: ItemID
  /// The worker that ran its last attempt.
  public var worker: WorkerID
  /// The number of attempts made.
  public var attempt: Int
  /// When the last attempt began.
  public var start: Instant
  /// When the last attempt ended.
  public var end: Instant
  /// How it ended.
  public var outcome: Outcome
  /// What to call the item on a screen.
  public var label: String
  /// A remark beside the outcome, such as `left a process running`; nil when there is none.
  public var note: String?

  /// Makes a finished item.
  @inlinable
  public init(
    id: ItemID, worker: WorkerID, attempt: Int = 1, start: Instant, end: Instant, outcome: Outcome, label: String,
    note: String? = nil
  ) {
    self.id = id
    self.worker = worker
    self.attempt = attempt
    self.start = start
    self.end = end
    self.outcome = outcome
    self.label = label
    self.note = note
  }

  /// Nanoseconds from the last attempt's start to its end.
  @inlinable
  public var latency: Int64 { end.nanoseconds(since: start) }
}

/// How many items an earlier run has done.
public struct RestoredTally: Sendable, Equatable {
  /// How many, however they ended.
  public var count: Int
  /// How many of them succeeded.
  public var succeeded: Int
  /// One more than the position of the last of them.
  public var end: Int

  /// Makes a tally.
  public init(count: Int = 0, succeeded: Int = 0, end: Int = 0) {
    self.count = count
    self.succeeded = succeeded
    self.end = end
  }
}

/// How a run ended.
public enum RunEnding: Sendable, Equatable {
  /// Every item was run.
  case completed
  /// It was asked to finish early; what ran was let end and the rest never ran.
  case finishedEarly
  /// It was stopped; running items were asked to end and the rest never ran.
  case stopped
}
