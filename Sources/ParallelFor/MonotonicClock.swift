import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A moment on the clock that times runs, which stops while the program is suspended or the machine sleeps.
///
/// Only differences are meaningful. It is a plain number, not a `ContinuousClock.Instant`, because events carry two of
/// them for each of up to a million items per second.
public struct Instant: Hashable, InstantProtocol, Sendable {
  /// Nanoseconds since the clock's origin.
  @usableFromInline package var nanoseconds: Int64

  @inlinable
  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Returns the time from this moment to another one; negative if the other is earlier.
  public func duration(to other: Instant) -> Duration { .nanoseconds(other.nanoseconds(since: self)) }

  /// Returns the moment that is later by a duration.
  public func advanced(by duration: Duration) -> Instant { self + duration.nanoseconds }

  /// Orders moments in time.
  @inlinable
  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  @inlinable
  package func nanoseconds(since earlier: Instant) -> Int64 { nanoseconds - earlier.nanoseconds }

  @inlinable
  package static func + (instant: Instant, nanoseconds: Int64) -> Instant {
    Instant(nanoseconds: instant.nanoseconds + nanoseconds)
  }
}

extension Duration {
  /// The whole nanoseconds of at most 100 years, so that a moment can be added to them.
  package var nanoseconds: Int64 {
    let (seconds, attoseconds) = min(max(self, .seconds(-3_155_760_000)), .seconds(3_155_760_000)).components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}

/// The clock of runs.
@usableFromInline
package enum MonotonicClock {
  /// The nanoseconds that do not count because the program was suspended.
  private static let leftOut = Atomic<Int64>(0)
  /// The time at which the clock stopped; 0 while it runs.
  private static let stopped = Atomic<Int64>(0)

  @usableFromInline
  package static var now: Instant {
    let stopped = stopped.load(ordering: .relaxed)
    return Instant(nanoseconds: stopped != 0 ? stopped : running - leftOut.load(ordering: .relaxed))
  }

  /// On Linux this clock does not run while the machine sleeps.
  private static var running: Int64 { time(of: CLOCK_MONOTONIC) }

  private static func time(of clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Stops the clock until ``start()``. Called before the program is suspended, so that no thread counts the suspension
  /// as elapsed time.
  package static func stop() { stopped.store(now.nanoseconds, ordering: .relaxed) }

  /// Starts the clock again from the time at which it stopped.
  package static func start() {
    let time = stopped.load(ordering: .relaxed)
    guard time != 0 else { return }
    leftOut.store(running - time, ordering: .relaxed)
    stopped.store(0, ordering: .relaxed)
  }

  /// Converts a moment on this clock to wall-clock time in nanoseconds since 1970, by the present offset.
  ///
  /// - Parameters:
  ///   - instant: the moment.
  ///   - now: the present moment, if the caller knows it.
  package static func wallTime(of instant: Instant, now: @autoclosure () -> Instant = now) -> Int64 {
    time(of: CLOCK_REALTIME) - now().nanoseconds(since: instant)
  }

  /// Converts a wall-clock time in nanoseconds since 1970 to a moment on this clock.
  package static func instant(ofWallTime nanoseconds: Int64) -> Instant {
    let origin = Instant(nanoseconds: 0)
    return origin + (nanoseconds - wallTime(of: origin))
  }
}
