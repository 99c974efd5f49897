public import ParallelFor

/// How a past run is played: how fast and how far it has come; a value over instants given to it.
///
/// Places are nanoseconds of the recorded run, from its beginning, with the time between its sessions left out.
public struct ReplayClock: Equatable, Sendable {
  /// One step further than this, everything is played at once.
  private static let fastest = 1_000.0
  private static let slowest = 0.125
  /// The number of seeking steps in a whole run.
  private static let steps: Int64 = 10

  /// How many times as fast as it was; infinite for as fast as the run can be read.
  public private(set) var speed: Double
  /// Whether the replay is paused.
  public private(set) var isPaused = false
  /// How long the run took at most, in nanoseconds.
  public private(set) var length: Int64
  /// Where the events stand while they have not come as far as the clock; nil when they have.
  public private(set) var reached: Int64?

  private var since: Instant
  private var base: Int64 = 0

  /// Makes a clock that begins to play.
  ///
  /// - Parameters:
  ///   - speed: how many times as fast as it was; infinite for at once.
  ///   - length: how long the run took at most, in nanoseconds.
  ///   - now: the time.
  public init(speed: Double, length: Int64, at now: Instant) {
    self.speed = speed
    self.length = max(0, length)
    since = now
  }

  /// How far the run has to be played at `now`.
  public func place(at now: Instant) -> Int64 {
    guard !isPaused, base < length else { return min(base, length) }
    guard speed.isFinite else { return length }
    let passed = Double(max(0, now.nanoseconds(since: since))) * speed
    return passed < Double(length - base) ? base + Int64(passed) : length
  }

  /// The time that the screen shows: never more than the events have told.
  public func shownInstant(_ now: Instant) -> Instant { Instant(nanoseconds: reached ?? place(at: now)) }

  /// Plays twice as fast, or half as fast.
  mutating func change(faster: Bool, at now: Instant) {
    settle(at: now)
    if faster {
      speed = speed * 2 > Self.fastest ? .infinity : speed * 2
    } else {
      speed = speed.isFinite ? max(Self.slowest, speed / 2) : Self.fastest
    }
  }

  /// Stands still, or plays on.
  mutating func togglePause(at now: Instant) {
    settle(at: now)
    isPaused.toggle()
  }

  /// Goes a tenth of the run forward or back. A replay that plays everything at once pauses there.
  mutating func seek(forward: Bool, at now: Instant) {
    settle(at: now)
    if !speed.isFinite { isPaused = true }
    let step = max(1, length / Self.steps)
    base = min(length, max(0, base + (forward ? step : -step)))
    reached = nil
  }

  /// Takes the length of the run and the place that the events have reached, both in nanoseconds.
  mutating func follow(length: Int64, reached: Int64?, at now: Instant) {
    setLength(length, at: now)
    self.reached = reached
  }

  /// A clock beyond the end goes to the end.
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
