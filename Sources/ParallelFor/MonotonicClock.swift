import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The clock by which runs are timed: it stands still while the program is suspended or the machine sleeps.
public enum MonotonicClock {
  /// Nanoseconds that do not count, because the program was suspended.
  private static let leftOut = Atomic<Int64>(0)

  /// The present moment.
  public static var now: Instant {
    var time = timespec()
    // On Linux this clock does not run while the machine sleeps.
    clock_gettime(CLOCK_MONOTONIC, &time)
    let nanoseconds = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    return Instant(nanoseconds: nanoseconds - leftOut.load(ordering: .relaxed))
  }

  /// Makes the clock continue from `instant`, as if no time had gone by since: for a program that was suspended then.
  public static func leaveOut(since instant: Instant) {
    leftOut.add(max(0, now.nanoseconds(since: instant)), ordering: .relaxed)
  }

  /// A moment on this clock as the time on the wall, in nanoseconds since 1970, by how far the clocks are apart now.
  public static func wallTime(of instant: Instant) -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) - now.nanoseconds(since: instant)
  }

  /// The moment on this clock that was, or will be, at a time on the wall, in nanoseconds since 1970.
  public static func instant(ofWallTime nanoseconds: Int64) -> Instant {
    let origin = Instant(nanoseconds: 0)
    return origin + (nanoseconds - wallTime(of: origin))
  }
}
