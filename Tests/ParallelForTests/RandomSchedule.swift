import TestSupport

@testable import ParallelFor

/// Plays feeder, workers, taker and user against a machine, in a seeded random order, and notes broken promises.
struct RandomSchedule {
  private var random: SeededGenerator
  var machine: PoolStateMachine
  var lanes: [Int: LaneState] = [:]
  private var ready: Set<Int> = []
  private var parked: Set<Int> = []
  /// Told to leave, still alive.
  var closing: Set<Int> = []
  private var unread: Int
  let total: Int
  private var largestTarget: Int
  /// The largest number that an automatic choice may use; nil while the target is fixed.
  private var automaticLimit: Int?
  var runs: [Int: Int] = [:]
  var delivered: [Int] = []
  var events: [RunEvent] = []
  private var now = Instant(nanoseconds: 0)
  var isStopped = false
  /// The settlements of each item, and the attempts that are being settled.
  var told: [Int: [Settlement]] = [:]
  private var settling: [SettledItem] = []
  let policy: RunPolicy
  /// The percentage of attempts that fail, and of items that an earlier run has done.
  private let failing: Int
  private let restoring: Int
  var restored: Set<Int> = []
  /// The number of retries by hand of each item, and the items whose late result is still due.
  var asked: [Int: Int] = [:]
  var awaited: Set<Int> = []
  var problems: [String] = []

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    total = Int.random(in: 0...60, using: &random)
    unread = total
    largestTarget = Int.random(in: 0...6, using: &random)
    var limits = RunLimits(
      readAhead: Int.random(in: 1...20, using: &random), deliveryWindow: Int.random(in: 1...20, using: &random),
      eventBacklog: Int.random(in: 4...200, using: &random), largestClaim: Int.random(in: 1...16, using: &random))
    policy = RunPolicy(
      attempts: Int.random(in: 1...3, using: &random),
      backoff: Backoff(first: .nanoseconds(Int64.random(in: 0...500_000, using: &random))),
      halt: Bool.random(using: &random)
        ? nil
        : HaltPolicy(
          Bool.random(using: &random) ? .soon : .now, after: .count(Int.random(in: 1...30, using: &random)),
          HaltPolicy.Counted.allCases.randomElement(using: &random) ?? .ended),
      timeBudget: Int.random(in: 0..<4, using: &random) == 0
        ? .nanoseconds(Int64.random(in: 0...20_000_000, using: &random)) : nil)
    failing = [0, 10, 60].randomElement(using: &random) ?? 0
    restoring = [0, 30].randomElement(using: &random) ?? 0
    if Int.random(in: 0..<4, using: &random) == 0 { limits.allowAnyOrder() }
    machine = PoolStateMachine(
      targetWorkers: largestTarget, limits: limits, policy: policy, order: .input, isObserved: true, at: now)
  }

  mutating func runToEnd() {
    var steps = 0
    while !machine.log.isFinished, problems.isEmpty {
      step(requests: steps < 400)
      machine.checkInvariants()
      checkTuner()
      steps += 1
      if steps > 20_000 { problems.append("no end: \(machine.life), queue \(machine.queue.count)") }
    }
    takeEvents()
    judge()
    if problems.isEmpty { callAfterTheEnd() }
  }

  /// A run that is over takes no more input, and nothing follows its last event.
  private mutating func callAfterTheEnd() {
    machine.inputCounted(total + 1, at: now)
    act(machine.inputReachedEnd(at: now))
    if !machine.inputEnded { act(machine.itemsArrived(1, at: now)) }
    act(machine.setTargetWorkers(largestTarget, at: now))
    machine.pause(at: now)
    act(machine.resume(at: now) + machine.finish(at: now) + machine.stop(.kill, at: now))
    act(machine.timePassed(at: now + 1_000_000_000_000) + machine.settled(machine.takeUnsettled(), at: now))
    machine.logDelivery(at: now)
    machine.checkInvariants()
    if !machine.log.take().isEmpty { problems.append("events after the end") }
  }

  private mutating func step(requests: Bool) {
    now = now + Int64.random(in: 1...100_000, using: &random)
    switch Int.random(in: 0..<15, using: &random) {
    case 0, 1: feed()
    case 2, 3, 4, 5: workerStep()
    case 6: workerStep()
    case 7:
      if let slot = closing.sorted().randomElement(using: &random) {
        closing.remove(slot)
        act(machine.workerLeft(WorkerID(slot), at: now))
      }
    case 8: takeDelivered()
    case 9: takeEvents()
    case 10: if requests { request() } else { settle() }
    case 11: act(machine.timePassed(at: now))
    case 12: takeUnsettled()
    case 13: settleTaken()
    default: idleWorkerTakesBack()
    }
  }

  /// An automatic choice stays within its limits, and the target is the number that it has in force.
  private mutating func checkTuner() {
    guard let tuner = machine.tuner, let automaticLimit, machine.life == .running else { return }
    if tuner.threads != machine.target {
      problems.append("chose \(tuner.threads), but the target is \(machine.target)")
    }
    if !(1...automaticLimit).contains(machine.target) || !(1...automaticLimit).contains(tuner.best) {
      problems.append("chose \(machine.target), keeps \(tuner.best), may use \(automaticLimit)")
    }
  }

  private mutating func act(_ wakeUps: PoolStateMachine.WakeUps) {
    if wakeUps.halted != nil {
      isStopped = true
      takeBackRests()
    }
    for worker in wakeUps.wake {
      if parked.remove(worker.slot) == nil { problems.append("woke worker \(worker), which was not parked") }
      ready.insert(worker.slot)
    }
    for worker in wakeUps.start {
      if lanes[worker.slot] != nil || closing.contains(worker.slot) {
        problems.append("started worker \(worker) twice")
      }
      lanes[worker.slot] = LaneState(worker: worker)
      ready.insert(worker.slot)
    }
    let alive = lanes.count + closing.count
    if alive > largestTarget { problems.append("\(alive) alive, largest target \(largestTarget)") }
  }

  private mutating func takeUnsettled() {
    for item in machine.takeUnsettled() {
      told[item.item.id.position, default: []].append(item.settlement)
      settling.append(item)
    }
  }

  private mutating func settleTaken() {
    guard let item = settling.popLast() else { return }
    act(machine.settled([item], at: now))
  }

  private mutating func feed() {
    if Int.random(in: 0..<8, using: &random) == 0 { machine.inputCounted(total, at: now) }
    guard unread > 0 else {
      if machine.limits.startsAfterInput { act(machine.startItems(in: (0..<total).shuffled(using: &random))) }
      return act(machine.inputReachedEnd(at: now))
    }
    guard machine.wantsInput else { return }
    let count = Int.random(in: 1...unread, using: &random)
    unread -= count
    let old = (machine.itemsRead..<machine.itemsRead + count).filter { _ in
      Int.random(in: 0..<100, using: &random) < restoring
    }
    if machine.life == .running { restored.formUnion(old) }
    let items = old.map { RestoredItem(position: $0, isSuccess: $0 % 2 == 0) }
    act(machine.itemsArrived(count, restored: items, at: now))
  }

  private mutating func workerStep() {
    let busy = lanes.keys.filter { lanes[$0]?.running != nil }.sorted() + ready.sorted()
    guard let slot = busy.randomElement(using: &random) else { return }
    if let item = lanes[slot]?.running {
      end(item, on: slot)
      ready.insert(slot)
    } else {
      beginOrAsk(slot)
    }
  }

  mutating func end(_ item: LaneState.Running, on slot: Int) {
    let outcome = Int.random(in: 0..<100, using: &random) < failing ? badOutcome() : .succeeded
    let ended = FinishedItem(
      id: ItemID(item.position), worker: WorkerID(slot), attempt: item.attempt, start: item.start, end: now,
      outcome: outcome, label: "")
    let settlement = machine.settlement(of: ended)
    told[item.position, default: []].append(settlement)
    lanes[slot]?.end(outcome, note: nil, settlement: settlement, at: now)
  }

  private mutating func badOutcome() -> Outcome {
    if machine.life == .stopping, Bool.random(using: &random) { return .cancelled }
    return Bool.random(using: &random) ? .failed(Failure("chance")) : .timedOut
  }

  private mutating func beginOrAsk(_ slot: Int) {
    if let item = lanes[slot]?.begin(at: now, label: { "\($0.position)" }) {
      runs[item.id.position, default: 0] += 1
      if item.attempt != attempts(item.id.position) { problems.append("\(item.id): attempt \(item.attempt) is wrong") }
      if restored.contains(item.id.position), asked[item.id.position] == nil {
        problems.append("\(item.id) was done before and ran")
      }
      if isStopped { problems.append("\(item.id) began after the stop") }
      ready.remove(slot)
      return
    }
    act(machine.itemsEnded(lanes[slot]?.harvest() ?? [], at: now))
    let worker = WorkerID(slot)
    act(machine.finishIfOutOfTime(at: now))
    let (action, wakeUps) = machine.workerBecameReady(worker, at: now)
    act(wakeUps)
    switch action {
    case .run(let range): lanes[slot]?.claim(range, tried: machine.lastAttempts(in: range))
    case .wait:
      ready.remove(slot)
      parked.insert(slot)
    case .leave:
      ready.remove(slot)
      lanes[slot] = nil
      closing.insert(slot)
    }
  }

  private mutating func idleWorkerTakesBack() {
    guard machine.life == .running, !machine.isPaused, let thief = parked.min(),
      let victim = lanes.keys.filter({ lanes[$0]?.rest.isEmpty == false }).randomElement(using: &random),
      let range = lanes[victim]?.takeBack(1), !range.isEmpty
    else { return }
    machine.workerFoundItems(WorkerID(thief))
    parked.remove(thief)
    ready.insert(thief)
    lanes[thief]?.claim(range, tried: machine.lastAttempts(in: range))
  }

  private mutating func request() {
    switch Int.random(in: 0..<20, using: &random) {
    case 16: holdOrLetGo()
    case 17: act(machine.machineIsShort(at: now))
    case 18, 19: chooseThreads()
    case 12...15: ask()
    case 0...5: setTarget(Int.random(in: 0...8, using: &random))
    case 6, 7:
      machine.pause(at: now)
      takeBackRests()
    case 8, 9: act(machine.resume(at: now))
    case 10 where Int.random(in: 0..<10, using: &random) == 0:
      act(machine.finish(at: now))
      takeBackRests()
      isStopped = true
    case 11 where Int.random(in: 0..<10, using: &random) == 0:
      act(machine.stop(.interrupt, at: now))
      takeBackRests()
      isStopped = true
    default: break
    }
  }

  private mutating func setTarget(_ target: Int) {
    largestTarget = max(largestTarget, target)
    automaticLimit = nil
    machine.endTuning(at: now)
    act(machine.setTargetWorkers(target, at: now))
  }

  /// Lets the machine choose the target, by small blocks of items, so that it decides often.
  private mutating func chooseThreads() {
    guard machine.life == .running else { return }
    var rules = ThreadTuner.Rules()
    rules.fixedEnds = Int.random(in: 1...2, using: &random)
    let most = Int.random(in: 1...8, using: &random)
    largestTarget = max(largestTarget, most)
    automaticLimit = most
    act(machine.setTuner(ThreadTuner(from: machine.target, upTo: most, rules: rules), at: now))
  }

  private mutating func holdOrLetGo() {
    let reason: HoldReason? = machine.hold == nil ? .load(Double.random(in: 8...9, using: &random), limit: 8) : nil
    act(machine.hold(reason, at: now))
    if reason != nil { takeBackRests() }
  }

  /// Asks for a further attempt at an item, whatever its state.
  private mutating func ask() {
    let position = Int.random(in: 0..<max(1, total), using: &random)
    let hasFailed = machine.failures.contains(position)
    let old = FinishedItem(
      id: ItemID(position), worker: WorkerID(1), start: now, end: now, outcome: .failed(Failure("old")), label: "")
    let mayBeLate = Bool.random(using: &random)
    guard
      let (wakeUps, isLate) = machine.retryRequested(
        machine.keptFailures[position] ?? old, mayBeLate: mayBeLate, at: now)
    else {
      if hasFailed, machine.life == .running, mayBeLate { problems.append("item \(position) was refused") }
      return
    }
    if !hasFailed || isStopped { problems.append("item \(position) was granted") }
    asked[position, default: 0] += 1
    if isLate { awaited.insert(position) }
    act(wakeUps)
  }

  /// The number of attempts at an item, including one of an earlier run.
  func attempts(_ position: Int) -> Int { runs[position, default: 0] + (restored.contains(position) ? 1 : 0) }

  /// Lets the run end after the random requests.
  private mutating func settle() {
    act(machine.resume(at: now) + machine.hold(nil, at: now))
    if machine.target == 0 { setTarget(2) }
  }

  private mutating func takeBackRests() {
    for slot in lanes.keys.sorted() {
      if let range = lanes[slot]?.takeBack() { act(machine.itemsGivenBack(range, at: now)) }
    }
  }

  private mutating func takeDelivered() {
    let (positions, wakeUps) = machine.takeDelivered(upTo: Int.random(in: 1...10, using: &random), at: now)
    // An item that was retried after its delivery is delivered once more, at any time.
    delivered += positions.filter { awaited.remove($0) == nil }
    act(wakeUps)
  }

  private mutating func takeEvents() {
    for slot in lanes.keys.sorted() {
      act(machine.itemsEnded(lanes[slot]?.harvest() ?? [], at: now))
      if !machine.log.isFinished, let started = lanes[slot]?.announce() {
        machine.log.append(.itemStarted(started), at: now)
      }
    }
    machine.logDelivery(at: now)
    events += machine.log.take()
    act(machine.wakeWorkers())
  }
}
