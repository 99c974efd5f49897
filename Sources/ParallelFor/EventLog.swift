/// Numbers events in the order in which they became true, and keeps them until they are taken.
struct EventLog {
  private let isObserved: Bool
  private var events: [RunEvent] = []
  private var nextSequence: UInt64 = 0
  private var lastInstant = Instant(nanoseconds: 0)
  /// How the run will be said to have ended.
  var ending = RunEnding.completed
  /// True once ``RunEvent/Kind/runFinished(_:)`` is in the log.
  private(set) var isFinished = false

  init(isObserved: Bool) { self.isObserved = isObserved }

  var count: Int { events.count }

  mutating func append(_ makeKind: @autoclosure () -> RunEvent.Kind, at now: Instant) {
    guard isObserved else { return }
    let kind = makeKind()
    precondition(!isFinished, "an event after the last one: \(kind)")
    lastInstant = max(lastInstant, now)
    events.append(RunEvent(sequence: nextSequence, instant: lastInstant, kind: kind))
    nextSequence += 1
  }

  /// A worker's start happens inside a decision that has another cause; it carries that cause's time.
  mutating func appendWorkerStart(_ worker: WorkerID) {
    append(.workerStarted(worker), at: lastInstant)
  }

  /// The run is over and nobody is alive.
  mutating func finish(at now: Instant) {
    let ending = ending
    append(.runFinished(ending), at: now)
    isFinished = true
  }

  /// Hands over all events.
  mutating func take() -> [RunEvent] {
    var taken: [RunEvent] = []
    // As many will come until the next time, as a rule.
    taken.reserveCapacity(events.count)
    swap(&taken, &events)
    return taken
  }
}
