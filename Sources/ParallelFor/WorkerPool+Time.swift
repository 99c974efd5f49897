/// The thread that watches timeouts and retries.
extension WorkerPool {
  /// The interval, in nanoseconds, at which limits that follow a median are checked, because the median changes.
  private static let medianCheck: Int64 = 100_000_000

  /// Starts or wakes the thread that watches timeouts and retries, and settles what the end of the run leaves. It ends
  /// with the run.
  ///
  /// - Parameter due: when it must check; nil for at once.
  func keepTime(until due: Instant? = nil) {
    guard !hasTimekeeper else {
      if let due, let nextCheck, nextCheck <= due { return }
      return timesChanged.signal()
    }
    hasTimekeeper = WorkerThread.start(name: "pfor-time", .patient) { [self] in
      monitor.withLock { watchTimes() }
    }
    // Without the thread, only retries and timeouts are late. The calling thread settles the rest.
    if !hasTimekeeper { settleRest() }
  }

  private func watchTimes() {
    while !machine.log.isFinished {
      settleRest()
      let now = MonotonicClock.now
      carryOut(machine.timePassed(at: now))
      nextCheck = timesDue(at: now)
      if let nextCheck {
        monitor.wait(for: timesChanged, nanoseconds: max(1, nextCheck.nanoseconds(since: now)))
      } else {
        monitor.wait(for: timesChanged)
      }
    }
  }

  /// Asks items whose time is up to end, and returns when to check again.
  private func timesDue(at now: Instant) -> Instant? {
    var next = machine.nextAlarm
    if let limit = machine.timeLimit {
      // An item that starts now is not due before that.
      next = min(next ?? now + limit, now + limit)
      for lane in lanes {
        guard let due = lane?.checkTime(at: now, limit: limit, grace: policy.grace) else { continue }
        next = min(next ?? due, due)
      }
    }
    if case .timesMedian = policy.timeout { next = min(next ?? now + Self.medianCheck, now + Self.medianCheck) }
    return next
  }
}
