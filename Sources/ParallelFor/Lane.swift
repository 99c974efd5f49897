/// One worker's ``LaneState`` behind its own lock, which no other thread holds for long.
///
/// Lock order: the pool's monitor, then a lane. The cancellation of the lane's item uses the lane's lock.
@usableFromInline
final class Lane: @unchecked Sendable {
  @usableFromInline let worker: WorkerID
  @usableFromInline let cancellation: Cancellation
  private let lock = Lock()
  private let timeLimit: Int64?
  // The lock guards it, so the run-time check for overlapping accesses is unnecessary.
  @exclusivity(unchecked) private var state: LaneState

  /// - Parameters:
  ///   - timeLimit: the time limit of every attempt in nanoseconds; nil if there is none, or it is not fixed.
  ///   - keepsRecords: whether every item has a record; otherwise successful items are only counted.
  init(worker: WorkerID, timeLimit: Int64?, keepsRecords: Bool) {
    self.worker = worker
    self.timeLimit = timeLimit
    cancellation = Cancellation(lock: lock)
    state = LaneState(worker: worker, keepsRecords: keepsRecords)
  }

  func withState<Value>(_ body: (inout LaneState) -> Value) -> Value {
    lock.withLock { body(&state) }
  }

  /// Starts the next claimed item with a fresh cancellation.
  func begin(at now: Instant, label: (ItemID) -> String) -> BegunItem? {
    lock.withLock {
      guard let item = state.begin(at: now, label: label) else { return nil }
      cancellation.state.reset(until: timeLimit.map { now + $0 })
      return item
    }
  }

  /// Ends the running item and starts the next claimed one, in one step.
  func advance(_ ending: Ending, at now: Instant, label: (ItemID) -> String) -> BegunItem? {
    lock.withLock {
      cancellation.state.reset(until: timeLimit.map { now + $0 })
      state.end(ending.outcome, note: ending.note, settlement: ending.settlement, at: ending.end ?? now)
      return state.begin(at: now, label: label)
    }
  }

  /// Ends the running item and starts no other one.
  func end(_ ending: Ending, at now: Instant) {
    lock.withLock {
      cancellation.state.reset(until: nil)
      state.end(ending.outcome, note: ending.note, settlement: ending.settlement, at: ending.end ?? now)
    }
  }

  /// Asks the running item to end if it has run for longer than `limit` nanoseconds, and insists after the grace time.
  ///
  /// - Returns: when to check again; nil if nothing runs, or nothing is left to do.
  func checkTime(at now: Instant, limit: Int64, grace: Int64) -> Instant? {
    lock.withLock {
      guard let running = state.running else { return nil }
      let deadline = running.start + limit
      return now < deadline ? deadline : cancellation.state.expire(at: now, grace: grace)
    }
  }

  /// Asks the running item to end, or only a given item. Returns false if that item does not run here.
  @discardableResult
  func interrupt(_ urgency: StopUrgency, only id: ItemID? = nil) -> Bool {
    lock.withLock {
      guard let running = state.running, id == nil || id?.position == running.position else { return false }
      cancellation.state.request(urgency)
      return true
    }
  }
}

/// The end of an attempt, as its worker reports it.
@usableFromInline
struct Ending {
  @usableFromInline var outcome: Outcome
  @usableFromInline var note: String?
  /// When the work ended; nil means now.
  @usableFromInline var end: Instant?
  /// What follows, as the machine decided.
  @usableFromInline var settlement: Settlement

  @inlinable
  init(outcome: Outcome, note: String?, end: Instant?, settlement: Settlement) {
    self.outcome = outcome
    self.note = note
    self.end = end
    self.settlement = settlement
  }
}
