/// Workers that need something, such as a connection, before they take an item.
extension WorkerPool {
  /// Ends the worker's item, if it has one, and starts its next one as soon as the worker is ready. Returns nil when the
  /// worker must leave.
  func nextItem(
    of lane: Lane, after ending: Ending?, label: (ItemID) -> String, rest: () -> Void, once readiness: WorkerReadiness
  ) -> BegunItem? {
    // The question may cost a system call, so it is asked once for each item.
    var isReady = readiness.isReady()
    if let ending {
      if isReady {
        if let item = lane.advance(ending, at: MonotonicClock.now, label: label) { return item }
      } else {
        giveUpClaim(of: lane, after: ending)
      }
    }
    while true {
      if !isReady { isReady = getReady(lane, readiness) }
      switch next(for: lane) {
      case .leave: return nil
      case .none:
        waitForChange(of: lane, rest: rest)
        isReady = readiness.isReady()
      case .found where isReady:
        // A pause or a resize may take the claim back before its first item starts.
        if let item = lane.begin(at: MonotonicClock.now, label: label) { return item }
      case .found: giveUpClaim(of: lane, after: nil)
      }
    }
  }

  /// Waits until the worker is ready. While it waits, the machine considers it at work. Returns false if the worker is no
  /// longer needed.
  private func getReady(_ lane: Lane, _ readiness: WorkerReadiness) -> Bool {
    // The worker may have been woken for an item, which another one must take now.
    monitor.withLock { carryOut(machine.wakeWorkers()) }
    readiness.getReady { monitor.withLock { machine.mayStillBegin(lane.worker) } }
    return readiness.isReady()
  }

  private func next(for lane: Lane) -> NextClaim {
    monitor.withLock {
      collect(from: lane)
      return lookForClaim(of: lane)
    }
  }

  /// Waits until the worker is woken, unless there is something for it by now.
  private func waitForChange(of lane: Lane, rest: () -> Void) {
    rest()
    monitor.withLock {
      if machine.isIdle(lane.worker) { monitor.wait(for: wakeSignals[lane.worker.slot - 1]) }
    }
  }

  /// Ends the worker's item and returns those of its claim that have not started to the queue.
  private func giveUpClaim(of lane: Lane, after ending: Ending?) {
    if let ending { lane.end(ending, at: MonotonicClock.now) }
    monitor.withLock {
      collect(from: lane)
      carryOut(takeBackRests(of: [lane], &machine, MonotonicClock.now))
    }
  }
}
