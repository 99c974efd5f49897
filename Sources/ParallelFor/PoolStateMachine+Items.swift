// Single items: what the end of an attempt means, and what time changes. Only this file decides that.

/// What follows the end of an attempt.
@usableFromInline
package enum Settlement: Sendable, Equatable {
  /// The item has ended for good.
  case final
  /// The item was stopped because the run was interrupted. It has not ended, and a resumed run runs it again.
  case stopped
  /// The item will be tried again at that time or soon after.
  case again(at: Instant)
  /// The item failed, but the run was interrupted before the next attempt. A resumed run tries it.
  case unfinished
}

/// An attempt that has ended, with what follows.
package struct SettledItem: Equatable {
  package var item: FinishedItem
  package var settlement: Settlement

  package init(item: FinishedItem, settlement: Settlement) {
    self.item = item
    self.settlement = settlement
  }
}

/// The last attempt at an item that will be tried again.
struct TriedItem: Equatable {
  var last: FinishedItem
  /// The earliest time at which the next attempt may start.
  var due: Instant
  /// Whether the item had ended for good and a user requested the attempt.
  var isRequested = false
}

extension PoolStateMachine {
  /// Whether an attempt is its item's last one, whatever the run is doing.
  static func isFinal(_ outcome: Outcome, attempt: Int, _ policy: RunPolicy) -> Bool {
    switch outcome {
    case .succeeded: true
    case .failed, .timedOut: attempt >= policy.attempts
    case .cancelled: false
    }
  }

  /// Returns what follows an attempt that has just ended.
  ///
  /// Only ``Settlement/again(at:)`` may change later, when the run ends before the next attempt. An attempt whose machine
  /// was lost does not count as one of the item's, a few times.
  package mutating func settlement(of item: FinishedItem, isLost: Bool = false) -> Settlement {
    let lost = losses.isEmpty ? 0 : losses[item.id.position] ?? 0
    if isLost, lost < policy.losses {
      losses[item.id.position] = lost + 1
      return life == .running ? .again(at: item.end) : settlementAtEnd
    }
    if Self.isFinal(item.outcome, attempt: item.attempt - lost, policy) { return .final }
    if item.outcome == .cancelled { return life == .stopping && !hasGivenUp ? .stopped : .final }
    guard life == .running else { return settlementAtEnd }
    return .again(at: item.end + policy.backoff.delay(after: item.attempt, of: item.id.position))
  }

  /// The settlement of a failed attempt when the run ends before the next one.
  private var settlementAtEnd: Settlement { hasGivenUp ? .final : .unfinished }

  /// Records that an attempt has ended.
  mutating func attemptEnded(_ ended: SettledItem, at now: Instant) {
    switch ended.settlement {
    case .final, .stopped: end(ended.item, at: now)
    case .unfinished: leave(ended.item, at: now)
    case .again(let due) where life == .running:
      let position = ended.item.id.position
      tried[position] = TriedItem(last: ended.item, due: due)
      waiting.insert(WaitingItem(due: due, position: position))
      log.append(.attemptFailed(ended.item, retryAt: due), at: now)
    case .again: unsettled.append(SettledItem(item: ended.item, settlement: settlementAtEnd))
    }
  }

  /// Gives up positions that no worker will run.
  mutating func abandon(_ positions: Range<Int>, at now: Instant) {
    for position in positions {
      switch tried.isEmpty ? nil : tried.removeValue(forKey: position) {
      case nil: skipped += 1
      // The requested attempt never started, so the earlier ending counts again.
      case let item? where item.isRequested: end(item.last, at: now)
      case let item?: unsettled.append(SettledItem(item: item.last, settlement: settlementAtEnd))
      }
    }
  }

  /// Takes the attempts that the caller must settle and report with ``settled(_:at:)``.
  mutating func takeUnsettled() -> [SettledItem] {
    settling += unsettled.count
    defer { unsettled = [] }
    return unsettled
  }

  /// Records that the caller has settled attempts that it took.
  mutating func settled(_ items: [SettledItem], at now: Instant) -> WakeUps {
    settling -= items.count
    for item in items {
      if item.settlement == .final { end(item.item, at: now) } else { leave(item.item, at: now) }
    }
    return advanceToEnd(at: now)
  }

  /// Records that an item has not ended, and that this run will not try it again. Its last output is handed on.
  private mutating func leave(_ item: FinishedItem, at now: Instant) {
    skipped += 1
    tried[item.id.position] = nil
    delivery.complete(item.id.position)
    log.append(.itemInterrupted(item), at: now)
  }
}

// MARK: - Ends

extension PoolStateMachine {
  /// Records that attempts of one worker ended, each with its ``settlement(of:)``.
  package mutating func itemsEnded(_ items: [SettledItem], at now: Instant) -> WakeUps {
    guard let first = items.first?.item, let last = items.last?.item else { return WakeUps() }
    inFlight -= items.count
    claimSize.observe(items: items.count, nanoseconds: last.end.nanoseconds(since: first.start))
    for item in items { attemptEnded(item, at: now) }
    if tuner != nil { return tune(items, at: now) + haltIfReached(at: now) + advanceToEnd(at: now) }
    return haltIfReached(at: now) + advanceToEnd(at: now)
  }

  /// Records that a worker gave back items of its claim that it had not started.
  mutating func itemsGivenBack(_ range: Range<Int>, at now: Instant) -> WakeUps {
    guard !range.isEmpty else { return WakeUps() }
    inFlight -= range.count
    if life == .running {
      queue.insert(range)
      return wakeWorkers()
    }
    abandon(range, at: now)
    return advanceToEnd(at: now)
  }

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
    case .fixed(let limit): limit.nanoseconds
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
    if tuner != nil { return tune(items) + haltIfReached(at: items.end) + advanceToEnd(at: items.end) }
    return haltIfReached(at: items.end) + advanceToEnd(at: items.end)
  }

  mutating func end(_ item: FinishedItem, at now: Instant) {
    ended += 1
    if !tried.isEmpty { tried[item.id.position] = nil }
    if !losses.isEmpty { losses[item.id.position] = nil }
    if item.outcome.isSuccess {
      succeeded += 1
      if policy.needsLatencies { latencies.record(item.nanoseconds) }
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
package struct RestoredItem: Equatable, Sendable {
  var position: Int
  var isSuccess: Bool
}

// MARK: - Time

extension PoolStateMachine {
  /// The quantile of earlier items' times that predicts an item's time.
  private static let likelyPart = 0.9

  /// When the caller must call ``timePassed(at:)``; nil while time changes nothing.
  ///
  /// The getter is mutating because the caller would copy the machine for a nonmutating one.
  package var nextAlarm: Instant? {
    mutating get {
      let budgetEnd = life == .running && mayBeginMore ? budgetEnd : nil
      let delayEnd = life == .running && !queue.isEmpty ? delayEnd : nil
      return [waiting.first?.due, budgetEnd, delayEnd].compactMap(\.self).min()
    }
  }

  /// Queues the items whose wait is over, unless the run's time budget is spent.
  package mutating func timePassed(at now: Instant) -> WakeUps {
    let wakeUps = finishIfOutOfTime(at: now)
    if let end = delayEnd, end <= now { delayEnd = nil }
    while let first = waiting.first, first.due <= now {
      waiting.removeFirst()
      queue.insert(first.position..<first.position + 1)
    }
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
    policy.timeBudget.map { start + max(0, $0.nanoseconds - (latencies.value(at: Self.likelyPart) ?? 0)) }
  }

  /// Whether an item may still start, because one is queued, waits, has not been read, or is claimed behind another.
  private var mayBeginMore: Bool {
    !queue.isEmpty || waiting.count > 0 || !inputEnded || inFlight > active - idle.count
  }
}
