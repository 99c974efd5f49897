package import ParallelFor

/// The speed and the place of a replay. A value; the time is given to it.
///
/// Places are nanoseconds since the start of the recorded run, without the time between its sessions.
package struct ReplayClock: Equatable, Sendable {
  /// The fastest finite speed. The next step plays everything at once.
  private static let fastest = 1_000.0
  private static let slowest = 0.125
  /// The number of seeking steps in a whole run.
  private static let steps: Int64 = 10

  /// The speed as a multiple of the original; infinite for as fast as the run can be read.
  package private(set) var speed: Double
  package private(set) var isPaused = false
  /// The longest time that the run may have taken, in nanoseconds.
  package private(set) var length: Int64
  /// The place of the events while they lag behind the clock; nil when they do not.
  package private(set) var reached: Int64?

  private var since: Instant
  private var base: Int64 = 0

  /// Makes a clock that starts to play.
  ///
  /// - Parameters:
  ///   - speed: The speed as a multiple of the original; infinite for at once.
  ///   - length: The longest time that the run may have taken, in nanoseconds.
  ///   - now: The time.
  package init(speed: Double, length: Int64, at now: Instant) {
    self.speed = speed
    self.length = max(0, length)
    since = now
  }

  /// Returns the place up to which the run must be played at `now`.
  package func place(at now: Instant) -> Int64 {
    guard !isPaused, base < length else { return min(base, length) }
    guard speed.isFinite else { return length }
    let passed = Double(max(0, now.nanoseconds(since: since))) * speed
    return passed < Double(length - base) ? base + Int64(passed) : length
  }

  /// Returns the time that the screen shows, which is never ahead of the events.
  package func shownInstant(_ now: Instant) -> Instant { Instant(nanoseconds: reached ?? place(at: now)) }

  /// Doubles or halves the speed.
  mutating func change(faster: Bool, at now: Instant) {
    settle(at: now)
    if faster {
      speed = speed * 2 > Self.fastest ? .infinity : speed * 2
    } else {
      speed = speed.isFinite ? max(Self.slowest, speed / 2) : Self.fastest
    }
  }

  /// Pauses or resumes.
  mutating func togglePause(at now: Instant) {
    settle(at: now)
    isPaused.toggle()
  }

  /// Moves a tenth of the run forward or back. A replay that plays everything at once then pauses.
  mutating func seek(forward: Bool, at now: Instant) {
    settle(at: now)
    if !speed.isFinite { isPaused = true }
    let step = max(1, length / Self.steps)
    base = min(length, max(0, base + (forward ? step : -step)))
    reached = nil
  }

  /// Takes the length of the run and the place of lagging events, both in nanoseconds.
  mutating func follow(length: Int64, reached: Int64?, at now: Instant) {
    setLength(length, at: now)
    self.reached = reached
  }

  /// Sets the length. A clock beyond the end moves to the end.
  private mutating func setLength(_ length: Int64, at now: Instant) {
    guard length != self.length else { return }
    base = min(place(at: now), max(0, length))
    since = now
    self.length = max(0, length)
  }

  private mutating func settle(at now: Instant) {
    base = reached ?? place(at: now)
    since = now
  }
}
