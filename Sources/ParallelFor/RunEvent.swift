/// One fact about a run. Events are numbered in the order in which the facts became true.
public struct RunEvent: Sendable, Equatable {
  /// The event's number, counted from 0 without gaps.
  public var sequence: UInt64
  /// When the fact became true.
  public var instant: Instant
  /// The fact.
  public var kind: Kind

  package init(sequence: UInt64, instant: Instant, kind: Kind) {
    self.sequence = sequence
    self.instant = instant
    self.kind = kind
  }

  /// The fact that an event reports.
  public enum Kind: Sendable, Equatable {
    /// The run started with this target number of workers. Always the first event.
    case runStarted(targetWorkers: Int)
    /// The number of items that have been read from the input.
    case itemsRead(Int)
    /// The number of items in the whole input, known at its end or earlier by counting.
    case totalKnown(Int)
    /// The target number of workers changed.
    case targetWorkersChanged(Int)
    /// What the automatic choice of the target decided; nil if the target is fixed from now on.
    case automaticThreads(ThreadDecision?)
    /// A worker started.
    case workerStarted(WorkerID)
    /// A worker will leave after its item, because the target was lowered.
    case workerDraining(WorkerID)
    /// A draining worker stays after all, because the target was raised or another worker left instead.
    case workerKept(WorkerID)
    /// A worker left, because the target was lowered, no item is left for it, or the run is over.
    case workerStopped(WorkerID)
    /// No item begins for this reason; nil if items begin again.
    case runHeld(HoldReason?)
    /// No item is handed out until ``runResumed``.
    case runPaused
    /// Items are handed out again.
    case runResumed
    /// No further item will be handed out; running items may end.
    case runFinishing
    /// Running items were asked to end, with this urgency.
    case runStopping(StopUrgency)
    /// A worker started an item. Omitted for an item that ends before its start was taken.
    case itemStarted(StartedItem)
    /// An attempt failed or took too long, and the item will be tried again at that time or soon after.
    case attemptFailed(FinishedItem, retryAt: Instant)
    /// An attempt failed or took too long, and the run was interrupted before the next one. The item has not ended, and
    /// a resumed run tries it.
    case itemInterrupted(FinishedItem)
    /// An item ended for good.
    case itemFinished(FinishedItem)
    /// An item that had ended without success, as the value says, is queued again because a user requested it.
    case itemRequeued(FinishedItem, wasRestored: Bool)
    /// The number of items that an earlier run has done and this run has not run again.
    case itemsRestored(RestoredTally)
    /// The halt policy's limit was reached, and the run gives up on the remaining items.
    case haltReached(HaltPolicy)
    /// A new item is not likely to end within the run's time budget, so no further item starts.
    case timeBudgetSpent
    /// Results before `next` were handed on; `held` later ones wait for it.
    case deliveryAdvanced(next: ItemID, held: Int)
    /// The run is over. Always the last event.
    case runFinished(RunEnding)
  }
}

/// An item that a worker has started.
public struct StartedItem: Sendable, Equatable {
  /// The item.
  public var id: ItemID
  /// The worker that runs it.
  public var worker: WorkerID
  /// The number of this attempt, from 1.
  public var attempt: Int
  /// When the attempt started.
  public var start: Instant
  /// The item's name on a screen: untrusted text of at most ``FinishedItem/maximumLabelLength`` bytes.
  public var label: String

  package init(id: ItemID, worker: WorkerID, attempt: Int = 1, start: Instant, label: String) {
    self.id = id
    self.worker = worker
    self.attempt = attempt
    self.start = start
    self.label = label
  }
}

/// An item that has ended for good. It repeats what its start said, so that the start can be omitted.
public struct FinishedItem: Sendable, Equatable {
  /// The maximum length of a label, in UTF-8 bytes.
  public static let maximumLabelLength = 1024

  /// The item.
  public var id: ItemID
  /// The worker that ran its last attempt.
  public var worker: WorkerID
  /// The number of attempts made.
  public var attempt: Int
  /// When the last attempt started.
  public var start: Instant
  /// When the last attempt ended.
  public var end: Instant
  /// How it ended.
  public var outcome: Outcome
  /// The item's name on a screen.
  public var label: String
  /// A remark on the outcome, such as `left a process running`; nil when there is none.
  public var note: String?

  @inlinable
  package init(
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

  /// The time from the last attempt's start to its end.
  public var latency: Duration { start.duration(to: end) }

  /// The same in nanoseconds.
  @inlinable
  package var nanoseconds: Int64 { end.nanoseconds(since: start) }
}

/// The number of items that an earlier run has done.
public struct RestoredTally: Sendable, Equatable {
  /// The number of items, however they ended.
  public var count: Int
  /// The number of items that succeeded.
  public var succeeded: Int
  /// One more than the position of the last item.
  public var end: Int

  package init(count: Int = 0, succeeded: Int = 0, end: Int = 0) {
    self.count = count
    self.succeeded = succeeded
    self.end = end
  }
}

/// How a run ended.
public enum RunEnding: Sendable, Equatable {
  /// Every item was run.
  case completed
  /// It was asked to finish early. Running items ended by themselves, and the rest never ran.
  case finishedEarly
  /// It was stopped. Running items were asked to end, and the rest never ran.
  case stopped
}
