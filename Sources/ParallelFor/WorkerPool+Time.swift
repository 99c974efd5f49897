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
        guard let due = lane?.checkTime(at: now, limit: limit, grace: policy.grace.nanoseconds) else { continue }
        next = min(next ?? due, due)
      }
    }
    if case .timesMedian = policy.timeout { next = min(next ?? now + Self.medianCheck, now + Self.medianCheck) }
    return next
  }
}

/// Asks the machine what the end of an attempt means, and reports when the end of the run changes that.
extension WorkerPool {
  func forgetRevisions(of ended: [SettledItem]) {
    for item in ended {
      if case .again = item.settlement { continue }
      revisions[item.item.id.position] = nil
    }
  }

  /// Returns what follows an attempt that has just ended.
  ///
  /// Call it on the worker's thread only. It takes no lock for an attempt that is final in any case.
  @usableFromInline
  func settlement(of item: FinishedItem, isLost: Bool) -> Settlement {
    if policy.losses == 0 || item.outcome.isSuccess,
      PoolStateMachine.isFinal(item.outcome, attempt: item.attempt, policy)
    {
      return .final
    }
    return monitor.withLock { machine.settlement(of: item, isLost: isLost) }
  }

  /// Sets the call that reports a changed settlement, if the run ends before the next attempt.
  @usableFromInline
  func setRevision(of position: Int, _ call: @escaping (Settlement) -> Void) {
    monitor.withLock { revisions[position] = call }
  }

  /// Reports the final settlement of attempts that the end of the run has made the last ones of their items.
  ///
  /// The caller holds the monitor. The calls are made without it, because they may wait for files.
  func settleRest() {
    let items = machine.takeUnsettled()
    guard !items.isEmpty else { return }
    let calls = items.map { revisions.removeValue(forKey: $0.item.id.position) }
    monitor.callAfterwards { [self] in
      for (item, call) in zip(items, calls) { call?(item.settlement) }
      decide { $0.settled(items, at: $1) }
    }
  }
}
