/// Decides what each worker does next. It never waits, starts no thread, reads no clock and knows no item's value.
///
/// Positions flow `queue → claims (in flight) → ended`. Positions that a worker gives back return to the queue. Items
/// that failed and will be tried again wait, and then return to the queue. When a run stops, the items that have not
/// ended are skipped. A failed item returns from ended to the queue when a user asks for it.
///
/// Only the machine decides what the end of an attempt means: see ``Settlement``. An item that waits for its next
/// attempt when the run ends has failed for good if the run gave up by its policy. If the run was interrupted, the item
/// is unfinished.
///
/// Protocol and invariants, checked by ``checkInvariants()`` in tests:
///
/// * `itemsRead = queue + inFlight + waiting + unsettled + settling + ended + skipped`.
/// * A worker's slot is free, idle (parked until woken), ready (deciding or working), dismissed (woken to be told
///   to leave) or leaving (told). A worker starts as ready in a `WakeUps.start`, asks ``workerBecameReady(_:at:)``,
///   runs what it gets, and asks again. When told to leave, it closes what it holds and reports
///   ``workerLeft(_:at:)``.
/// * The `active` workers are the idle and ready ones. Those in excess of the target are draining. The next worker that
///   asks while there is a surplus leaves, so the target is reached as early as possible without an interruption.
/// * After the input has ended, a worker that asks also leaves when nothing is queued, nothing may be tried again and
///   no other claim can hold untouched items. It releases what it holds, such as a connection, while the last items
///   run. When a user asks for an item again, a worker starts to run it.
/// * A worker starts only while fewer workers than the target are `live`, including those that are leaving. So there
///   are never more live workers than the largest target so far.
/// * The life of the run only advances: running, finishing, stopping, over.
package struct PoolStateMachine {
  /// What the asking worker does next.
  package enum WorkerAction: Equatable {
    /// Run these positions one after the other.
    case run(Range<Int>)
    /// Sleep until woken, unless there are untouched items to take from another worker's claim.
    case wait
    /// Close and report ``PoolStateMachine/workerLeft(_:at:)``.
    case leave
  }

  /// Workers that the caller must wake or start.
  package struct WakeUps: Equatable {
    package var wake: [WorkerID] = []
    package var start: [WorkerID] = []
    /// Set when the run has just been halted. The caller takes claims back, and interrupts running items for `.now`.
    var halted: HaltPolicy.Manner?

    package static func + (left: WakeUps, right: WakeUps) -> WakeUps {
      WakeUps(wake: left.wake + right.wake, start: left.start + right.start, halted: left.halted ?? right.halted)
    }
  }

  /// The stages of the run's life, in order.
  package enum Life: Int, Comparable {
    case running, finishing, stopping, over
    package static func < (left: Life, right: Life) -> Bool { left.rawValue < right.rawValue }
  }

  enum Slot { case free, idle, ready, dismissed, leaving }

  let limits: RunLimits
  let policy: RunPolicy
  var queue = PositionQueue()
  /// Items that failed and will be tried again.
  var waiting = Heap<WaitingItem>()
  /// The last attempts at items that will be tried again.
  var tried: [Int: TriedItem] = [:]
  /// How many attempts at unfinished items were lost with their machine.
  var losses: [Int: Int] = [:]
  /// Attempts whose successors the end of the run prevents. The caller must settle them.
  var unsettled: [SettledItem] = []
  /// The number of attempts that the caller has taken from ``unsettled`` and not yet settled.
  var settling = 0
  /// Whether the run ends early because of its policy, not because it was interrupted.
  var hasGivenUp = false
  /// Items that have ended without success. A user may ask for them again.
  var failures = PositionSet()
  /// The failures that come from an earlier run.
  var restoredFailures = PositionSet()
  /// How some of the failures ended.
  var keptFailures: [Int: FinishedItem] = [:]
  var latencies = LatencyQuantiles()
  let start: Instant
  var claimSize: ClaimSize
  var delivery: OrderedDelivery
  var slots: [Slot] = []
  var isDraining: [Bool] = []
  var idle: [WorkerID] = []
  package var target: Int
  var active = 0
  var live = 0
  /// Workers that were started and have not reported yet.
  private var arriving: Set<WorkerID> = []
  var inFlight = 0
  var itemsRead = 0
  var ended = 0
  var succeeded = 0
  var skipped = 0
  var inputEnded = false
  var isPaused = false
  /// Why no item begins; nil if items may begin.
  var hold: HoldReason?
  /// When the next item may begin, because the last one has just begun; nil if it may at once.
  var delayEnd: Instant?
  /// Whether the system ever refused a thread for a worker.
  var hasLackedThreads = false
  var life = Life.running
  /// Chooses the target; nil while it is fixed.
  var tuner: ThreadTuner?
  /// The largest number of threads that a tuner may choose, if one was ever asked for.
  var automaticLimit: Int?
  /// The number of items in the whole input, if it was counted.
  private(set) var expectedItems: Int?

  var log: EventLog
  var restoredTally = RestoredTally()
  private var loggedDelivery = (0, 0)

  package init(
    targetWorkers: Int, limits: RunLimits, policy: RunPolicy = RunPolicy(), order: OrderedDelivery.Order,
    isObserved: Bool, at now: Instant
  ) {
    self.limits = limits
    self.policy = policy
    start = now
    target = targetWorkers
    claimSize = ClaimSize(limit: limits.largestClaim)
    delivery = OrderedDelivery(order: order)
    log = EventLog(isObserved: isObserved)
    log.append(.runStarted(targetWorkers: targetWorkers), at: now)
  }

  // MARK: - Input

  /// Whether the feeder may read more items.
  var wantsInput: Bool {
    life == .running && !inputEnded && queue.count < limits.readAhead && waiting.count < limits.deliveryWindow
      && delivery.held < 2 * limits.deliveryWindow
  }

  /// Records that `count` more items have been read. An earlier run may have done some of them.
  package mutating func itemsArrived(_ count: Int, restored: [RestoredItem] = [], at now: Instant) -> WakeUps {
    precondition(!inputEnded, "items arrived after the end of the input")
    guard life < .over else { return WakeUps() }
    var start = itemsRead
    itemsRead += count
    // A run that is ending takes no more items, not even restored ones.
    for item in restored where life == .running {
      enqueue(start..<item.position)
      restore(item)
      start = item.position + 1
    }
    enqueue(start..<itemsRead)
    if life == .running { log.append(.itemsRead(itemsRead), at: now) }
    if life == .running, !restored.isEmpty { log.append(.itemsRestored(restoredTally), at: now) }
    return wakeWorkers()
  }

  /// Records that no further item will arrive.
  package mutating func inputReachedEnd(at now: Instant) -> WakeUps {
    guard !inputEnded, life < .over else { return WakeUps() }
    inputEnded = true
    if life == .running { log.append(.totalKnown(itemsRead), at: now) }
    return advanceToEnd(at: now) + (limits.startsAfterInput ? wakeWorkers() : WakeUps())
  }

  /// Lets the items of the queue start in another order than they were read. It is called once, before the input ends.
  mutating func startItems(in order: [Int]) -> WakeUps {
    if life == .running, !inputEnded { queue.startIn(order) }
    return WakeUps()
  }

  /// Records the total number of items, which was counted separately from the run.
  package mutating func inputCounted(_ count: Int, at now: Instant) {
    expectedItems = count
    if !inputEnded, life == .running { log.append(.totalKnown(count), at: now) }
  }

  // MARK: - Workers

  /// Decides what a worker does after it has started, was woken, or has used up its claim.
  ///
  /// Each worker that gets a claim calls one parked worker or two new ones, which do the same in turn. So no worker
  /// stays away while items wait in the queue, or in a claim behind an item that may be slow.
  package mutating func workerBecameReady(_ worker: WorkerID, at now: Instant) -> (WorkerAction, WakeUps) {
    let isNew = !arriving.isEmpty && arriving.remove(worker) != nil
    let action = nextAction(of: worker, at: now)
    guard case .run(let range) = action, !queue.isEmpty || range.count > 1 else { return (action, WakeUps()) }
    guard let other = idle.popLast() else { return (action, wakeWorkers(starting: isNew ? min(live, 2) : 1)) }
    slots[other.slot - 1] = .ready
    return (action, WakeUps(wake: [other]))
  }

  private mutating func nextAction(of worker: WorkerID, at now: Instant) -> WorkerAction {
    let place = worker.slot - 1
    switch slots[place] {
    case .dismissed, .leaving:
      slots[place] = .leaving
      return .leave
    case .idle: return .wait
    case .free: preconditionFailure("worker \(worker) is ready but not alive")
    case .ready: break
    }
    if life == .over || active > target { return leave(worker, at: now) }
    if room > 0, let range = queue.take(upTo: fairClaim) {
      inFlight += range.count
      if policy.delay > .zero { delayEnd = now + policy.delay.nanoseconds }
      return .run(range)
    }
    if isNothingLeftToBegin { return leave(worker, at: now) }
    slots[place] = .idle
    idle.append(worker)
    tuner?.workerRested(worker.slot)
    return .wait
  }

  /// Whether no item is left for an idle worker, unless a user asks for a failed one.
  private var isNothingLeftToBegin: Bool {
    inputEnded && queue.isEmpty && waiting.count == 0 && policy.attempts == 1 && inFlight < active - idle.count
  }

  /// Whether a worker that cannot take an item yet may still be needed for one.
  func mayStillBegin(_ worker: WorkerID) -> Bool {
    let slot = slots[worker.slot - 1]
    return life == .running && active <= target && (slot == .ready || slot == .idle) && !isNothingLeftToBegin
  }

  /// Whether a worker is parked until it is woken.
  func isIdle(_ worker: WorkerID) -> Bool { slots[worker.slot - 1] == .idle }

  /// Makes a parked worker ready again, because it took items from another worker's claim.
  mutating func workerFoundItems(_ worker: WorkerID) {
    precondition(slots[worker.slot - 1] == .idle, "worker \(worker) found items but was not idle")
    slots[worker.slot - 1] = .ready
    idle.removeAll { $0 == worker }
  }

  /// Records that a worker, after being told to leave, has closed what it held.
  package mutating func workerLeft(_ worker: WorkerID, at now: Instant) -> WakeUps {
    precondition(slots[worker.slot - 1] == .leaving, "worker \(worker) left without being told to")
    slots[worker.slot - 1] = .free
    live -= 1
    log.append(.workerStopped(worker), at: now)
    finishIfAllIsDone(at: now)
    return wakeWorkers()
  }

  /// Records that the system refused a thread for a worker. The target falls to the number of active workers.
  ///
  /// The run stops if it has no worker at all.
  mutating func workerFailedToStart(_ worker: WorkerID, at now: Instant) -> WakeUps {
    arriving.remove(worker)
    slots[worker.slot - 1] = .leaving
    active -= 1
    target = active
    tuner?.threadsAreLimited(to: target)
    hasLackedThreads = true
    log.append(.targetWorkersChanged(target), at: now)
    let wakeUps = live == 1 ? stop(.interrupt, at: now) : WakeUps()
    return wakeUps + workerLeft(worker, at: now)
  }

  // MARK: - Delivery

  /// Logs the progress of delivery since the last call, as one event.
  mutating func logDelivery(at now: Instant) {
    let progress = (delivery.next, delivery.held)
    guard progress != loggedDelivery, !log.isFinished else { return }
    loggedDelivery = progress
    log.append(.deliveryAdvanced(next: ItemID(progress.0), held: progress.1), at: now)
  }

  /// Takes the positions of up to `limit` results.
  package mutating func takeDelivered(upTo limit: Int, at now: Instant) -> ([Int], WakeUps) {
    let positions = delivery.take(upTo: limit)
    finishIfAllIsDone(at: now)
    return (positions, wakeWorkers())
  }
}

// MARK: - Inside

extension PoolStateMachine {
  /// The number of items, from the queue's first one on, that may be handed out now.
  var room: Int {
    guard life == .running, !isPaused, hold == nil, delayEnd == nil, inputEnded || !limits.startsAfterInput,
      log.count < limits.eventBacklog,
      let first = queue.first
    else { return 0 }
    switch delivery.order {
    case .completion: return max(0, limits.deliveryWindow - delivery.held)
    case .input: return max(0, delivery.next + limits.deliveryWindow - first)
    }
  }

  /// The size of the next claim: as the item times suggest, but small enough to leave items for other workers.
  private var fairClaim: Int {
    policy.delay > .zero ? 1 : max(1, min(claimSize.count, queue.count / max(1, 2 * target), room))
  }

  /// Calls as many idle and new workers as there are claims waiting, with at most `limit` new ones starting at a time.
  ///
  /// A new worker that finds work starts two others. So a little work is done before it gets many threads, and many
  /// threads are started from all cores.
  mutating func wakeWorkers(starting limit: Int = 1) -> WakeUps {
    var wakeUps = WakeUps()
    guard room > 0 else { return wakeUps }
    var claims = policy.delay > .zero ? 1 : (queue.count + claimSize.count - 1) / claimSize.count
    while claims > 0, active > 0, let worker = idle.popLast() {
      slots[worker.slot - 1] = .ready
      wakeUps.wake.append(worker)
      claims -= 1
    }
    while claims > 0, active < target, let place = slots.firstIndex(of: .dismissed) {
      slots[place] = .ready
      active += 1
      claims -= 1
    }
    while claims > 0, active < target, live < target, arriving.count < limit {
      wakeUps.start.append(startWorker())
      claims -= 1
    }
    return wakeUps
  }

  private mutating func startWorker() -> WorkerID {
    let place = slots.firstIndex(of: .free) ?? slots.count
    if place == slots.count {
      slots.append(.free)
      isDraining.append(false)
    }
    slots[place] = .ready
    active += 1
    live += 1
    arriving.insert(WorkerID(place + 1))
    log.appendWorkerStart(WorkerID(place + 1))
    return WorkerID(place + 1)
  }

  private mutating func leave(_ worker: WorkerID, at now: Instant) -> WorkerAction {
    slots[worker.slot - 1] = .leaving
    tuner?.workerRested(worker.slot)
    isDraining[worker.slot - 1] = false
    active -= 1
    rebalanceDraining(at: now)
    return .leave
  }

  /// Marks the highest slots as draining until the surplus is covered, or unmarks the lowest ones.
  mutating func rebalanceDraining(at now: Instant) {
    let surplus = life == .over ? 0 : max(0, active - target)
    var marked = isDraining.count { $0 }
    while marked > surplus, let place = isDraining.firstIndex(of: true) {
      isDraining[place] = false
      marked -= 1
      log.append(.workerKept(WorkerID(place + 1)), at: now)
    }
    var place = slots.count
    while marked < surplus, place > 0 {
      place -= 1
      guard slots[place] == .ready, !isDraining[place] else { continue }
      isDraining[place] = true
      marked += 1
      log.append(.workerDraining(WorkerID(place + 1)), at: now)
    }
  }

  mutating func abandonQueue(at now: Instant) -> WakeUps {
    for range in queue.removeAll() { abandon(range, at: now) }
    for position in waiting.elements.map(\.position).sorted() { abandon(position..<position + 1, at: now) }
    waiting = Heap()
    isPaused = false
    return advanceToEnd(at: now)
  }

  /// Ends the run and dismisses all workers once nothing waits and nothing runs.
  mutating func advanceToEnd(at now: Instant) -> WakeUps {
    let isUsedUp =
      queue.isEmpty && inFlight == 0 && waiting.count == 0 && unsettled.isEmpty && settling == 0
      && (inputEnded || life > .running)
    guard isUsedUp, life != .over else { return wakeWorkers(starting: 0) }
    log.ending = life == .running ? .completed : life == .finishing ? .finishedEarly : .stopped
    life = .over
    delivery.close()
    let woken = idle
    idle = []
    for worker in woken {
      slots[worker.slot - 1] = .dismissed
      active -= 1
    }
    finishIfAllIsDone(at: now)
    return WakeUps(wake: woken)
  }

  /// Writes the last event once all workers have left and every result was handed on.
  private mutating func finishIfAllIsDone(at now: Instant) {
    guard life == .over, live == 0, delivery.held == 0, !log.isFinished else { return }
    logDelivery(at: now)
    log.finish(at: now)
  }
}
