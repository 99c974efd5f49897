public import ParallelFor

/// A one-line warning or answer that is shown for a while.
public struct Notice: Equatable, Sendable {
  /// How long a notice is shown, in nanoseconds.
  public static let duration: Int64 = 8_000_000_000

  /// The text; may contain untrusted text.
  public var text: String
  /// When it was first shown.
  public var instant: Instant
}
