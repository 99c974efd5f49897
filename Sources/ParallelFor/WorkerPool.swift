public import Synchronization

/// The threads that carry out what a ``PoolStateMachine`` decides. The pool knows positions, not values.
///
/// Every decision is made under one monitor: lock, ask the machine, act on its answer. Items run outside it.
@usableFromInline
final class WorkerPool: @unchecked Sendable {
  let monitor = Monitor()
  private let inputWanted = Condition()
  let over = Condition()
  let timesChanged = Condition()
  let limits: RunLimits
  @usableFromInline let policy: RunPolicy
  /// Whether every attempt is its item's last one.
  @usableFromInline let isAlwaysFinal: Bool
  private let work: @Sendable (WorkerPool, Lane) -> Void
  private let keepsRecords: Bool
  /// Whether another worker could have something to do; a hint that is read without a lock.
  @usableFromInline let isHungry = Atomic<Bool>(true)

  // The monitor guards everything below, so the run-time checks for overlapping accesses are unnecessary.
  @exclusivity(unchecked) var machine: PoolStateMachine
  @exclusivity(unchecked) var lanes: [Lane?] = []
  /// Ended items between their collection from a lane and the report to the machine; otherwise empty.
  @exclusivity(unchecked) var collected: [SettledItem] = []
  @exclusivity(unchecked) var wakeSignals: [Condition] = []
  @exclusivity(unchecked) var consumer = ResultConsumer()
  /// Whether a thread watches timeouts and retries, and when it checks next; nil if it waits for a call.
  var hasTimekeeper = false
  var nextCheck: Instant?
  /// The calls that report changed settlements of attempts that wait for another, by position.
  @exclusivity(unchecked) var revisions: [Int: (Settlement) -> Void] = [:]

  /// Makes a pool without threads. They start when items arrive.
  ///
  /// - Parameter work: a worker's whole life. It takes items with ``nextItem(of:after:label:rest:readiness:)`` until it gets nil.
  @usableFromInline
  init(
    targetWorkers: Int, limits: RunLimits, policy: RunPolicy, inOrder: Bool, isObserved: Bool,
    work: @escaping @Sendable (WorkerPool, Lane) -> Void
  ) {
    self.limits = limits
    self.policy = policy
    isAlwaysFinal = policy.attempts == 1 && policy.losses == 0
    self.work = work
    keepsRecords = isObserved || policy.needsLatencies
    machine = PoolStateMachine(
      targetWorkers: targetWorkers, limits: limits, policy: policy, order: inOrder ? .input : .completion,
      isObserved: isObserved, at: MonotonicClock.now)
  }

  /// Asks the machine a question under the monitor and acts on its answer.
  func decide(_ question: (inout PoolStateMachine, Instant) -> PoolStateMachine.WakeUps) {
    monitor.withLock { carryOut(question(&machine, MonotonicClock.now)) }
  }

  func carryOut(_ wakeUps: PoolStateMachine.WakeUps) {
    if let manner = wakeUps.halted { halt(manner) }
    for worker in wakeUps.wake { wakeSignals[worker.slot - 1].signal() }
    for worker in wakeUps.start { start(worker) }
    isHungry.store(!machine.idle.isEmpty || machine.live < machine.target, ordering: .relaxed)
    if consumer.wantsToKnow, machine.life == .over || machine.delivery.hasReady {
      consumer.tell(isUrgent: isDeliveryUrgent, holding: monitor)
    }
    if machine.life != .running || machine.queue.count <= limits.readAhead / 2 { inputWanted.signal() }
    if !machine.unsettled.isEmpty { keepTime() } else if let due = machine.nextAlarm { keepTime(until: due) }
    if machine.log.isFinished {
      over.broadcast()
      timesChanged.broadcast()
    }
  }

  /// Takes back claimed items that have not started, because the run was halted. For `.now`, interrupts running items.
  private func halt(_ manner: HaltPolicy.Manner) {
    carryOut(takeBackRests(of: lanes, &machine, MonotonicClock.now))
    guard manner == .now else { return }
    for lane in lanes { lane?.interrupt(.interrupt) }
  }

  private var isDeliveryUrgent: Bool {
    machine.life == .over || machine.claimSize.count < ResultConsumer.tiny || !machine.idle.isEmpty
      || machine.delivery.held > limits.deliveryWindow / 4
  }

  private func start(_ worker: WorkerID) {
    let lane = Lane(worker: worker, timeLimit: policy.fixedLimit, keepsRecords: keepsRecords)
    if policy.timeout != nil { keepTime() }
    while lanes.count < worker.slot {
      lanes.append(nil)
      wakeSignals.append(Condition())
    }
    lanes[worker.slot - 1] = lane
    let isStarted = WorkerThread.start(name: "pfor-\(worker)", machine.live == 1 ? .patient : .none) { [self] in
      work(self, lane)
      decide { $0.workerLeft(lane.worker, at: $1) }
    }
    if isStarted { return }
    lanes[worker.slot - 1] = nil
    carryOut(machine.workerFailedToStart(worker, at: MonotonicClock.now))
  }
}

// MARK: - On a worker's thread

extension WorkerPool {
  /// Ends the worker's item, if it has one, and starts its next one. Returns nil when the worker must leave.
  ///
  /// - Parameters:
  ///   - rest: called when the worker has no item, before it waits for one or leaves.
  ///   - readiness: what the worker needs before it takes an item.
  @usableFromInline
  func nextItem(
    of lane: Lane, after ending: Ending?, label: (ItemID) -> String, rest: () -> Void, readiness: WorkerReadiness?
  ) -> BegunItem? {
    if let readiness { return nextItem(of: lane, after: ending, label: label, rest: rest, once: readiness) }
    if let ending, let item = lane.advance(ending, at: MonotonicClock.now, label: label) { return item }
    while claim(for: lane, rest: rest) {
      // A pause or a resize may take the claim back before its first item starts.
      if let item = lane.begin(at: MonotonicClock.now, label: label) { return item }
    }
    return nil
  }

  /// Waits for a claim. Returns false when the worker must leave.
  private func claim(for lane: Lane, rest: () -> Void) -> Bool {
    let first = monitor.withLock {
      collect(from: lane)
      return lookForClaim(of: lane)
    }
    if first == .found { return true }
    // This may take much longer than the monitor is ever held, so it runs without it.
    rest()
    return first == .none ? waitForClaim(of: lane) : false
  }

  private func waitForClaim(of lane: Lane) -> Bool {
    monitor.withLock {
      while true {
        let next = lookForClaim(of: lane)
        if next != .none { return next == .found }
        monitor.wait(for: wakeSignals[lane.worker.slot - 1])
      }
    }
  }

  /// The next thing for a worker that has no claim.
  enum NextClaim {
    /// It has a claim now.
    case found
    /// It must wait.
    case none
    /// It must leave.
    case leave
  }

  func lookForClaim(of lane: Lane) -> NextClaim {
    carryOut(machine.finishIfOutOfTime(at: MonotonicClock.now))
    let (action, wakeUps) = machine.workerBecameReady(lane.worker, at: MonotonicClock.now)
    carryOut(wakeUps)
    switch action {
    case .run(let range): hand(range, to: lane)
    case .wait:
      guard let range = takeFromBusiest() else { return .none }
      machine.workerFoundItems(lane.worker)
      hand(range, to: lane)
    case .leave:
      lanes[lane.worker.slot - 1] = nil
      return .leave
    }
    return .found
  }

  func hand(_ range: Range<Int>, to lane: Lane) {
    let tried = machine.lastAttempts(in: range)
    lane.withState { $0.claim(range, tried: tried) }
  }

  /// Takes half of the largest untouched rest of a claim, for a worker that has nothing to do.
  private func takeFromBusiest() -> Range<Int>? {
    guard machine.life == .running, !machine.isPaused else { return nil }
    var most = 0
    var busiest: Lane?
    for lane in lanes {
      guard let lane else { continue }
      let rest = lane.withState { $0.rest.count }
      if rest > most { (most, busiest) = (rest, lane) }
    }
    let range = busiest?.withState { $0.takeBack(($0.rest.count + 1) / 2) }
    return range.flatMap { $0.isEmpty ? nil : $0 }
  }

  func collect(from lane: Lane) {
    takeCollected(
      lane.withState {
        $0.harvest(into: &collected)
        return $0.takeSucceeded()
      })
  }

  /// Reports to the machine what has just been collected from a lane.
  func takeCollected(_ succeeded: LaneState.Succeeded?) {
    if let succeeded { carryOut(machine.itemsSucceeded(succeeded)) }
    guard let last = collected.last else { return }
    if !revisions.isEmpty { forgetRevisions(of: collected) }
    let wakeUps = machine.itemsEnded(collected, at: last.item.end)
    collected.removeAll(keepingCapacity: collected.capacity <= 1_024)
    carryOut(wakeUps)
  }
}

// MARK: - Feeding

extension WorkerPool {
  /// Waits until more items are wanted. Returns false when none ever will be.
  @usableFromInline
  func waitUntilInputIsWanted() -> Bool {
    monitor.withLock {
      while machine.life == .running, !machine.wantsInput { monitor.wait(for: inputWanted) }
      return machine.life == .running
    }
  }

  /// Reports that `count` more items have been read. An earlier run may have done some of them.
  ///
  /// - Returns: Whether the run takes them. It does not if it has begun to end since it wanted them.
  @usableFromInline
  func itemsArrived(_ count: Int, restored: [RestoredItem] = []) -> Bool {
    var areTaken = false
    decide { machine, now in
      areTaken = machine.life == .running
      return machine.itemsArrived(count, restored: restored, at: now)
    }
    return areTaken
  }
}

// MARK: - Steering

extension WorkerPool {
  func setTargetWorkers(_ count: Int) {
    decide { machine, now in
      machine.endTuning(at: now)
      let wakeUps = machine.setTargetWorkers(count, at: now)
      let draining = lanes.filter { lane in lane.map { machine.isDraining[$0.worker.slot - 1] } ?? false }
      return wakeUps + takeBackRests(of: draining, &machine, now)
    }
  }

  func pause() {
    decide { machine, now in
      machine.pause(at: now)
      return takeBackRests(of: lanes, &machine, now)
    }
  }

  func finish() {
    decide { machine, now in
      let wakeUps = machine.finish(at: now)
      return wakeUps + takeBackRests(of: lanes, &machine, now)
    }
  }

  func stop(_ urgency: StopUrgency) {
    decide { machine, now in
      let wakeUps = machine.stop(urgency, at: now) + takeBackRests(of: lanes, &machine, now)
      for lane in lanes { lane?.interrupt(urgency) }
      return wakeUps
    }
  }

  /// Asks one running item to end. Returns false if it is not running.
  func interrupt(_ id: ItemID, _ urgency: StopUrgency) -> Bool {
    monitor.withLock { lanes.contains { $0?.interrupt(urgency, only: id) ?? false } }
  }

  /// Asks for a further attempt at an item that has failed. Returns false if there will be none.
  ///
  /// - Parameters:
  ///   - last: how the item ended; nil to use the kept record.
  ///   - mayBeLate: whether the item's result may have been handed on.
  ///   - prepare: called before any worker can start the item, with whether its result has been handed on.
  func retry(_ id: ItemID, _ last: FinishedItem?, mayBeLate: Bool, prepare: (_ isLate: Bool) -> Void) -> Bool {
    monitor.withLock {
      for lane in lanes { lane.map(collect(from:)) }
      guard let last = last ?? machine.keptFailures[id.position],
        let (wakeUps, isLate) = machine.retryRequested(last, mayBeLate: mayBeLate, at: MonotonicClock.now)
      else { return false }
      prepare(isLate)
      carryOut(wakeUps)
      return true
    }
  }

  func takeBackRests(
    of lanes: [Lane?], _ machine: inout PoolStateMachine, _ now: Instant
  ) -> PoolStateMachine.WakeUps {
    var wakeUps = PoolStateMachine.WakeUps()
    for lane in lanes {
      guard let range = lane?.withState({ $0.takeBack() }) else { continue }
      wakeUps = wakeUps + machine.itemsGivenBack(range, at: now)
    }
    return wakeUps
  }
}
