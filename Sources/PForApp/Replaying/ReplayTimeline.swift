import ParallelFor
import ParallelForDashboard
import RunStore

/// Turns what a run file holds into the events of the run, in the order of time; a value that reads nothing.
///
/// Items come page by page in the order of the items file, which is nearly that of their beginnings: an event is told
/// once nothing on the newest ``lookAhead`` pages began before it. Times between sessions are left out.
struct ReplayTimeline {
  /// So many pages are read before an event is told, for items that began before earlier ones.
  static let lookAhead = 16
  /// At so many items that wait for their turn no more are read: their order is then only nearly right.
  static let mostPending = 400_000

  private let ending: RunEnding
  private let total: Int?
  private var pending = TimeHeap<Fact>()
  private var pageStarts: [Int64] = []
  private var hasAllItems = false
  private var base: Int64?
  /// Nanoseconds between sessions, in which nobody ran anything.
  private var skipped: Int64 = 0
  private var sequence: UInt64 = 0
  private var place: Int64 = 0
  private var itemsRead = 0
  private var isPaused = false
  private var target = 0
  private var workers: [Worker] = []

  /// Whether the end of the run has been told.
  private(set) var isOver = false
  /// The time on the wall of the latest event, in nanoseconds since 1970.
  private(set) var latest: Int64 = 0

  private enum Fact {
    case change(RunChange)
    case start(Attempt)
    case end(Attempt)
  }

  private struct Attempt {
    var id: ItemID
    var label: String
    var record: AttemptRecord
    /// When the item is tried again; nil for the last attempt.
    var next: Int64?
  }

  private struct Worker {
    var isAlive = false
    var isLeaving = false
  }

  /// Begins a timeline.
  ///
  /// - Parameters:
  ///   - run: the run as a whole.
  ///   - changes: what changed it, in order.
  init(_ run: RunRecord, _ changes: [RunChange]) {
    total = run.total
    ending = run.state == .finished ? .completed : run.counts.cancelled > 0 ? .stopped : .finishedEarly
    for change in changes { pending.push(.change(change), time: RecordedTime.point(change.time), rank: 0) }
    if !changes.contains(where: { $0.kind == .sessionBegan }) {
      let began = RunChange(time: run.created, kind: .sessionBegan, value: 1)
      pending.push(.change(began), time: RecordedTime.point(run.created), rank: 0)
    }
  }

  // MARK: - What is read

  /// Whether more items must be added before everything up to a place can be told.
  func wantsItems(before place: Int64) -> Bool {
    guard !hasAllItems, pending.count < Self.mostPending else { return false }
    guard let first = pending.first else { return true }
    return horizon <= (isSessionBegin(first.value) ? first.time : min(first.time, wall(place)))
  }

  /// Adds the next items of the items file, each with its earlier attempts; none at its end.
  mutating func add(_ page: [(item: ItemRecord, earlier: [AttemptRecord])]) {
    hasAllItems = page.isEmpty
    var earliest = Int64.max
    for (item, earlier) in page {
      guard let number = item.number else { continue }
      let attempts = earlier + (item.attempt.map { [$0] } ?? [])
      let label = ArchivedItem(text: item.text).label
      for (index, record) in attempts.enumerated() {
        let isLast = index == attempts.count - 1 && item.attempt != nil
        let next = index + 1 < attempts.count ? attempts[index + 1].start : record.end
        let start = RecordedTime.point(record.start)
        earliest = min(earliest, start)
        pending.push(
          .start(Attempt(id: ItemID(number - 1), label: label, record: record, next: isLast ? nil : next)),
          time: start, rank: 2)
      }
    }
    pageStarts.append(earliest)
    if pageStarts.count > Self.lookAhead { pageStarts.removeFirst() }
  }

  /// Nothing that has not been added began before this.
  private var horizon: Int64 {
    if hasAllItems { return .max }
    return pageStarts.count < Self.lookAhead ? .min : pageStarts.min() ?? .min
  }

  // MARK: - What is told

  /// The events up to a place that have not been told, as far as the items added allow it.
  ///
  /// - Parameter limit: about how many come back at most.
  mutating func take(before end: Int64, limit: Int) -> [RunEvent] {
    var events: [RunEvent] = []
    while events.count < limit, !isOver {
      guard let first = pending.first else {
        if hasAllItems { finish(&events) }
        break
      }
      let isSafe = first.time < horizon || pending.count >= Self.mostPending
      guard isSafe, isSessionBegin(first.value) || first.time <= wall(end) else { break }
      pending.removeFirst()
      tell(first.value, at: first.time, &events)
    }
    return events
  }

  private func wall(_ place: Int64) -> Int64 { (base ?? 0) + skipped + max(0, place) }

  private func isSessionBegin(_ fact: Fact) -> Bool {
    if case .change(let change) = fact { change.kind == .sessionBegan } else { false }
  }

  private mutating func tell(_ fact: Fact, at time: Int64, _ events: inout [RunEvent]) {
    if base == nil { base = time }
    if isSessionBegin(fact) { skipped = max(skipped, time - (base ?? time) - place) }
    place = max(place, time - (base ?? time) - skipped)
    latest = max(latest, time)
    switch fact {
    case .change(let change): tell(change, &events)
    case .start(let attempt): start(attempt, at: time, &events)
    case .end(let attempt): end(attempt, &events)
    }
  }

  private mutating func emit(_ kind: RunEvent.Kind, _ events: inout [RunEvent]) {
    events.append(RunEvent(sequence: sequence, instant: Instant(nanoseconds: place), kind: kind))
    sequence += 1
  }

  private mutating func finish(_ events: inout [RunEvent]) {
    isOver = true
    emit(.runFinished(ending), &events)
  }

  private mutating func tell(_ change: RunChange, _ events: inout [RunEvent]) {
    let threads = min(max(0, change.value ?? target), RunController.mostThreads)
    switch change.kind {
    case .sessionBegan:
      if sequence == 0 { begin(threads, &events) } else { setTarget(threads, &events) }
    case .threadsChanged: setTarget(threads, &events)
    case .paused: setPaused(true, &events)
    case .resumed, .sessionEnded: setPaused(false, &events)
    }
  }

  private mutating func begin(_ threads: Int, _ events: inout [RunEvent]) {
    emit(.runStarted(targetWorkers: threads), &events)
    if let total {
      itemsRead = total
      emit(.itemsRead(total), &events)
      emit(.totalKnown(total), &events)
    }
    target = threads
    adjustWorkers(&events)
  }

  private mutating func setPaused(_ pauses: Bool, _ events: inout [RunEvent]) {
    guard pauses != isPaused else { return }
    isPaused = pauses
    emit(pauses ? .runPaused : .runResumed, &events)
  }

  // MARK: - Items

  private mutating func start(_ attempt: Attempt, at time: Int64, _ events: inout [RunEvent]) {
    let worker = RecordedTime.worker(attempt.record)
    if attempt.id.position >= itemsRead {
      itemsRead = attempt.id.position + 1
      emit(.itemsRead(itemsRead), &events)
    }
    enter(worker, &events)
    emit(
      .itemStarted(
        StartedItem(
          id: attempt.id, worker: worker, attempt: attempt.record.attempt, start: Instant(nanoseconds: place),
          label: attempt.label)), &events)
    pending.push(.end(attempt), time: time + RecordedTime.latency(attempt.record), rank: 1)
  }

  private mutating func end(_ attempt: Attempt, _ events: inout [RunEvent]) {
    let record = attempt.record
    let worker = RecordedTime.worker(record)
    let end = Instant(nanoseconds: place)
    let item = FinishedItem(
      id: attempt.id, worker: worker, attempt: record.attempt, start: end + -RecordedTime.latency(record), end: end,
      outcome: record.outcome, label: attempt.label, note: record.note)
    if let next = attempt.next {
      emit(.attemptFailed(item, retryAt: end + max(0, RecordedTime.point(next) - latest)), &events)
    } else {
      emit(.itemFinished(item), &events)
    }
    leave(worker, &events)
  }

  // MARK: - Workers

  private mutating func setTarget(_ threads: Int, _ events: inout [RunEvent]) {
    guard threads != target else { return }
    target = threads
    emit(.targetWorkersChanged(threads), &events)
    adjustWorkers(&events)
  }

  /// Which workers left is not recorded: those in the highest slots do, and one that begins an item has stayed.
  private mutating func adjustWorkers(_ events: inout [RunEvent]) {
    while workers.count < target { workers.append(Worker()) }
    for index in workers.indices {
      let id = WorkerID(index + 1)
      let worker = workers[index]
      if index < target {
        if !worker.isAlive { emit(.workerStarted(id), &events) }
        if worker.isLeaving { emit(.workerKept(id), &events) }
        workers[index] = Worker(isAlive: true)
      } else if worker.isAlive, !worker.isLeaving {
        workers[index].isLeaving = true
        emit(.workerDraining(id), &events)
      }
    }
  }

  private mutating func enter(_ id: WorkerID, _ events: inout [RunEvent]) {
    while workers.count < id.slot { workers.append(Worker()) }
    guard !workers[id.slot - 1].isAlive else { return }
    workers[id.slot - 1] = Worker(isAlive: true, isLeaving: id.slot > target)
    emit(.workerStarted(id), &events)
  }

  private mutating func leave(_ id: WorkerID, _ events: inout [RunEvent]) {
    guard id.slot <= workers.count, workers[id.slot - 1].isLeaving else { return }
    workers[id.slot - 1] = Worker()
    emit(.workerStopped(id), &events)
  }
}

/// Numbers of a run file as a timeline can reckon with them: what a damaged one says must not overflow.
enum RecordedTime {
  static func point(_ time: Int64) -> Int64 { min(max(0, time), 1 << 61) }

  static func latency(_ record: AttemptRecord) -> Int64 { min(max(0, record.latency), 1 << 60) }

  static func worker(_ record: AttemptRecord) -> WorkerID {
    WorkerID(min(max(1, record.worker), RunController.mostThreads))
  }
}
