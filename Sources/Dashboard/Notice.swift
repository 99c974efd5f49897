package import ParallelFor

/// A one-line warning or answer that is shown for a while.
package struct Notice: Equatable, Sendable {
  /// How long a notice is shown, in nanoseconds.
  package static let duration: Int64 = 8_000_000_000

  /// The text; may contain untrusted text.
  package var text: String
  /// When it was first shown.
  package var instant: Instant
}
