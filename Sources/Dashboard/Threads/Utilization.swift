import ParallelFor

/// What workers did with their time, and how busy the machine was, second by second.
package struct Utilization: Equatable, Sendable {
  private static let interval: Int64 = 1_000_000_000
  private static let kept = 300

  /// The total times of workers so far, in nanoseconds.
  struct WorkerTimes: Equatable, Sendable {
    /// With an item.
    var busy: Double
    /// Without an item, because none may begin.
    var held: Double
    var alive: Double
  }

  /// Shares from 0 to 1, over one second.
  package struct Second: Equatable, Sendable {
    /// The shares of the workers' time with an item, and without one because none may begin.
    package var busy: Double
    package var held: Double
    /// The shares of the machine's processors and memory in use; nil if they are not known.
    package var processors: Double?
    package var memory: Double?

    /// The share of the workers' time in which there was nothing to do.
    package var idle: Double { max(0, 1 - busy - held) }
  }

  /// The latest seconds in which workers were alive, oldest first.
  package private(set) var history: [Second] = []
  private var last: (instant: Instant, times: WorkerTimes, machine: MachineFacts)?

  /// Notes the times of workers and the facts of the machine so far, at most once a second.
  mutating func note(_ times: WorkerTimes, _ machine: MachineFacts, at now: Instant) {
    guard let last else {
      self.last = (now, times, machine)
      return
    }
    guard now.nanoseconds(since: last.instant) >= Self.interval else { return }
    self.last = (now, times, machine)
    let alive = times.alive - last.times.alive
    guard alive > 0 else { return }
    func share(_ now: Double, _ before: Double) -> Double { min(1, max(0, (now - before) / alive)) }
    let busy = share(times.busy, last.times.busy)
    history.append(
      Second(
        busy: busy, held: min(1 - busy, share(times.held, last.times.held)),
        processors: machine.processorShare(since: last.machine), memory: machine.memoryShare))
    if history.count > Self.kept { history.removeFirst(history.count - Self.kept) }
  }

  package static func == (left: Utilization, right: Utilization) -> Bool {
    left.history == right.history && left.last?.instant == right.last?.instant
  }
}
