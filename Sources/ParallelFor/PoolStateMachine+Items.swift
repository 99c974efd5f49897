// Single items: how they end, are restored from an earlier run, or halt the run.

extension PoolStateMachine {
  /// Returns the last attempts at the items of a claim that were tried before.
  ///
  /// It is mutating because the caller would copy the machine for a nonmutating function.
  mutating func lastAttempts(in claim: Range<Int>) -> [Int: TriedItem] {
    guard !tried.isEmpty else { return [:] }
    var last: [Int: TriedItem] = [:]
    for position in claim { last[position] = tried[position] }
    return last
  }

  /// The time limit of an attempt in nanoseconds; nil if there is none, or it is not known yet.
  var timeLimit: Int64? {
    switch policy.timeout {
    case nil: nil
    case .fixed(let limit): limit
    case .timesMedian(let factor): latencies.value(at: 0.5).map { Int64(min(Double($0) * factor, 9e18)) }
    }
  }

  /// Records that neighbouring items succeeded. They have no records of their own, because the run is not observed.
  mutating func itemsSucceeded(_ items: LaneState.Succeeded) -> WakeUps {
    inFlight -= items.positions.count
    ended += items.positions.count
    succeeded += items.positions.count
    claimSize.observe(items: items.positions.count, nanoseconds: items.end.nanoseconds(since: items.start))
    delivery.complete(items.positions)
    return haltIfReached(at: items.end) + advanceToEnd(at: items.end)
  }

  mutating func end(_ item: FinishedItem, at now: Instant) {
    ended += 1
    if !tried.isEmpty { tried[item.id.position] = nil }
    if item.outcome.isSuccess {
      succeeded += 1
      if policy.needsLatencies { latencies.record(item.latency) }
    } else {
      keepFailure(item)
    }
    delivery.complete(item.id.position)
    log.append(.itemFinished(item), at: now)
  }

  /// Keeps a failed item, so that a user can ask for it again.
  private mutating func keepFailure(_ item: FinishedItem) {
    failures.insert(item.id.position)
    if keptFailures.count < limits.keptFailures { keptFailures[item.id.position] = item }
  }

  /// Puts new items into the queue if the run still takes items; otherwise counts them as skipped.
  mutating func enqueue(_ positions: Range<Int>) {
    if life == .running { queue.insert(positions) } else { skipped += positions.count }
  }

  /// Records that an earlier run has done an item.
  mutating func restore(_ item: RestoredItem) {
    ended += 1
    restoredTally.count += 1
    restoredTally.end = item.position + 1
    if item.isSuccess {
      succeeded += 1
      restoredTally.succeeded += 1
    } else {
      failures.insert(item.position)
      restoredFailures.insert(item.position)
    }
    delivery.complete(item.position)
  }

  /// Halts the run if its policy's limit is reached.
  mutating func haltIfReached(at now: Instant) -> WakeUps {
    guard life == .running, let halt = policy.halt else { return WakeUps() }
    let own = ended - restoredTally.count
    guard halt.isReached(succeeded: succeeded - restoredTally.succeeded, ended: own) else { return WakeUps() }
    hasGivenUp = true
    log.append(.haltReached(halt), at: now)
    let wakeUps = halt.manner == .soon ? finish(at: now) : stop(.interrupt, at: now)
    return WakeUps(halted: halt.manner) + wakeUps
  }
}

/// An item that an earlier run has done.
@usableFromInline
struct RestoredItem: Equatable, Sendable {
  @usableFromInline var position: Int
  @usableFromInline var isSuccess: Bool

  @inlinable
  init(position: Int, isSuccess: Bool) {
    self.position = position
    self.isSuccess = isSuccess
  }
}
