/// The thread that looks at the times of items and retries.
extension WorkerPool {
  /// A median moves: limits that follow it are looked at this often, in nanoseconds.
  private static let medianLook: Int64 = 100_000_000

  /// Lets a thread look at the times of items and retries; it ends with the run.
  func keepTime() {
    guard !hasTimekeeper else { return timesChanged.signal() }
    hasTimekeeper = true
    _ = WorkerThread.start(name: "pfor-time", isVital: true) { [self] in
      monitor.withLock { watchTimes() }
    }
  }

  private func watchTimes() {
    while !machine.log.isFinished {
      let now = MonotonicClock.now
      carryOut(machine.retryDue(at: now))
      guard let next = nextLook(at: now) else {
        monitor.wait(for: timesChanged)
        continue
      }
      monitor.wait(for: timesChanged, nanoseconds: max(1, next.nanoseconds(since: now)))
    }
  }

  /// Asks those whose time is up to end, and says when to look again.
  private func nextLook(at now: Instant) -> Instant? {
    var next = machine.nextRetry
    if let limit = machine.timeLimit {
      // An item that begins now will not be due before that.
      next = min(next ?? now + limit, now + limit)
      for lane in lanes {
        guard let due = lane?.checkTime(at: now, limit: limit, grace: policy.grace) else { continue }
        next = min(next ?? due, due)
      }
    }
    if case .timesMedian = policy.timeout { next = min(next ?? now + Self.medianLook, now + Self.medianLook) }
    return next
  }
}
