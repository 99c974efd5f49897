import ParallelFor

/// The share of their time for which workers had an item, second by second.
package struct Utilization: Equatable, Sendable {
  private static let interval: Int64 = 1_000_000_000
  private static let kept = 300

  /// The shares of the latest seconds in which workers were alive, from 0 to 1, oldest first.
  package private(set) var history: [Double] = []
  private var last: (instant: Instant, busy: Double, alive: Double)?

  /// Notes the total times of workers so far, in nanoseconds, at most once a second.
  mutating func note(busy: Double, alive: Double, at now: Instant) {
    guard let last else {
      self.last = (now, busy, alive)
      return
    }
    guard now.nanoseconds(since: last.instant) >= Self.interval else { return }
    self.last = (now, busy, alive)
    guard alive > last.alive else { return }
    history.append(min(1, max(0, (busy - last.busy) / (alive - last.alive))))
    if history.count > Self.kept { history.removeFirst(history.count - Self.kept) }
  }

  package static func == (left: Utilization, right: Utilization) -> Bool {
    left.history == right.history && left.last?.instant == right.last?.instant
  }
}
