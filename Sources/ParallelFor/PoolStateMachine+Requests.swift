/// Requests from the user or from the end of the program.
extension PoolStateMachine {
  /// Sets the target number of workers; 0 drains.
  mutating func setTargetWorkers(_ count: Int, at now: Instant) -> WakeUps {
    guard count != target, life != .over else { return WakeUps() }
    target = count
    log.append(.targetWorkersChanged(count), at: now)
    var wakeUps = WakeUps()
    while active > target, let worker = idle.popLast() {
      slots[worker.slot - 1] = .dismissed
      active -= 1
      wakeUps.wake.append(worker)
    }
    rebalanceDraining(at: now)
    return wakeUps + wakeWorkers(starting: .max)
  }

  /// Hands out no item for a reason, or hands out items again.
  mutating func hold(_ reason: HoldReason?, at now: Instant) -> WakeUps {
    guard reason != hold, life == .running else { return WakeUps() }
    if let reason, let hold, !reason.isNews(after: hold) { return WakeUps() }
    hold = reason
    log.append(.runHeld(reason), at: now)
    return wakeWorkers()
  }

  /// Hands out no item until ``resume(at:)``.
  mutating func pause(at now: Instant) {
    guard life == .running, !isPaused else { return }
    isPaused = true
    log.append(.runPaused, at: now)
  }

  /// Hands out items again.
  mutating func resume(at now: Instant) -> WakeUps {
    guard isPaused, life < .over else { return WakeUps() }
    isPaused = false
    log.append(.runResumed, at: now)
    return wakeWorkers()
  }

  /// Asks for a further attempt at an item that has ended without success. The item returns to its place in the queue,
  /// and its new ending replaces the earlier one.
  ///
  /// - Parameters:
  ///   - last: how the item ended.
  ///   - mayBeLate: whether it may be tried again, and get a second result, after its result has been handed on.
  /// - Returns: nil if the item has not ended, has succeeded or would be late, or if the run is ending.
  mutating func retryRequested(
    _ last: FinishedItem, mayBeLate: Bool, at now: Instant
  ) -> (wakeUps: WakeUps, isLate: Bool)? {
    let position = last.id.position
    guard life == .running, failures.contains(position) else { return nil }
    let isLate = delivery.isHandedOn(position)
    guard mayBeLate || !isLate else { return nil }
    failures.remove(position)
    keptFailures[position] = nil
    let wasRestored = restoredFailures.remove(position)
    if wasRestored { restoredTally.count -= 1 }
    ended -= 1
    tried[position] = TriedItem(last: last, due: now, isRequested: true)
    delivery.reopen(position)
    queue.insert(position..<position + 1)
    log.append(.itemRequeued(last, wasRestored: wasRestored), at: now)
    return (wakeWorkers(), isLate)
  }

  /// Hands out no further item and lets running items end.
  mutating func finish(at now: Instant) -> WakeUps {
    guard life < .finishing else { return WakeUps() }
    life = .finishing
    log.append(.runFinishing, at: now)
    return abandonQueue(at: now)
  }

  /// Hands out no further item. The caller asks running items to end.
  mutating func stop(_ urgency: StopUrgency, at now: Instant) -> WakeUps {
    guard life < .over else { return WakeUps() }
    life = .stopping
    log.append(.runStopping(urgency), at: now)
    return abandonQueue(at: now)
  }
}
