/// Turns any text into glyphs that a terminal can only show, never obey.
///
/// This is the one place where strangers' text is made harmless. What cannot be shown gets a stand-in of one column:
///
/// - a tab becomes one blank, a newline `␤`, other control characters their pictures (`␀` … `␟`, `␡`);
/// - C1 controls, bidirectional controls, line and paragraph separators, private, unassigned and invisible format
///   characters become `·`.
///
/// Sequences on which terminals disagree are reduced to what they agree on: of an emoji joined from several the first
/// one is shown, skin tones and variation selectors are dropped, a flag is its two letters. Joiners between letters are
/// dropped silently, for scripts need them; elsewhere they show. A character carries at most three marks.
struct GlyphScanner: IteratorProtocol {
  private var scalars: String.UnicodeScalarView.Iterator
  private var lookahead: Unicode.Scalar?

  init(_ text: String) {
    scalars = text.unicodeScalars.makeIterator()
    lookahead = scalars.next()
  }

  /// The next glyph with all that belongs on it; nil at the end of the text.
  mutating func next() -> Glyph? {
    guard let scalar = lookahead else { return nil }
    lookahead = scalars.next()
    if scalar.value < 0x7F, let following = lookahead, following.value < 0x300 {
      return Glyph(base: Self.basicStandIn(scalar.value))
    }
    var glyph = Self.glyph(for: scalar)
    if Self.takesMarks(glyph) { absorb(into: &glyph) }
    return glyph
  }

  /// Takes the marks that follow, and what continues an emoji.
  private mutating func absorb(into glyph: inout Glyph) {
    let base = glyph.base
    while let scalar = lookahead {
      switch Self.joining(scalar) {
      case .mark: glyph.add(mark: scalar)
      case .silent where base > 0x7F || scalar.value >> 4 == 0xFE0: break
      case .joiner where base > 0xAA: if skipJoined(after: base) { continue }
      case .silent, .joiner, .none: return
      }
      lookahead = scalars.next()
    }
  }

  /// Drops a joiner, and the emoji it joins to an emoji; true when both are gone.
  private mutating func skipJoined(after base: UInt32) -> Bool {
    guard Self.isPictograph(base) else { return false }
    lookahead = scalars.next()
    if let joined = lookahead, Self.isPictograph(joined.value) { lookahead = scalars.next() }
    return true
  }

  private enum Joining { case mark, silent, joiner, none }

  private static func joining(_ scalar: Unicode.Scalar) -> Joining {
    switch scalar.value {
    case 0..<0x300: return .none
    case 0x200D, 0x200C: return .joiner
    case 0xFE00...0xFE0F, 0x1F3FB...0x1F3FF, 0xE0020...0xE007F, 0xE0100...0xE01EF: return .silent
    // The vowels and final consonants of Korean syllables that are written in parts.
    case 0x1160...0x11FF, 0xD7B0...0xD7C6, 0xD7CB...0xD7FB: return .mark
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return .mark
    default: return .none
    }
  }

  private static func isPictograph(_ value: UInt32) -> Bool {
    (0x1F000...0x1FAFF).contains(value) || (0x2190...0x2BFF).contains(value)
  }

  private static func takesMarks(_ glyph: Glyph) -> Bool { glyph.base != middleDot && !(0x2400...0x2424 ~= glyph.base) }

  private static let middleDot: UInt32 = 0xB7

  private static func basicStandIn(_ value: UInt32) -> UInt32 {
    switch value {
    case 0x09: 0x20
    case 0x0A: 0x2424
    case 0..<0x20: 0x2400 + value
    default: value
    }
  }

  private static func glyph(for scalar: Unicode.Scalar) -> Glyph {
    let value = scalar.value
    if value < 0x7F { return Glyph(base: basicStandIn(value)) }
    switch value {
    case 0x7F: return Glyph(base: 0x2421)
    case 0x80..<0xA0, 0xAD: return Glyph(base: middleDot)
    // The stand-ins for bytes that are not UTF-8, in arguments and paths, look as such bytes do in other texts.
    case 0x10FE80...0x10FEFF: return Glyph(base: 0xFFFD)
    // No-break space: a blank to the reader.
    case 0xA0: return .blank
    case 0xA1..<0x300: return Glyph(base: value)
    // Regional indicators: terminals disagree about flags, so a flag is its two letters.
    case 0x1F1E6...0x1F1FF: return Glyph(base: value - 0x1F1E6 + 0x41)
    // A Korean vowel or final consonant without its syllable takes no column of its own.
    case 0x1160...0x11FF, 0xD7B0...0xD7FB: return Glyph(base: middleDot)
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
      .nonspacingMark, .enclosingMark:
      return Glyph(base: middleDot)
    case .spaceSeparator where value != 0x3000 && value != 0x1680:
      return .blank
    default:
      return Glyph(base: value)
    }
  }
}
