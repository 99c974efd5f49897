/// What watchers and consumers of a run call.
extension WorkerPool {
  /// Takes the events since the last call, with a start event for each running item that has none yet.
  func takeEvents() -> [RunEvent] {
    monitor.withLock {
      let now = MonotonicClock.now
      for lane in lanes {
        guard let lane else { continue }
        collect(from: lane)
        if let started = lane.withState({ $0.announce() }) { machine.log.append(.itemStarted(started), at: now) }
      }
      machine.logDelivery(at: now)
      let events = machine.log.take()
      carryOut(machine.wakeWorkers())
      return events
    }
  }

  /// Takes the positions of the next results, after waiting for one if necessary. Nil when all are handed on.
  @usableFromInline
  func takeDelivered(upTo limit: Int) -> [Int]? {
    monitor.withLock {
      while !machine.delivery.hasReady {
        if machine.life == .over { return nil }
        consumer.isWaiting = true
        // Ended items stay in a lane while a slow item of the same claim runs. So check there now and then.
        let isQuick = machine.claimSize.count > 1
        monitor.wait(for: consumer.ready, nanoseconds: isQuick ? 20_000_000 : 1_000_000_000)
        if isQuick { for lane in lanes { lane.map(collect(from:)) } }
      }
      return take(upTo: limit)
    }
  }

  /// Does the same without waiting. If there is nothing yet, it returns no position, and `call` is called once, as soon
  /// as there is something to take or the run is over. It must be quick.
  func takeDelivered(upTo limit: Int, orCall call: @escaping @Sendable () -> Void) -> [Int]? {
    monitor.withLock {
      for lane in lanes where machine.claimSize.count > 1 { lane.map(collect(from:)) }
      guard machine.delivery.hasReady else {
        if machine.life == .over { return nil }
        consumer.call = call
        return []
      }
      return take(upTo: limit)
    }
  }

  private func take(upTo limit: Int) -> [Int] {
    let (positions, wakeUps) = machine.takeDelivered(upTo: limit, at: MonotonicClock.now)
    carryOut(wakeUps)
    return positions
  }

  /// Returns the state of the run now.
  func snapshot() -> RunSnapshot {
    monitor.withLock {
      let now = MonotonicClock.now
      let workers = lanes.compactMap { lane in lane.map { worker(in: $0) } }
      let begun = workers.count { $0.item != nil }
      return RunSnapshot(
        instant: now, itemsRead: machine.itemsRead,
        queued: machine.queue.count + machine.inFlight - begun,
        waiting: machine.waiting.count + machine.unsettled.count + machine.settling,
        succeeded: machine.succeeded, unsuccessful: machine.ended - machine.succeeded, skipped: machine.skipped,
        targetWorkers: machine.target, workers: workers, isPaused: machine.isPaused, isOver: machine.log.isFinished)
    }
  }

  /// Returns the state of a worker. It collects the worker's ended items under the same lock, so that every item is in
  /// exactly one state.
  private func worker(in lane: Lane) -> RunSnapshot.Worker {
    let (succeeded, running) = lane.withState {
      $0.harvest(into: &collected)
      return ($0.takeSucceeded(), $0.running)
    }
    takeCollected(succeeded)
    return RunSnapshot.Worker(
      id: lane.worker, isDraining: machine.isDraining[lane.worker.slot - 1],
      item: running.map { ItemID($0.position) }, since: running?.start)
  }

  /// Waits until the run is over and every worker has left, or until some nanoseconds have passed. Returns whether the
  /// run is over.
  func waitUntilOver(_ limit: Int64?) -> Bool {
    let deadline = limit.map { MonotonicClock.now + $0 }
    return monitor.withLock {
      while !machine.log.isFinished {
        guard let deadline else {
          monitor.wait(for: over)
          continue
        }
        let left = deadline.nanoseconds(since: MonotonicClock.now)
        if left <= 0 { return false }
        monitor.wait(for: over, nanoseconds: left)
      }
      return true
    }
  }
}
