#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The clock by which runs are timed.
public enum MonotonicClock {
  /// The present moment.
  public static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
