/// Decides what each worker does next. Never waits, starts no thread, reads no clock, knows no item's value.
///
/// Positions flow `queue → claims (in flight) → ended`. Positions that a worker gives back return to the queue. Items that
/// failed and will be tried again wait, and then return to the queue. When a run stops, the items that have not ended are
/// skipped. A failed item returns from ended to the queue when a user asks for it.
///
/// The machine alone decides what the end of an attempt means: see ``Settlement``. An item that waits for its next attempt
/// when the run ends has failed for good if the run gave up by its policy; it is unfinished if the run was interrupted.
///
/// Protocol and invariants, checked by ``checkInvariants()`` in tests:
///
/// * `itemsRead = queue + inFlight + waiting + unsettled + ended + skipped`.
/// * A worker's slot is free, idle (parked until summoned), ready (deciding or working), dismissed (woken to be told
///   to leave) or leaving (told). A worker comes to life as ready in a `Summons.start`, asks
///   ``workerBecameReady(_:at:)``, runs what it gets, asks again; told to leave, it closes what it holds and says
///   ``workerLeft(_:at:)``.
/// * `active` workers are the idle and the ready; as many of them as exceed the target are draining. Whichever worker
///   asks while there is a surplus leaves, so the target is reached as early as can be without interrupting.
/// * A worker that asks after the input has ended leaves too, when nothing is queued, nothing may be tried again and no
///   other claim can hold untouched items. It gives back what it holds, such as a connection, while the last items run.
///   When a user asks for an item again, a worker starts for it.
/// * A worker starts only while fewer than the target are `live`, those on their way out included: so there are never
///   more alive than the largest target so far.
/// * The life of the run only advances: running, finishing, stopping, over.
struct PoolStateMachine {
  /// What the asking worker does next.
  enum WorkerAction: Equatable {
    /// Run these positions, one after the other.
    case run(Range<Int>)
    /// Sleep until summoned; if another worker's claim has untouched items, take some back instead.
    case wait
    /// Close and say ``PoolStateMachine/workerLeft(_:at:)``.
    case leave
  }

  /// Workers that the shell must wake or start, because there is something for them to do.
  struct Summons: Equatable {
    var wake: [WorkerID] = []
    var start: [WorkerID] = []
    /// The run has just been halted: claims are to be taken back, and if so told, what runs is to be interrupted.
    var halted: HaltPolicy.Manner?

    static func + (left: Summons, right: Summons) -> Summons {
      Summons(wake: left.wake + right.wake, start: left.start + right.start, halted: left.halted ?? right.halted)
    }
  }

  /// The run's life, in the order in which it advances.
  enum Life: Int, Comparable {
    case running, finishing, stopping, over
    static func < (left: Life, right: Life) -> Bool { left.rawValue < right.rawValue }
  }

  enum Slot { case free, idle, ready, dismissed, leaving }

  let limits: RunLimits
  let policy: RunPolicy
  var queue = PositionQueue()
  /// Items that failed and are to be tried again.
  var waiting = RetryQueue()
  /// The last attempts at items that will be tried again.
  var tried: [Int: TriedItem] = [:]
  /// Last attempts that were to be followed by another, which the end of the run prevents. The shell must settle them.
  var unsettled: [SettledItem] = []
  /// How many attempts the shell has taken out of ``unsettled`` and not yet settled.
  var settling = 0
  /// Whether the run ends early because its policy says so, not because it was interrupted.
  var hasGivenUp = false
  /// Items that have ended without success; they may be asked for again.
  var failures = PositionSet()
  /// Those of them that an earlier run has done.
  var restoredFailures = PositionSet()
  /// How some of them ended.
  var keptFailures: [Int: FinishedItem] = [:]
  var latencies = LatencyQuantiles()
  let start: Instant
  var claimSize: ClaimSize
  var delivery: OrderedDelivery
  var slots: [Slot] = []
  var isDraining: [Bool] = []
  var idle: [WorkerID] = []
  var target: Int
  var active = 0
  var live = 0
  /// Started and not yet heard of.
  private var arriving: Set<WorkerID> = []
  var inFlight = 0
  var itemsRead = 0
  var ended = 0
  var succeeded = 0
  var skipped = 0
  var inputEnded = false
  var isPaused = false
  /// Whether the system ever had no thread for a worker.
  var hasLackedThreads = false
  var life = Life.running

  var log: EventLog
  var restoredTally = RestoredTally()
  private var toldDelivery = (0, 0)

  init(
    targetWorkers: Int, limits: RunLimits, policy: RunPolicy = RunPolicy(), order: OrderedDelivery.Order,
    isObserved: Bool, at now: Instant
  ) {
    self.limits = limits
    self.policy = policy
    start = now
    target = targetWorkers
    claimSize = ClaimSize(work: limits.claimWork, limit: limits.largestClaim)
    delivery = OrderedDelivery(order: order)
    log = EventLog(isObserved: isObserved)
    log.append(.runStarted(targetWorkers: targetWorkers), at: now)
  }

  // MARK: - Input

  /// Whether the feeder may read on.
  var wantsInput: Bool {
    life == .running && !inputEnded && queue.count < limits.readAhead && waiting.count < limits.deliveryWindow
      && delivery.held < 2 * limits.deliveryWindow
  }

  /// `count` more items stand ready after those read so far; some of them may have been done before, by another run.
  mutating func itemsArrived(_ count: Int, restored: [RestoredItem] = [], at now: Instant) -> Summons {
    precondition(!inputEnded, "items arrived after the end of the input")
    guard life < .over else { return Summons() }
    var start = itemsRead
    itemsRead += count
    // A run that winds up looks at no more items, those that were done before among them.
    for item in restored where life == .running {
      enqueue(start..<item.position)
      restore(item)
      start = item.position + 1
    }
    enqueue(start..<itemsRead)
    if life == .running { log.append(.itemsRead(itemsRead), at: now) }
    if life == .running, !restored.isEmpty { log.append(.itemsRestored(restoredTally), at: now) }
    return summon()
  }

  /// No further item will arrive.
  mutating func inputReachedEnd(at now: Instant) -> Summons {
    guard !inputEnded, life < .over else { return Summons() }
    inputEnded = true
    if life == .running { log.append(.totalKnown(itemsRead), at: now) }
    return advanceToEnd(at: now)
  }

  /// The input was counted beside the run and holds `count` items.
  mutating func inputCounted(_ count: Int, at now: Instant) {
    if !inputEnded, life == .running { log.append(.totalKnown(count), at: now) }
  }

  // MARK: - Workers

  /// A worker came to life, was woken, or has used up its claim.
  ///
  /// With a claim comes a call for one more parked worker, or for two new ones: each one called calls the next, so that
  /// nobody stays away while items wait, in the queue or untouched in a claim behind an item that may turn out slow.
  mutating func workerBecameReady(_ worker: WorkerID, at now: Instant) -> (WorkerAction, Summons) {
    let isNew = !arriving.isEmpty && arriving.remove(worker) != nil
    let action = nextAction(of: worker, at: now)
    guard case .run(let range) = action, !queue.isEmpty || range.count > 1 else { return (action, Summons()) }
    guard let other = idle.popLast() else { return (action, summon(starting: isNew ? min(live, 2) : 1)) }
    slots[other.slot - 1] = .ready
    return (action, Summons(wake: [other]))
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
      return .run(range)
    }
    if isNothingLeftToBegin { return leave(worker, at: now) }
    slots[place] = .idle
    idle.append(worker)
    return .wait
  }

  /// Whether no item can come for an idle worker, unless a user asks for a failed one.
  private var isNothingLeftToBegin: Bool {
    inputEnded && queue.isEmpty && waiting.count == 0 && policy.attempts == 1 && inFlight < active - idle.count
  }

  /// A parked worker goes on at once, because it took back items from another one's claim.
  mutating func workerFoundItems(_ worker: WorkerID) {
    precondition(slots[worker.slot - 1] == .idle, "worker \(worker) found items but was not idle")
    slots[worker.slot - 1] = .ready
    idle.removeAll { $0 == worker }
  }

  /// A worker that was told to leave has closed what it held.
  mutating func workerLeft(_ worker: WorkerID, at now: Instant) -> Summons {
    precondition(slots[worker.slot - 1] == .leaving, "worker \(worker) left without being told to")
    slots[worker.slot - 1] = .free
    live -= 1
    log.append(.workerStopped(worker), at: now)
    finishIfAllIsDone(at: now)
    return summon()
  }

  /// The system had no thread for a worker: the target falls to the number of workers that are alive.
  ///
  /// Without a single worker the run stops: nobody could run its items.
  mutating func workerFailedToStart(_ worker: WorkerID, at now: Instant) -> Summons {
    arriving.remove(worker)
    slots[worker.slot - 1] = .leaving
    active -= 1
    target = active
    hasLackedThreads = true
    log.append(.targetWorkersChanged(target), at: now)
    let summons = live == 1 ? stop(.interrupt, at: now) : Summons()
    return summons + workerLeft(worker, at: now)
  }

  // MARK: - Items

  /// Attempts of one worker ended, and ``settlement(of:)`` said what that means.
  mutating func itemsEnded(_ items: [SettledItem], at now: Instant) -> Summons {
    guard let first = items.first?.item, let last = items.last?.item else { return Summons() }
    inFlight -= items.count
    claimSize.observe(items: items.count, nanoseconds: last.end.nanoseconds(since: first.start))
    for item in items { attemptEnded(item, at: now) }
    return haltIfReached(at: now) + advanceToEnd(at: now)
  }

  /// A worker gave back items of its claim that it had not begun.
  mutating func itemsGivenBack(_ range: Range<Int>, at now: Instant) -> Summons {
    guard !range.isEmpty else { return Summons() }
    inFlight -= range.count
    if life == .running {
      queue.insert(range)
      return summon()
    }
    abandon(range, at: now)
    return advanceToEnd(at: now)
  }

  /// Tells by an event how far delivery has come, once for all that happened since the last time.
  mutating func tellDelivery(at now: Instant) {
    let told = (delivery.next, delivery.held)
    guard told != toldDelivery, !log.isFinished else { return }
    toldDelivery = told
    log.append(.deliveryAdvanced(next: ItemID(told.0), held: told.1), at: now)
  }

  /// Hands on up to `limit` results' positions.
  mutating func takeDelivered(upTo limit: Int, at now: Instant) -> ([Int], Summons) {
    let positions = delivery.take(upTo: limit)
    finishIfAllIsDone(at: now)
    return (positions, summon())
  }
}

// MARK: - Inside

extension PoolStateMachine {
  /// How many items may go to workers now, from the queue's first one on.
  private var room: Int {
    guard life == .running, !isPaused, log.count < limits.eventBacklog, let first = queue.first else { return 0 }
    switch delivery.order {
    case .completion: return max(0, limits.deliveryWindow - delivery.held)
    case .input: return max(0, delivery.next + limits.deliveryWindow - first)
    }
  }

  /// A claim's size: what the item times suggest, and never so much that others would go without.
  private var fairClaim: Int {
    max(1, min(claimSize.count, queue.count / max(1, 2 * target), room))
  }

  /// Calls as many idle and new workers as there are claims waiting; of new ones at most `limit` may be on their way.
  ///
  /// One that finds work starts two others in its turn: little work is done before it has many threads, and when many
  /// are needed they are started on all cores.
  mutating func summon(starting limit: Int = 1) -> Summons {
    var summons = Summons()
    guard room > 0 else { return summons }
    var claims = (queue.count + claimSize.count - 1) / claimSize.count
    while claims > 0, active > 0, let worker = idle.popLast() {
      slots[worker.slot - 1] = .ready
      summons.wake.append(worker)
      claims -= 1
    }
    while claims > 0, active < target, let place = slots.firstIndex(of: .dismissed) {
      slots[place] = .ready
      active += 1
      claims -= 1
    }
    while claims > 0, active < target, live < target, arriving.count < limit {
      summons.start.append(startWorker())
      claims -= 1
    }
    return summons
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

  mutating func abandonQueue(at now: Instant) -> Summons {
    for range in queue.removeAll() { abandon(range, at: now) }
    for position in waiting.removeAll() { abandon(position..<position + 1, at: now) }
    isPaused = false
    return advanceToEnd(at: now)
  }

  /// Ends the run once nothing waits and nothing runs: everybody leaves.
  mutating func advanceToEnd(at now: Instant) -> Summons {
    let isUsedUp =
      queue.isEmpty && inFlight == 0 && waiting.count == 0 && unsettled.isEmpty && settling == 0
      && (inputEnded || life > .running)
    guard isUsedUp, life != .over else { return summon(starting: 0) }
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
    return Summons(wake: woken)
  }

  /// Writes the last event once nobody is alive and every result was handed on.
  private mutating func finishIfAllIsDone(at now: Instant) {
    guard life == .over, live == 0, delivery.held == 0, !log.isFinished else { return }
    tellDelivery(at: now)
    log.finish(at: now)
  }
}

extension PoolStateMachine {
  /// Traps if the state breaks the rules written at the top; tests call it after every step.
  func checkInvariants() {
    precondition(
      itemsRead == queue.count + inFlight + waiting.count + unsettled.count + settling + ended + skipped,
      "items do not add up")
    precondition(failures.count == ended - succeeded, "failed items do not add up")
    precondition(live == slots.count { $0 != .free }, "live workers do not add up")
    precondition(active == slots.count { $0 == .idle || $0 == .ready }, "active workers do not add up")
    precondition(idle.count == slots.count { $0 == .idle }, "idle workers do not add up")
    let surplus = max(0, active - target)
    let draining = isDraining.count { $0 }
    precondition(life == .over || draining == min(surplus, slots.count { $0 == .ready }), "draining is not the surplus")
    precondition(life != .over || inFlight == 0, "the run is over but items are in flight")
  }
}
