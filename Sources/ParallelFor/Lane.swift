/// One worker's ``LaneState`` behind a lock of its own, which nobody else holds for long.
///
/// Lock order: the pool's monitor, then a lane; the cancellation of the lane's item has the lane's lock.
@usableFromInline
final class Lane: @unchecked Sendable {
  @usableFromInline let worker: WorkerID
  @usableFromInline let cancellation: Cancellation
  private let lock = Lock()
  private let timeLimit: Int64?
  // The lock guards it, so that checking for overlapping accesses at run time finds nothing.
  @exclusivity(unchecked) private var state: LaneState

  /// - Parameters:
  ///   - timeLimit: how many nanoseconds every attempt may take, if that is known beforehand.
  ///   - keepsRecords: whether there is a record of every item; else those that succeed are only counted.
  init(worker: WorkerID, timeLimit: Int64?, keepsRecords: Bool) {
    self.worker = worker
    self.timeLimit = timeLimit
    cancellation = Cancellation(lock: lock)
    state = LaneState(worker: worker, keepsRecords: keepsRecords)
  }

  func withState<Value>(_ body: (inout LaneState) -> Value) -> Value {
    lock.withLock { body(&state) }
  }

  /// Begins the next claimed item with a fresh cancellation.
  func begin(at now: Instant, label: (ItemID) -> String) -> BegunItem? {
    lock.withLock {
      guard let item = state.begin(at: now, label: label) else { return nil }
      cancellation.state.reset(until: timeLimit.map { now + $0 })
      return item
    }
  }

  /// Ends the running item and begins the next claimed one, in one step.
  func advance(_ ending: Ending, at now: Instant, label: (ItemID) -> String) -> BegunItem? {
    lock.withLock {
      cancellation.state.reset(until: timeLimit.map { now + $0 })
      state.end(ending.outcome, note: ending.note, settlement: ending.settlement, at: ending.end ?? now)
      return state.begin(at: now, label: label)
    }
  }

  /// Asks the running item to end if it has run for longer than `limit` nanoseconds, and insists after the grace time.
  ///
  /// - Returns: when to look again; nil if nothing runs, or nothing more can be done about it.
  func checkTime(at now: Instant, limit: Int64, grace: Int64) -> Instant? {
    lock.withLock {
      guard let running = state.running else { return nil }
      let deadline = running.start + limit
      return now < deadline ? deadline : cancellation.state.expire(at: now, grace: grace)
    }
  }

  /// Asks the running item to end; `only` limits that to one item. False if it does not run here.
  @discardableResult
  func interrupt(_ urgency: StopUrgency, only id: ItemID? = nil) -> Bool {
    lock.withLock {
      guard let running = state.running, id == nil || id?.position == running.position else { return false }
      cancellation.state.request(urgency)
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
  /// What follows, as the machine says.
  @usableFromInline var settlement: Settlement

  @inlinable
  init(outcome: Outcome, note: String?, end: Instant?, settlement: Settlement) {
    self.outcome = outcome
    self.note = note
    self.end = end
    self.settlement = settlement
  }
}
