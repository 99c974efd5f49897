// Only this file decides what the end of an attempt means.

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
struct SettledItem: Equatable {
  var item: FinishedItem
  var settlement: Settlement
}

/// The last attempt at an item that will be tried again.
struct TriedItem: Equatable {
  var last: FinishedItem
  /// The earliest time at which the next attempt may start.
  var due: Instant
  /// Whether the item had ended for good and the user asked for a further attempt.
  var isAsked = false
}

extension PoolStateMachine {
  /// Whether every attempt of a run is its item's last one, whatever its outcome.
  static func isAlwaysFinal(_ policy: RunPolicy) -> Bool { policy.attempts == 1 }

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
  /// Only ``Settlement/again(at:)`` may change later, when the run ends before the next attempt.
  func settlement(of item: FinishedItem) -> Settlement {
    if Self.isFinal(item.outcome, attempt: item.attempt, policy) { return .final }
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
      waiting.insert(position, due: due)
      log.append(.attemptFailed(ended.item, retryAt: due), at: now)
    case .again: unsettled.append(SettledItem(item: ended.item, settlement: settlementAtEnd))
    }
  }

  /// Gives up positions that no worker will run.
  mutating func abandon(_ positions: Range<Int>, at now: Instant) {
    for position in positions {
      switch tried.isEmpty ? nil : tried.removeValue(forKey: position) {
      case nil: skipped += 1
      // The attempt that the user asked for never started, so the earlier ending counts again.
      case let item? where item.isAsked: end(item.last, at: now)
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
