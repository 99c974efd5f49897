// What the passage of time changes: retries become due, and the run's time budget is spent.

extension PoolStateMachine {
  /// The quantile of earlier items' times that predicts an item's time.
  private static let likelyPart = 0.9

  /// When the caller must call ``timePassed(at:)``; nil while time changes nothing.
  ///
  /// The getter is mutating because the caller would copy the machine for a nonmutating one.
  var nextAlarm: Instant? {
    mutating get {
      guard let budgetEnd, life == .running, mayBeginMore else { return waiting.nextDue }
      return waiting.nextDue.map { min($0, budgetEnd) } ?? budgetEnd
    }
  }

  /// Queues the items whose wait is over, unless the run's time budget is spent.
  mutating func timePassed(at now: Instant) -> WakeUps {
    let wakeUps = finishIfOutOfTime(at: now)
    while let position = waiting.popDue(at: now) { queue.insert(position..<position + 1) }
    return wakeUps + wakeWorkers()
  }

  /// Finishes the run once a new item is not likely to end within the time budget.
  ///
  /// The caller does this before each ``workerBecameReady(_:at:)``, so that claims are taken back while no worker is
  /// about to park.
  mutating func finishIfOutOfTime(at now: Instant) -> WakeUps {
    guard let budgetEnd, life == .running, mayBeginMore, now > budgetEnd else { return WakeUps() }
    log.append(.timeBudgetSpent, at: now)
    return WakeUps(halted: .soon) + finish(at: now)
  }

  /// The last moment at which an item may start, because later ones are not likely to end in time.
  private var budgetEnd: Instant? {
    policy.timeBudget.map { start + max(0, $0 - (latencies.value(at: Self.likelyPart) ?? 0)) }
  }

  /// Whether an item may still start, because one is queued, waits, has not been read, or is claimed behind another.
  private var mayBeginMore: Bool {
    !queue.isEmpty || waiting.count > 0 || !inputEnded || inFlight > active - idle.count
  }
}
