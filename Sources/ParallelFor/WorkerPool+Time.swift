/// The thread that looks at the times of items and retries.
extension WorkerPool {
  /// A median moves: limits that follow it are looked at this often, in nanoseconds.
  private static let medianLook: Int64 = 100_000_000

  /// Lets a thread look at the times of items and retries, and settle what the end of the run leaves; it ends with the
  /// run.
  ///
  /// - Parameter due: when it must look; nil for at once.
  func keepTime(until due: Instant? = nil) {
    guard !hasTimekeeper else {
      if let due, let nextLook, nextLook <= due { return }
      return timesChanged.signal()
    }
    hasTimekeeper = WorkerThread.start(name: "pfor-time", .patient) { [self] in
      monitor.withLock { watchTimes() }
    }
    // Without a thread nothing is late but retries and timeouts; what remains is settled by this one.
    if !hasTimekeeper { settleRest() }
  }

  private func watchTimes() {
    while !machine.log.isFinished {
      settleRest()
      let now = MonotonicClock.now
      carryOut(machine.timePassed(at: now))
      nextLook = look(at: now)
      if let nextLook {
        monitor.wait(for: timesChanged, nanoseconds: max(1, nextLook.nanoseconds(since: now)))
      } else {
        monitor.wait(for: timesChanged)
      }
    }
  }

  /// Asks those whose time is up to end, and says when to look again.
  private func look(at now: Instant) -> Instant? {
    var next = machine.nextAlarm
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
