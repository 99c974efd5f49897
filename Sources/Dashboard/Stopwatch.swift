public import ParallelFor

/// Measures the time that a run was active, and the time that it took on the wall, over instants given to it.
public struct Stopwatch: Equatable, Sendable {
  private var started: Instant?
  private var ended: Instant?
  private var pausedAt: Instant?
  private var paused: Int64 = 0

  /// Makes a stopwatch that has not been started.
  public init() {}

  /// True while time does not count as active.
  public var isPaused: Bool { pausedAt != nil }

  /// Nanoseconds from the start to `now`, or to the end, pauses included; 0 before the start.
  public func wall(at now: Instant) -> Int64 {
    guard let started else { return 0 }
    return max(0, (ended ?? now).nanoseconds(since: started))
  }

  /// Nanoseconds from the start to `now`, or to the end, pauses left out.
  public func active(at now: Instant) -> Int64 {
    let end = ended ?? now
    let current = pausedAt.map { max(0, end.nanoseconds(since: $0)) } ?? 0
    return max(0, wall(at: now) - paused - current)
  }

  /// `now`, or the end once it has come: when a thing that no longer changes was last seen.
  public func clamped(_ now: Instant) -> Instant { ended.map { min($0, now) } ?? now }

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
