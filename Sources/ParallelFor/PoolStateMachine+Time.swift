// What passing time alone changes: retries become due, and the run's time is spent.

extension PoolStateMachine {
  /// An item is likely to take no longer than this part of the items before it.
  private static let likelyPart = 0.9

  /// When the shell must call ``timePassed(at:)``; nil while time changes nothing.
  ///
  /// Its getter is mutating because the shell would copy the machine for another one.
  var nextAlarm: Instant? {
    mutating get {
      guard let budgetEnd, life == .running, mayBeginMore else { return waiting.nextDue }
      return waiting.nextDue.map { min($0, budgetEnd) } ?? budgetEnd
    }
  }

  /// Time has passed: items whose wait is over are queued before all others, unless the run's time is spent.
  mutating func timePassed(at now: Instant) -> Summons {
    let summons = finishIfOutOfTime(at: now)
    while let position = waiting.popDue(at: now) { queue.insert(position..<position + 1) }
    return summons + summon()
  }

  /// Lets no further item begin once it is not likely to end within the time budget.
  ///
  /// The shell calls this before each ``workerBecameReady(_:at:)``, so that claims are taken back while no worker is about
  /// to park.
  mutating func finishIfOutOfTime(at now: Instant) -> Summons {
    guard let budgetEnd, life == .running, mayBeginMore, now > budgetEnd else { return Summons() }
    log.append(.timeBudgetSpent, at: now)
    return Summons(halted: .soon) + finish(at: now)
  }

  /// After this moment an item that begins is not likely to end in time.
  private var budgetEnd: Instant? {
    policy.timeBudget.map { start + max(0, $0 - (latencies.value(at: Self.likelyPart) ?? 0)) }
  }

  /// Whether an item may still begin: one that is queued, waits, has not been read, or is claimed behind another.
  private var mayBeginMore: Bool {
    !queue.isEmpty || waiting.count > 0 || !inputEnded || inFlight > active - idle.count
  }
}
