/// One worker's ``LaneState`` behind a lock of its own, which nobody else holds for long.
///
/// Lock order: the pool's monitor, then a lane, then its cancellation.
@usableFromInline
final class Lane: @unchecked Sendable {
  @usableFromInline let worker: WorkerID
  @usableFromInline let cancellation = Cancellation()
  private let lock = Lock()
  private var state: LaneState

  init(worker: WorkerID) {
    self.worker = worker
    state = LaneState(worker: worker)
  }

  func withState<Value>(_ body: (inout LaneState) -> Value) -> Value {
    lock.withLock { body(&state) }
  }

  /// Begins the next claimed item with a fresh cancellation.
  func begin(at now: Instant, label: (ItemID) -> String) -> ItemID? {
    lock.withLock {
      guard let id = state.begin(at: now, label: label) else { return nil }
      cancellation.reset()
      return id
    }
  }

  /// Ends the running item and begins the next claimed one, in one step.
  func advance(_ ending: Ending, at now: Instant, label: (ItemID) -> String) -> ItemID? {
    lock.withLock {
      state.end(ending.outcome, note: ending.note, at: ending.end ?? now)
      cancellation.reset()
      return state.begin(at: now, label: label)
    }
  }

  /// Asks the running item to end; `only` limits that to one item. False if it does not run here.
  @discardableResult
  func interrupt(_ urgency: StopUrgency, only id: ItemID? = nil) -> Bool {
    lock.withLock {
      guard let running = state.running, id == nil || id?.position == running.position else { return false }
      cancellation.request(urgency)
      return true
    }
  }
}

/// How an attempt at an item ended, as its worker tells it.
@usableFromInline
struct Ending {
  @usableFromInline var outcome: Outcome
  @usableFromInline var note: String?
  /// When the work ended; nil for now.
  @usableFromInline var end: Instant?

  @inlinable
  init(outcome: Outcome, note: String?, end: Instant?) {
    self.outcome = outcome
    self.note = note
    self.end = end
  }
}
