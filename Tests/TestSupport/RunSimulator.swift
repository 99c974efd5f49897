public import ParallelFor

/// Makes the events of a simulated run from a seed, with items of random lengths on simulated workers.
///
/// It keeps the promises of the pool: facts in order of time, at most one item per worker, and no more live workers
/// than the target plus draining ones.
public struct RunSimulator {
  /// Decides an item's latency in nanoseconds and its outcome.
  public typealias Plan = (_ position: Int, _ random: inout SeededGenerator) -> (latency: Int64, outcome: Outcome)

  private struct Worker {
    var item: StartedItem?
    var end: Instant
    var outcome = Outcome.succeeded
    var isLeaving = false
    var isQuiet = false
  }

  /// The events that have not been taken yet.
  public private(set) var events: [RunEvent] = []
  /// The simulated time.
  public private(set) var now: Instant
  /// The number of items.
  public let items: Int
  /// The interval, in items, at which the start of an item is left out; 0 leaves none out.
  public var quietEvery = 0
  private let label: (Int) -> String
  private let plan: Plan
  private var random: SeededGenerator
  private var sequence: UInt64 = 0
  private var workers: [Int: Worker] = [:]
  private var target: Int
  private var next = 0
  private var finished: Set<Int> = []
  /// The endings of items that may be retried, and the items that will be.
  private var failed: [Int: FinishedItem] = [:]
  private var again: [FinishedItem] = []
  private var delivered = 0
  private var isPaused = false
  private var isFinishing = false
  private var isStopped = false
  private var isDone = false

  /// Begins a run.
  public init(
    items: Int, threads: Int, seed: UInt64 = 1, tellsTotal: Bool = true,
    label: @escaping (Int) -> String = { "item-\($0 + 1)" }, plan: @escaping Plan
  ) {
    self.items = items
    self.label = label
    self.plan = plan
    target = threads
    now = Instant(nanoseconds: 1_000_000_000)
    random = SeededGenerator(seed: seed)
    emit(.runStarted(targetWorkers: threads))
    emit(.itemsRead(items))
    if tellsTotal { emit(.totalKnown(items)) }
    adjustWorkers()
  }

  /// Takes the events since the last call.
  public mutating func takeEvents() -> [RunEvent] {
    defer { events = [] }
    return events
  }

  /// Advances the time by a number of nanoseconds.
  public mutating func advance(by nanoseconds: Int64) {
    let goal = now + nanoseconds
    while let (slot, end) = earliestEnd(), end <= goal {
      now = max(now, end)
      endItem(slot)
    }
    now = goal
    finishIfOver()
  }

  /// Advances the time until no item runs.
  public mutating func advanceToEnd() {
    while !isDone, let (_, end) = earliestEnd() { advance(by: max(0, end.nanoseconds(since: now))) }
    finishIfOver()
  }

  /// Changes the target number of workers.
  public mutating func setThreads(_ count: Int) {
    guard !isDone, !isStopped, !isFinishing else { return }
    target = count
    emit(.targetWorkersChanged(count))
    adjustWorkers()
  }

  /// Hands out no items.
  public mutating func pause() {
    guard !isPaused, !isFinishing, !isStopped, !isDone else { return }
    isPaused = true
    emit(.runPaused)
  }

  /// Hands out items again.
  public mutating func resume() {
    guard isPaused else { return }
    isPaused = false
    emit(.runResumed)
    for slot in workers.keys.sorted() { startNext(slot) }
  }

  /// Lets running items end and starts no others.
  public mutating func finish() {
    guard !isFinishing, !isStopped, !isDone else { return }
    isFinishing = true
    isPaused = false
    emit(.runFinishing)
    giveUpRetries()
    finishIfOver()
  }

  /// Asks running items to end. They end within a millisecond of simulated time.
  public mutating func stop(_ urgency: StopUrgency) {
    guard !isDone else { return }
    isStopped = true
    isPaused = false
    emit(.runStopping(urgency))
    giveUpRetries()
    for slot in workers.keys where workers[slot]?.item != nil {
      workers[slot]?.end = now + 1_000_000
      workers[slot]?.outcome = .cancelled
    }
    finishIfOver()
  }

  /// Retries the first failed item.
  public mutating func retry() {
    guard !isFinishing, !isStopped, !isDone, let position = failed.keys.min(), let last = failed[position] else {
      return
    }
    failed[position] = nil
    again.append(last)
    emit(.itemRequeued(last, wasRestored: false))
    adjustWorkers()
    for slot in workers.keys.sorted() { startNext(slot) }
  }

  /// Makes a random request, or lets some time pass.
  public mutating func step() {
    switch Int.random(in: 0..<14, using: &random) {
    case 12, 13: retry()
    case 0: setThreads(Int.random(in: 0...9, using: &random))
    case 1: pause()
    case 2, 3: resume()
    case 4 where Int.random(in: 0..<40, using: &random) == 0: finish()
    case 5 where Int.random(in: 0..<40, using: &random) == 0: stop(.interrupt)
    default: advance(by: Int64.random(in: 0...30_000_000, using: &random))
    }
  }

  // MARK: Inside

  private mutating func emit(_ kind: RunEvent.Kind) {
    events.append(RunEvent(sequence: sequence, instant: now, kind: kind))
    sequence += 1
  }

  private func earliestEnd() -> (slot: Int, end: Instant)? {
    workers.filter { $0.value.item != nil }.map { ($0.key, $0.value.end) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
  }

  private mutating func adjustWorkers() {
    while workers.values.count(where: { !$0.isLeaving }) < target {
      if let slot = workers.filter(\.value.isLeaving).keys.min() {
        workers[slot]?.isLeaving = false
        emit(.workerKept(WorkerID(slot)))
      } else {
        let slot = (1...).first { workers[$0] == nil } ?? 1
        workers[slot] = Worker(end: now)
        emit(.workerStarted(WorkerID(slot)))
        startNext(slot)
      }
    }
    while workers.values.count(where: { !$0.isLeaving }) > target {
      guard let slot = workers.filter({ !$0.value.isLeaving }).keys.max() else { return }
      if workers[slot]?.item == nil {
        leave(slot)
      } else {
        workers[slot]?.isLeaving = true
        emit(.workerDraining(WorkerID(slot)))
      }
    }
  }

  private mutating func leave(_ slot: Int) {
    workers[slot] = nil
    emit(.workerStopped(WorkerID(slot)))
  }

  private mutating func startNext(_ slot: Int) {
    guard !isPaused, !isFinishing, !isStopped, next < items || !again.isEmpty, var worker = workers[slot],
      worker.item == nil, !worker.isLeaving
    else { return }
    let last = again.isEmpty ? nil : again.removeFirst()
    let position = last?.id.position ?? next
    if last == nil { next += 1 }
    let (latency, outcome) = plan(position, &random)
    let item = StartedItem(
      id: ItemID(position), worker: WorkerID(slot), attempt: (last?.attempt ?? 0) + 1, start: now,
      label: label(position))
    worker.item = item
    worker.end = now + latency
    worker.outcome = outcome
    worker.isQuiet = quietEvery > 0 && position % quietEvery == 0
    workers[slot] = worker
    if !worker.isQuiet { emit(.itemStarted(item)) }
  }

  private mutating func endItem(_ slot: Int) {
    guard let worker = workers[slot], let item = worker.item else { return }
    workers[slot]?.item = nil
    let ended = FinishedItem(
      id: item.id, worker: item.worker, attempt: item.attempt, start: item.start, end: now, outcome: worker.outcome,
      label: item.label)
    emit(.itemFinished(ended))
    if !worker.outcome.isSuccess { failed[item.id.position] = ended }
    deliver(item.id.position)
    let isNothingLeft = isFinishing || isStopped || next == items && again.isEmpty
    if worker.isLeaving || isNothingLeft { leave(slot) } else { startNext(slot) }
  }

  /// Items that have not started again have ended as before.
  private mutating func giveUpRetries() {
    for last in again { emit(.itemFinished(last)) }
    again = []
  }

  private mutating func deliver(_ position: Int) {
    if position >= delivered { finished.insert(position) }
    while finished.remove(delivered) != nil { delivered += 1 }
    emit(.deliveryAdvanced(next: ItemID(delivered), held: finished.count))
  }

  private mutating func finishIfOver() {
    guard !isDone, workers.values.allSatisfy({ $0.item == nil }) else { return }
    guard next == items && again.isEmpty || isFinishing || isStopped else { return }
    isDone = true
    for slot in workers.keys.sorted() { leave(slot) }
    emit(.runFinished(isStopped ? .stopped : next < items ? .finishedEarly : .completed))
  }
}
