import Attempts
import ParallelFor
import ParallelForDashboard
import RunStore

/// Turns the contents of a run file into the events of the run, in the order of time; a pure value.
///
/// Items are added page by page in the order of the items file, which is nearly the order of their starts. An event is
/// emitted when it is earlier than every start on the newest ``lookAhead`` pages. A session ends with its last event,
/// and the next one follows at once.
struct ReplayTimeline {
  /// The number of pages to read before an event is emitted, because items may start before earlier items.
  static let lookAhead = 16
  /// The number of pending facts at which no more items are read; the order of events is then only approximate.
  static let mostPending = 400_000

  private let ending: RunEnding
  private let total: Int?
  private var pending = TimeHeap<Fact>()
  private var pageStarts: [Int64] = []
  private var hasAllItems = false
  /// The number of starts that have been read but not emitted.
  private var startsAhead = 0
  private let sessionBegins: [Int64]
  private var base: Int64?
  /// The time between sessions, in nanoseconds, when nothing ran.
  private var skipped: Int64 = 0
  private var sequence: UInt64 = 0
  private var place: Int64 = 0
  private var session = -1
  private var sessionPlace: Int64 = 0
  private var itemsRead = 0
  private var isPaused = false
  private var hold: HoldReason?
  private var workers = ReplayedWorkers()

  /// The lengths of the sessions, as far as they are known.
  private(set) var sessions: ReplayedSessions
  /// Whether the end of the run has been emitted.
  private(set) var isOver = false
  /// The wall time of the latest event, in nanoseconds since 1970.
  private(set) var latest: Int64 = 0

  private enum Fact {
    case change(RunChange)
    case start(Attempt)
    case end(Attempt)
  }

  private struct Attempt {
    var id: ItemID
    var label: String
    var record: EndedAttempt
    /// The start of the next attempt; nil for the last attempt.
    var next: Int64?
  }

  /// Creates a timeline.
  ///
  /// - Parameters:
  ///   - run: the run as a whole.
  ///   - changes: its changes, in order.
  ///   - sessions: the lengths from an earlier timeline of the run; nil for none.
  init(_ run: RunRecord, _ changes: [RunChange], sessions: ReplayedSessions? = nil) {
    total = run.total
    ending = run.state == .finished ? .completed : run.counts.cancelled > 0 ? .stopped : .finishedEarly
    self.sessions = sessions ?? ReplayedSessions(run, changes)
    let hasBegan = changes.contains { $0.kind == .sessionBegan }
    let began = hasBegan ? [] : [RunChange(time: run.created, kind: .sessionBegan, value: 1)]
    let all = changes + began
    sessionBegins = all.filter { $0.kind == .sessionBegan }.map { RecordedTime.point($0.time) }.sorted()
    for change in all {
      // Of several facts at the same time, the end of a session comes last.
      let rank = change.kind == .sessionEnded ? 3 : 0
      pending.push(.change(change), time: RecordedTime.point(change.time), rank: rank)
    }
  }

  // MARK: - Input

  /// Whether more items must be added before all events up to a place can be emitted.
  func wantsItems(before place: Int64) -> Bool {
    guard !hasAllItems, pending.count < Self.mostPending else { return false }
    guard let first = pending.first else { return true }
    return horizon <= (isOfSession(first.value) ? first.time : min(first.time, wall(place)))
  }

  /// Adds the next items of the items file, each with its earlier attempts. An empty page means the end.
  mutating func add(_ page: [(item: ItemRecord, earlier: [EndedAttempt])]) {
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
        startsAhead += 1
        pending.push(
          .start(Attempt(id: ItemID(number - 1), label: label, record: record, next: isLast ? nil : next)),
          time: start, rank: 2)
      }
    }
    pageStarts.append(earliest)
    if pageStarts.count > Self.lookAhead { pageStarts.removeFirst() }
  }

  /// No item that has not been added starts before this time.
  private var horizon: Int64 {
    if hasAllItems { return .max }
    return pageStarts.count < Self.lookAhead ? .min : pageStarts.min() ?? .min
  }

  // MARK: - Output

  /// Takes the next events up to a place, as far as the added items allow.
  ///
  /// - Parameters:
  ///   - end: the place, in nanoseconds from the start of the replay.
  ///   - limit: about the most events to return.
  mutating func take(before end: Int64, limit: Int) -> [RunEvent] {
    var events: [RunEvent] = []
    while events.count < limit, !isOver {
      guard let first = pending.first else {
        if hasAllItems { finish(&events) }
        break
      }
      let isSafe = first.time < horizon || pending.count >= Self.mostPending
      guard isSafe, isOfSession(first.value) || first.time <= wall(end) else { break }
      pending.removeFirst()
      tell(first.value, at: first.time, &events)
    }
    return events
  }

  private func wall(_ place: Int64) -> Int64 {
    place == .max ? .max : (base ?? 0) + skipped + RecordedTime.point(place)
  }

  /// Whether a fact begins or ends a session. No time of the replay passes between two sessions.
  private func isOfSession(_ fact: Fact) -> Bool {
    if case .change(let change) = fact { change.kind == .sessionBegan || change.kind == .sessionEnded } else { false }
  }

  private mutating func tell(_ fact: Fact, at time: Int64, _ events: inout [RunEvent]) {
    if base == nil { base = time }
    if isOfSession(fact) { skipped = max(skipped, time - (base ?? time) - place) }
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

  private mutating func emit(_ kinds: [RunEvent.Kind], _ events: inout [RunEvent]) {
    for kind in kinds { emit(kind, &events) }
  }

  private mutating func finish(_ events: inout [RunEvent]) {
    isOver = true
    sessions.setLength(place - sessionPlace, of: session)
    emit(workers.endAll(), &events)
    emit(.runFinished(ending), &events)
  }

  private mutating func tell(_ change: RunChange, _ events: inout [RunEvent]) {
    let threads = min(max(0, change.value ?? workers.target), RunController.mostThreads)
    switch change.kind {
    case .sessionBegan: beginSession(threads, &events)
    case .threadsChanged: setTarget(threads, &events)
    case .automaticThreads:
      emit(
        .automaticThreads(change.reason.flatMap { ThreadDecision(threads: threads, recorded: $0) }), &events)
    case .held: setHold(change.reason.flatMap { HoldReason(recorded: $0) }, &events)
    case .paused: setPaused(true, &events)
    case .resumed: setPaused(false, &events)
    case .sessionEnded:
      setPaused(false, &events)
      setHold(nil, &events)
    }
  }

  private mutating func beginSession(_ threads: Int, _ events: inout [RunEvent]) {
    sessions.setLength(place - sessionPlace, of: session)
    session += 1
    sessionPlace = place
    if session > 0 {
      // A session that was killed during a pause has not recorded that it resumed.
      setPaused(false, &events)
      setHold(nil, &events)
      emit(.automaticThreads(nil), &events)
      setTarget(threads, &events)
    } else {
      begin(threads, &events)
    }
  }

  private mutating func begin(_ threads: Int, _ events: inout [RunEvent]) {
    emit(.runStarted(targetWorkers: threads), &events)
    if let total {
      itemsRead = total
      emit(.itemsRead(total), &events)
      emit(.totalKnown(total), &events)
    }
    emit(workers.setTarget(threads), &events)
  }

  private mutating func setTarget(_ threads: Int, _ events: inout [RunEvent]) {
    guard threads != workers.target else { return }
    emit(.targetWorkersChanged(threads), &events)
    emit(workers.setTarget(threads), &events)
  }

  private mutating func setPaused(_ pauses: Bool, _ events: inout [RunEvent]) {
    guard pauses != isPaused else { return }
    isPaused = pauses
    emit(pauses ? .runPaused : .runResumed, &events)
  }

  private mutating func setHold(_ reason: HoldReason?, _ events: inout [RunEvent]) {
    guard reason != hold else { return }
    hold = reason
    emit(.runHeld(reason), &events)
  }

  // MARK: - Items

  private mutating func start(_ attempt: Attempt, at time: Int64, _ events: inout [RunEvent]) {
    let worker = RecordedTime.worker(attempt.record)
    if attempt.id.position >= itemsRead {
      itemsRead = attempt.id.position + 1
      emit(.itemsRead(itemsRead), &events)
    }
    startsAhead -= 1
    emit(workers.begin(worker), &events)
    emit(
      .itemStarted(
        StartedItem(
          id: attempt.id, worker: worker, attempt: attempt.record.attempt, start: Instant(nanoseconds: place),
          label: attempt.label)), &events)
    endIdle(&events)
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
      emit(.attemptFailed(item, retryAt: end + wait(until: RecordedTime.point(next))), &events)
    } else {
      emit(.itemFinished(item), &events)
    }
    emit(workers.end(worker), &events)
    endIdle(&events)
  }

  /// Ends idle workers. In a completed run, they left when there was nothing more to start.
  private mutating func endIdle(_ events: inout [RunEvent]) {
    guard hasAllItems, startsAhead == 0, ending == .completed, total != nil else { return }
    emit(workers.endIdle(), &events)
  }

  /// The time until a wall time, without the time before its session began, in nanoseconds.
  private func wait(until next: Int64) -> Int64 {
    let began = sessionBegins.last { $0 <= next } ?? latest
    return max(0, next - max(latest, began))
  }
}

/// Clamps the numbers of a run file, so that a damaged file cannot cause an overflow in a timeline.
enum RecordedTime {
  static func point(_ time: Int64) -> Int64 { min(max(0, time), 1 << 61) }

  static func latency(_ record: EndedAttempt) -> Int64 { min(max(0, record.latency), 1 << 60) }

  static func worker(_ record: EndedAttempt) -> WorkerID {
    WorkerID(min(max(1, record.worker), RunController.mostThreads))
  }
}

/// A priority queue of values: the earliest time comes first, then the lowest rank, then the one pushed first.
struct TimeHeap<Value> {
  /// A value and its time.
  struct Entry: Comparable {
    var time: Int64
    var value: Value
    fileprivate var rank: Int
    fileprivate var order: Int

    private var key: (Int64, Int, Int) { (time, rank, order) }

    static func == (left: Entry, right: Entry) -> Bool { left.key == right.key }
    static func < (left: Entry, right: Entry) -> Bool { left.key < right.key }
  }

  private var heap = Heap<Entry>()
  private var pushed = 0

  var count: Int { heap.count }
  var first: Entry? { heap.first }

  mutating func push(_ value: Value, time: Int64, rank: Int) {
    heap.insert(Entry(time: time, value: value, rank: rank, order: pushed))
    pushed += 1
  }

  mutating func removeFirst() { heap.removeFirst() }
}
