/// Which characters pictures are made of.
public enum GlyphSet: Sendable {
  /// Blocks, lines and round corners.
  case unicode
  /// Letters and signs that every terminal has.
  case ascii
}
