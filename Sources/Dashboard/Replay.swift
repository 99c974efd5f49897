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

  /// Takes the length of the run and the place of lagging events, both in nanoseconds. A clock beyond the end moves to
  /// the end.
  mutating func follow(length: Int64, reached: Int64?, at now: Instant) {
    self.reached = reached
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

extension Dashboard {
  /// Forgets all facts, because the replay delivers them again from the start. The user's view stays as it is.
  package mutating func rewind() {
    live = RunFacts(slow: live.slowThreshold)
    frozen = nil
    detail = nil
    results.rewind()
    setFilter(results.filter)
  }

  /// Keeps the clock of a replay from running ahead of the events and past the end.
  ///
  /// - Parameters:
  ///   - length: The longest time that the past run may have taken, in nanoseconds.
  ///   - isBehind: Whether the events lag behind the clock.
  package mutating func followReplay(length: Int64, isBehind: Bool, at now: Instant) {
    replay?.follow(length: length, reached: isBehind ? live.latest.nanoseconds : nil, at: now)
  }

  /// Carries out a command in a replay. Returns nil if it means the same as in a run.
  mutating func steerReplay(_ command: Command, at now: Instant) -> [Effect]? {
    switch command {
    case .moreThreads: replay?.change(faster: true, at: now)
    case .fewerThreads: replay?.change(faster: false, at: now)
    case .manyMoreThreads: replay?.seek(forward: true, at: now)
    case .manyFewerThreads: replay?.seek(forward: false, at: now)
    case .togglePause: replay?.togglePause(at: now)
    case .promptThreads, .setThreads, .toggleAutomatic:
      notice("in a replay, + and - change the speed, not the threads", at: now)
    case .killItem: notice("a replay has no running items to stop", at: now)
    case .explain, .measure: notice("a replay asks no database for a plan", at: now)
    case .retry: notice("a replay has no items to try again", at: now)
    case .quit, .interrupt: return [.screen(.quit)]
    case .show, .nextPanel, .previousPanel, .moveLeft, .moveRight, .zoomIn, .zoomOut, .moveUp, .moveDown, .pageUp,
      .pageDown, .moveToStart, .moveToEnd, .open,
      .back, .toggleWrap, .openInPager, .openInEditor, .copy, .runLine, .stream, .toggleMark, .markFailed, .unmarkAll,
      .search,
      .searchNext, .searchPrevious, .filter, .sort, .toggleFreeze, .nextTheme, .help, .redraw, .suspend, .choose:
      return nil
    }
    return []
  }
}
