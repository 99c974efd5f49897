/// The characters to draw with.
public enum GlyphSet: Sendable {
  /// Blocks, lines and rounded corners.
  case unicode
  /// ASCII characters, which every terminal has.
  case ascii
}
