import ParallelFor

extension RunFacts {
  /// Applies one event. Events must arrive in order.
  mutating func apply(_ event: RunEvent) {
    advance(to: event.instant)
    switch event.kind {
    case .itemFinished(let item): finish(item, at: event.instant)
    case .itemStarted(let item): start(item)
    case .attemptFailed(let item, let retryAt): wait(item, until: retryAt)
    case .itemInterrupted(let item): interrupt(item)
    case .itemRequeued(let item, let wasRestored): requeue(item, wasRestored: wasRestored, at: event.instant)
    case .itemsRestored(let tally): restore(tally)
    case .haltReached(let policy): halted = policy
    case .timeBudgetSpent: isOutOfTime = true
    case .runHeld(let reason): hold = reason
    case .automaticThreads(let decision): automatic = decision
    case .deliveryAdvanced(let next, let held): delivery.advance(to: next, held: held, at: event.instant)
    case .itemsRead(let count): learn { $0.itemsRead = max($0.itemsRead, count) }
    case .totalKnown(let count): learn { $0.total = count }
    case .workerStarted, .workerDraining, .workerKept, .workerStopped, .targetWorkersChanged:
      applyWorkers(event.kind)
    case .runStarted, .runPaused, .runResumed, .runFinishing, .runStopping, .runFinished:
      applyRun(event.kind, at: event.instant)
    }
  }

  private mutating func advance(to instant: Instant) {
    guard instant > latest else { return }
    if liveWorkers > 0 {
      workerTime = workerTime(at: instant)
      heldTime = heldTime(at: instant)
    }
    latest = instant
  }

  // MARK: Items

  private mutating func start(_ item: StartedItem) {
    let index = rowIndex(item.worker)
    if everyWorker[index].item == nil { tally.running += 1 }
    everyWorker[index].item = item
    stopWaiting(item.id)
    begun = max(begun, item.id.position + 1)
    updateQueued()
  }

  private mutating func finish(_ item: FinishedItem, at instant: Instant) {
    let (hadEnded, isCounted) = stopWaiting(after: item)
    if !hadEnded { leaveWorker(item, isRetried: false) }
    tally.count(item.outcome)
    if item.outcome == .cancelled, state == .stopping { stoppedWithRun += 1 }
    updateQueued()
    if !isCounted {
      // The item ended with the attempt after which it waited, so that attempt was the last one after all.
      if hadEnded { pace.makeLast() }
      everyWorker[rowIndex(item.worker)].itemsDone += 1
      measure(item, max(0, item.nanoseconds), at: instant)
    }
    if let reason = item.outcome.failureReason, failures.count < FailedItem.keptForSummary {
      failures.append(FailedItem(id: item.id, label: item.label, reason: reason))
    }
  }

  /// Records that a worker has ended an attempt.
  private mutating func leaveWorker(_ item: FinishedItem, isRetried: Bool) {
    let index = rowIndex(item.worker)
    if everyWorker[index].item?.id == item.id {
      everyWorker[index].item = nil
      tally.running -= 1
    }
    let time = max(0, item.nanoseconds)
    everyWorker[index].addBusy(time)
    timeline.add(item)
    begun = max(begun, item.id.position + 1)
    // The time of a stopped item says nothing about other items.
    if item.outcome != .cancelled { pace.count(from: item.start, latency: time, isRetried: isRetried) }
  }

  private mutating func wait(_ item: FinishedItem, until retryAt: Instant) {
    leaveWorker(item, isRetried: true)
    retryWait = max(0, retryAt.nanoseconds(since: item.end))
    remember(WaitingItem(last: item, retryAt: retryAt))
  }

  private mutating func interrupt(_ item: FinishedItem) {
    if stopWaiting(item.id)?.last != item { leaveWorker(item, isRetried: false) }
    tally.unfinished += 1
    updateQueued()
  }

  private mutating func remember(_ item: WaitingItem) {
    if waiting.updateValue(item, forKey: item.last.id) == nil { tally.waiting += 1 }
    updateQueued()
  }

  /// Queues an ended item again. Its outcome no longer counts; the time that it took still does.
  private mutating func requeue(_ item: FinishedItem, wasRestored: Bool, at instant: Instant) {
    if wasRestored {
      restored.count -= 1
      tally.failed -= 1
    } else {
      tally.count(item.outcome, by: -1)
    }
    failures.removeAll { $0.id == item.id }
    slowest.remove(item.id)
    remember(WaitingItem(last: item, retryAt: instant, isCounted: true))
  }

  /// Ends the wait of an item. Returns whether it waited after this very attempt, and whether that counts as ended.
  private mutating func stopWaiting(after last: FinishedItem) -> (hadEnded: Bool, isCounted: Bool) {
    guard !waiting.isEmpty, let item = stopWaiting(last.id), item.last == last else { return (false, false) }
    return (true, item.isCounted)
  }

  @discardableResult
  private mutating func stopWaiting(_ id: ItemID) -> WaitingItem? {
    guard !waiting.isEmpty, let item = waiting.removeValue(forKey: id) else { return nil }
    tally.waiting -= 1
    return item
  }

  private mutating func restore(_ now: RestoredTally) {
    tally.succeeded += now.succeeded - restored.succeeded
    tally.failed += (now.count - now.succeeded) - (restored.count - restored.succeeded)
    restored = now
    begun = max(begun, now.end)
    updateQueued()
  }

  /// Records an item's time. The time of a stopped item is left out, because it says nothing about other items.
  private mutating func measure(_ item: FinishedItem, _ time: Int64, at instant: Instant) {
    throughput.countItem(at: instant)
    threadRates.count(time, isSuccess: item.outcome.isSuccess, at: instant)
    guard item.outcome != .cancelled else { return }
    latency.record(time, at: instant)
    slowest.add(item)
  }

  private mutating func learn(_ change: (inout RunFacts) -> Void) {
    change(&self)
    updateQueued()
  }

  /// Computes the number of known items that have not started.
  private mutating func updateQueued() {
    let underway = tally.finished + tally.unfinished + tally.waiting + tally.running
    tally.queued = max(itemsRead, total ?? 0, underway) - underway
  }

  // MARK: Workers

  private mutating func rowIndex(_ worker: WorkerID) -> Int {
    let index = max(0, worker.slot - 1)
    while everyWorker.count <= index { everyWorker.append(WorkerRow(id: WorkerID(everyWorker.count + 1))) }
    return index
  }

  private mutating func applyWorkers(_ kind: RunEvent.Kind) {
    switch kind {
    case .targetWorkersChanged(let count):
      targetWorkers = count
      pace.setThreads(count, at: latest, workerTime: workerTime)
      threadRates.endPeriod()
    case .workerStarted(let worker): setWorker(worker, isAlive: true, isLeaving: false)
    case .workerDraining(let worker): setWorker(worker, isAlive: true, isLeaving: true)
    case .workerKept(let worker): setWorker(worker, isAlive: true, isLeaving: false)
    case .workerStopped(let worker): setWorker(worker, isAlive: false, isLeaving: false)
    default: return
    }
    if liveWorkers == targetWorkers, drainingWorkers == 0, state == .running {
      threadRates.workersSettled(at: targetWorkers)
    } else {
      threadRates.endPeriod()
    }
  }

  private mutating func setWorker(_ worker: WorkerID, isAlive: Bool, isLeaving: Bool) {
    let index = rowIndex(worker)
    liveWorkers += (isAlive ? 1 : 0) - (everyWorker[index].isAlive ? 1 : 0)
    drainingWorkers += (isLeaving ? 1 : 0) - (everyWorker[index].isLeaving ? 1 : 0)
    everyWorker[index].isAlive = isAlive
    everyWorker[index].isLeaving = isLeaving
  }

  // MARK: The run

  private mutating func applyRun(_ kind: RunEvent.Kind, at instant: Instant) {
    switch kind {
    case .runStarted(let target):
      targetWorkers = target
      pace.setThreads(target, at: instant, workerTime: workerTime)
      stopwatch.start(at: instant)
      throughput.begin(at: instant)
    case .runPaused: pause(at: instant)
    case .runResumed: resume(at: instant)
    case .runFinishing: leavePause(for: .draining, at: instant)
    case .runStopping: leavePause(for: .stopping, at: instant)
    case .runFinished(let ending): end(ending, at: instant)
    default: return
    }
  }

  private mutating func pause(at instant: Instant) {
    isPaused = true
    if state == .running { state = .paused }
    stopwatch.pause(at: instant)
    threadRates.interrupt()
  }

  private mutating func resume(at instant: Instant) {
    isPaused = false
    if state == .paused { state = .running }
    stopwatch.resume(at: instant)
    threadRates.interrupt()
  }

  /// Ends a pause, because a run that is finishing or stopping can no longer be paused.
  private mutating func leavePause(for next: RunState, at instant: Instant) {
    isPaused = false
    stopwatch.resume(at: instant)
    threadRates.endPeriod()
    if state != .done, !(state == .stopping && next == .draining) { state = next }
  }

  private mutating func end(_ ending: RunEnding, at instant: Instant) {
    state = .done
    self.ending = ending
    isPaused = false
    // A run file does not record when an item stopped waiting.
    for id in Array(waiting.keys) where stopWaiting(id) != nil { tally.unfinished += 1 }
    stopwatch.stop(at: instant)
    latency.refresh()
    delivery.advance(to: delivery.next, held: 0, at: instant)
  }
}
