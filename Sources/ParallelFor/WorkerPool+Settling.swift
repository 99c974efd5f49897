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
  func settlement(of item: BegunItem, on lane: Lane, _ outcome: Outcome, at end: Instant) -> Settlement {
    if PoolStateMachine.isFinal(outcome, attempt: item.attempt, policy) { return .final }
    let ended = FinishedItem(
      id: item.id, worker: lane.worker, attempt: item.attempt, start: item.start, end: end, outcome: outcome, label: "")
    return monitor.withLock { machine.settlement(of: ended) }
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
