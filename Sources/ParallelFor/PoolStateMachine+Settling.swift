// What the end of an attempt means: decided here and nowhere else.

/// What follows the end of an attempt.
@usableFromInline
package enum Settlement: Sendable, Equatable {
  /// The item has ended for good.
  case final
  /// The item was stopped because the run was interrupted: it has not ended, and a resumed run runs it.
  case stopped
  /// The item will be tried again at that moment or soon after it.
  case again(at: Instant)
  /// The item failed and was to be tried again, but the run was interrupted: it has not ended, and a resumed run tries it.
  case unfinished
}

/// An attempt that has ended, and what follows.
struct SettledItem: Equatable {
  var item: FinishedItem
  var settlement: Settlement
}

/// The last attempt at an item that will be tried again.
struct TriedItem: Equatable {
  var last: FinishedItem
  /// From when on the next attempt may begin.
  var due: Instant
  /// Whether the item had ended for good and a user asked for a further attempt.
  var isAsked = false
}

extension PoolStateMachine {
  /// Whether every attempt of a run is its item's last one, whatever comes of it.
  static func isAlwaysFinal(_ policy: RunPolicy) -> Bool { policy.attempts == 1 }

  /// Whether an attempt is its item's last one, whatever the run is doing.
  static func isFinal(_ outcome: Outcome, attempt: Int, _ policy: RunPolicy) -> Bool {
    switch outcome {
    case .succeeded: true
    case .failed, .timedOut: attempt >= policy.attempts
    case .cancelled: false
    }
  }

  /// Says what follows an attempt that has just ended.
  ///
  /// What is final or unfinished stays so. ``Settlement/again(at:)`` may change when the run ends before the next attempt.
  func settlement(of item: FinishedItem) -> Settlement {
    if Self.isFinal(item.outcome, attempt: item.attempt, policy) { return .final }
    if item.outcome == .cancelled { return life == .stopping && !hasGivenUp ? .stopped : .final }
    guard life == .running else { return settlementAtEnd }
    return .again(at: item.end + policy.backoff.delay(after: item.attempt, of: item.id.position))
  }

  /// What becomes of a failed attempt that should have been followed by another, when the run ends before.
  private var settlementAtEnd: Settlement { hasGivenUp ? .final : .unfinished }

  /// An attempt ended.
  mutating func attemptEnded(_ ended: SettledItem, at now: Instant) {
    switch ended.settlement {
    case .final, .stopped: end(ended.item, at: now)
    case .unfinished: leave(ended.item, at: now)
    case .again(let due) where life == .running:
      let position = ended.item.id.position
      tried[position] = TriedItem(last: ended.item, due: due)
      waiting.insert(position, due: due)
      log.append(.attemptFailed(ended.item, retryAt: due), at: now)
    case .again: unsettled.append(SettledItem(item: ended.item, settlement: settlementAtEnd))
    }
  }

  /// No worker will run these positions.
  mutating func abandon(_ positions: Range<Int>, at now: Instant) {
    for position in positions {
      switch tried.isEmpty ? nil : tried.removeValue(forKey: position) {
      case nil: skipped += 1
      // The further attempt that a user asked for never began: how the item had ended counts again.
      case let item? where item.isAsked: end(item.last, at: now)
      case let item?: unsettled.append(SettledItem(item: item.last, settlement: settlementAtEnd))
      }
    }
  }

  /// Takes the attempts that the shell must settle; ``settled(_:at:)`` follows.
  mutating func takeUnsettled() -> [SettledItem] {
    settling += unsettled.count
    defer { unsettled = [] }
    return unsettled
  }

  /// The shell has settled attempts that it took.
  mutating func settled(_ items: [SettledItem], at now: Instant) -> Summons {
    settling -= items.count
    for item in items {
      if item.settlement == .final { end(item.item, at: now) } else { leave(item.item, at: now) }
    }
    return advanceToEnd(at: now)
  }

  /// An item has not ended, and will not be tried again by this run. What its last attempt produced is handed on.
  private mutating func leave(_ item: FinishedItem, at now: Instant) {
    skipped += 1
    tried[item.id.position] = nil
    delivery.complete(item.id.position)
    log.append(.itemInterrupted(item), at: now)
  }
}
