/// Turns any text into glyphs that a terminal shows but never interprets.
///
/// This is the only place that makes untrusted text safe. Characters that cannot be shown get a stand-in of one column:
///
/// - a tab becomes one blank, a newline `␤`, other control characters their pictures (`␀` … `␟`, `␡`);
/// - C1 controls, bidirectional controls, line and paragraph separators, private, unassigned and invisible format
///   characters become `·`.
///
/// Sequences on which terminals disagree are reduced to what they agree on. Only the first part of a joined emoji is
/// shown, skin tones and variation selectors are dropped, and a flag becomes its two letters. Joiners after non-ASCII
/// characters are dropped silently, because some scripts need them; elsewhere they show as `·`. A character has at most
/// three marks.
struct GlyphScanner: IteratorProtocol {
  private var scalars: String.UnicodeScalarView.Iterator
  private var lookahead: Unicode.Scalar?

  init(_ text: String) {
    scalars = text.unicodeScalars.makeIterator()
    lookahead = scalars.next()
  }

  /// Returns the next glyph with its marks; nil at the end of the text.
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

  /// Takes the marks that follow, and the continuation of an emoji.
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

  /// Drops the joiner after an emoji and the emoji that follows it. Returns whether `base` is an emoji.
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
    // The vowels and final consonants of decomposed Korean syllables.
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
    // The stand-ins for non-UTF-8 bytes in arguments and paths look like such bytes in other texts.
    case 0x10FE80...0x10FEFF: return Glyph(base: 0xFFFD)
    // A no-break space looks like a blank.
    case 0xA0: return .blank
    case 0xA1..<0x300: return Glyph(base: value)
    // Regional indicators. Terminals disagree about flags, so a flag becomes its two letters.
    case 0x1F1E6...0x1F1FF: return Glyph(base: value - 0x1F1E6 + 0x41)
    // A Korean vowel or final consonant without its syllable has no column of its own.
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
