/// A moment on a monotonic clock, in nanoseconds since an unspecified origin; only differences are meaningful.
///
/// It is a plain number, not a `ContinuousClock.Instant`, because events carry two of them for each of up to a million
/// items per second.
public struct Instant: Hashable, Comparable, Sendable {
  /// Nanoseconds since the clock's origin.
  public var nanoseconds: Int64

  /// Makes the instant `nanoseconds` after the clock's origin.
  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The nanoseconds from `earlier` to this instant; negative if `earlier` is later.
  @inlinable
  public func nanoseconds(since earlier: Instant) -> Int64 { nanoseconds - earlier.nanoseconds }

  /// Orders instants in time.
  @inlinable
  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The instant a number of nanoseconds later.
  @inlinable
  public static func + (instant: Instant, nanoseconds: Int64) -> Instant {
    Instant(nanoseconds: instant.nanoseconds + nanoseconds)
  }
}
