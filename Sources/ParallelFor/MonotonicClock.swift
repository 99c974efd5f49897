import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The clock that times runs. It stops while the program is suspended or the machine sleeps.
public enum MonotonicClock {
  /// The nanoseconds that do not count because the program was suspended.
  private static let leftOut = Atomic<Int64>(0)
  /// The time at which the clock stopped; 0 while it runs.
  private static let standing = Atomic<Int64>(0)

  /// The present moment.
  public static var now: Instant {
    let standing = standing.load(ordering: .relaxed)
    return Instant(nanoseconds: standing != 0 ? standing : running - leftOut.load(ordering: .relaxed))
  }

  /// On Linux this clock does not run while the machine sleeps.
  private static var running: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Stops the clock until ``goOn()``. Called before the program is suspended, so that no thread counts the suspension
  /// as elapsed time.
  public static func standStill() { standing.store(now.nanoseconds, ordering: .relaxed) }

  /// Restarts the clock from the time at which it stopped.
  public static func goOn() {
    let stood = standing.load(ordering: .relaxed)
    guard stood != 0 else { return }
    leftOut.store(running - stood, ordering: .relaxed)
    standing.store(0, ordering: .relaxed)
  }

  /// Converts a moment on this clock to wall-clock time in nanoseconds since 1970, by the present offset.
  ///
  /// - Parameters:
  ///   - instant: the moment.
  ///   - now: the present moment, if the caller knows it.
  public static func wallTime(of instant: Instant, now: @autoclosure () -> Instant = now) -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) - now().nanoseconds(since: instant)
  }

  /// Converts a wall-clock time in nanoseconds since 1970 to a moment on this clock.
  public static func instant(ofWallTime nanoseconds: Int64) -> Instant {
    let origin = Instant(nanoseconds: 0)
    return origin + (nanoseconds - wallTime(of: origin))
  }
}
