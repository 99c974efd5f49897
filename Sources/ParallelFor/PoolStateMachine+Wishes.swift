/// What the user, or the end of the program, asks of a run.
extension PoolStateMachine {
  /// Asks for `count` workers; 0 drains.
  mutating func setTargetWorkers(_ count: Int, at now: Instant) -> Summons {
    guard count != target, life != .over else { return Summons() }
    target = count
    log.append(.targetWorkersChanged(count), at: now)
    var summons = Summons()
    while active > target, let worker = idle.popLast() {
      slots[worker.slot - 1] = .dismissed
      active -= 1
      summons.wake.append(worker)
    }
    rebalanceDraining(at: now)
    let more = summon()
    return Summons(wake: summons.wake + more.wake, start: more.start)
  }

  /// Hands out nothing until ``resume(at:)``.
  mutating func pause(at now: Instant) {
    guard life == .running, !isPaused else { return }
    isPaused = true
    log.append(.runPaused, at: now)
  }

  /// Hands out items again.
  mutating func resume(at now: Instant) -> Summons {
    guard isPaused else { return Summons() }
    isPaused = false
    log.append(.runResumed, at: now)
    return summon()
  }

  /// Hands out nothing any more; what runs may end.
  mutating func finish(at now: Instant) -> Summons {
    guard life < .finishing else { return Summons() }
    life = .finishing
    log.append(.runFinishing, at: now)
    return abandonQueue(at: now)
  }

  /// Hands out nothing any more; the shell asks what runs to end.
  mutating func stop(_ urgency: StopUrgency, at now: Instant) -> Summons {
    guard life < .over else { return Summons() }
    life = .stopping
    log.append(.runStopping(urgency), at: now)
    return abandonQueue(at: now)
  }
}
