public import ParallelFor

/// A line of warning or answer that is shown for a while.
public struct Notice: Equatable, Sendable {
  /// How long a notice is shown, in nanoseconds.
  public static let duration: Int64 = 8_000_000_000

  /// What it says; may hold a stranger's text.
  public var text: String
  /// Since when.
  public var instant: Instant
}
