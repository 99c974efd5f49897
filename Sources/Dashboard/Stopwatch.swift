package import ParallelFor

/// Measures the active time and the wall time of a run from instants given to it.
package struct Stopwatch: Equatable, Sendable {
  private var started: Instant?
  private var ended: Instant?
  private var pausedAt: Instant?
  private var paused: Int64 = 0

  /// When it started; nil before that.
  package var begin: Instant? { started }

  package init() {}

  /// Returns the nanoseconds from the start to `now` or the end, including pauses; 0 before the start.
  package func wall(at now: Instant) -> Int64 {
    guard let started else { return 0 }
    return max(0, (ended ?? now).nanoseconds(since: started))
  }

  /// Returns the nanoseconds from the start to `now` or the end, without pauses.
  package func active(at now: Instant) -> Int64 {
    let end = ended ?? now
    let current = pausedAt.map { max(0, end.nanoseconds(since: $0)) } ?? 0
    return max(0, wall(at: now) - paused - current)
  }

  /// Returns `now`, or the end if that is earlier, because nothing changes after the end.
  package func clamped(_ now: Instant) -> Instant { ended.map { min($0, now) } ?? now }

  mutating func start(at instant: Instant) { started = instant }

  mutating func pause(at instant: Instant) {
    if pausedAt == nil { pausedAt = instant }
  }

  mutating func resume(at instant: Instant) {
    guard let since = pausedAt else { return }
    paused += max(0, instant.nanoseconds(since: since))
    pausedAt = nil
  }

  mutating func stop(at instant: Instant) {
    resume(at: instant)
    if ended == nil { ended = instant }
  }
}
