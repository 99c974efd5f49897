/// Numbers events in the order in which they happened, and keeps them until they are taken.
struct EventLog {
  private let isObserved: Bool
  private var events: [RunEvent] = []
  private var nextSequence: UInt64 = 0
  private var lastInstant = Instant(nanoseconds: 0)
  /// The ending that the last event will report.
  var ending = RunEnding.completed
  /// Whether ``RunEvent/Kind/runFinished(_:)`` is in the log.
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

  /// Logs a worker's start. It has the time of the event that caused it.
  mutating func appendWorkerStart(_ worker: WorkerID) {
    append(.workerStarted(worker), at: lastInstant)
  }

  /// Writes the last event, after the run has ended and all workers have left.
  mutating func finish(at now: Instant) {
    let ending = ending
    append(.runFinished(ending), at: now)
    isFinished = true
  }

  /// Takes all events.
  mutating func take() -> [RunEvent] {
    var taken: [RunEvent] = []
    // The next batch usually has about the same size.
    taken.reserveCapacity(events.count)
    swap(&taken, &events)
    return taken
  }
}
