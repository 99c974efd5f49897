/// The automatic choice of the target number of workers.
extension PoolStateMachine {
  /// Chooses the target by measuring, from now on.
  mutating func setThreads(_ choice: AutomaticThreads, at now: Instant) -> WakeUps {
    let most = choice.most ?? automaticLimit ?? AutomaticThreads.defaultLimit
    automaticLimit = most
    return setTuner(ThreadTuner(from: choice.first ?? target, upTo: most), at: now)
  }

  /// Lets a tuner choose the target from now on.
  package mutating func setTuner(_ tuner: ThreadTuner, at now: Instant) -> WakeUps {
    guard life < .finishing else { return WakeUps() }
    self.tuner = tuner
    return carryOut(tuner.opening, at: now)
  }

  /// Fixes the target, if a tuner chose it.
  mutating func endTuning(at now: Instant) {
    guard tuner != nil else { return }
    tuner = nil
    if life < .over { log.append(.automaticThreads(nil), at: now) }
  }

  /// Tells the tuner which attempts have ended, and does what it decides.
  mutating func tune(_ items: [SettledItem], at now: Instant) -> WakeUps {
    for item in items.lazy.map(\.item) where item.outcome != .cancelled {
      tuner?.attemptEnded(by: item.worker.slot, from: item.start, to: item.end, isSuccess: item.outcome.isSuccess)
    }
    return decideThreads(at: now)
  }

  /// Does the same for neighbouring items that have no records of their own.
  mutating func tune(_ items: LaneState.Succeeded) -> WakeUps {
    tuner?.attemptsSucceeded(items.positions.count, from: items.start, to: items.end)
    return decideThreads(at: items.end)
  }

  /// Lets the tuner use fewer threads, because the machine is too busy.
  mutating func machineIsShort(at now: Instant) -> WakeUps {
    guard life == .running, target > 0 else { return WakeUps() }
    let facts = tuningFacts(at: now)
    return tuner?.machineIsShort(facts).map { carryOut($0, at: now) } ?? WakeUps()
  }

  private mutating func decideThreads(at now: Instant) -> WakeUps {
    guard life == .running, !isPaused, hold == nil, target > 0 else { return WakeUps() }
    let facts = tuningFacts(at: now)
    return tuner?.decide(facts).map { carryOut($0, at: now) } ?? WakeUps()
  }

  /// The number of threads that the tuner keeps; nil if the target is fixed.
  package var tunedThreads: Int? { tuner?.best }

  private func tuningFacts(at now: Instant) -> ThreadTuner.Facts {
    ThreadTuner.Facts(
      now: now, isSettled: active <= target && live == active, idle: idle.count + max(0, target - active),
      isHeld: !queue.isEmpty && room == 0 && delayEnd == nil, left: left)
  }

  /// The number of items that have not begun. While the total is unknown, as many may follow as have ended.
  private var left: Int {
    if inputEnded { return queue.count }
    if let expectedItems { return max(queue.count, expectedItems - itemsRead + queue.count) }
    return max(queue.count, ended)
  }

  private mutating func carryOut(_ step: ThreadTuner.Step, at now: Instant) -> WakeUps {
    for decision in step.decisions { log.append(.automaticThreads(decision), at: now) }
    return setTargetWorkers(step.threads, at: now)
  }
}
