/// What one cell shows: a base character with up to three marks, or the right half of a wide character.
///
/// It holds no reference, so copying and comparing grids needs no reference counting. A grid of 300 by 100 is made
/// thirty times a second. Only the text scanner makes glyphs, so no glyph holds anything that a terminal interprets.
package struct Glyph: Hashable, Sendable {
  /// The base character's scalar value; 0 for the right half of a wide character.
  private(set) var base: UInt32
  /// Up to three combining marks, 21 bits each, the first one lowest.
  private(set) var marks: UInt64 = 0

  /// An empty cell.
  package static let blank = Glyph(base: 0x20)
  /// The right half of the wide character to the left.
  package static let continuation = Glyph(base: 0)

  init(base: UInt32) { self.base = base }

  /// Makes the first glyph of a character, with anything unsafe replaced.
  package init(_ character: Character) {
    var scanner = GlyphScanner(String(character))
    self = scanner.next() ?? .blank
  }

  /// Whether this is the right half of a wide character.
  package var isContinuation: Bool { base == 0 }

  /// The number of columns it takes: 1 or 2, or 0 for the right half of a wide character.
  package var columns: Int {
    if base < 0x1100 { return base == 0 ? 0 : 1 }
    return CharacterWidths.isWide(base) ? 2 : 1
  }

  /// The base character and its marks as scalars; none for the right half of a wide character.
  package var scalars: [Unicode.Scalar] {
    if isContinuation { return [] }
    var scalars: [Unicode.Scalar] = []
    if let scalar = Unicode.Scalar(base) { scalars.append(scalar) }
    var rest = marks
    while rest != 0 {
      if let mark = Unicode.Scalar(UInt32(rest & Self.markMask)) { scalars.append(mark) }
      rest >>= Self.markBits
    }
    return scalars
  }

  /// The base character's scalar when it has no marks. This common case needs no array.
  package var singleScalar: Unicode.Scalar? { marks == 0 && base != 0 ? Unicode.Scalar(base) : nil }

  /// Adds a mark to the character. Marks after the third are dropped, so that no text can pile up marks without end.
  mutating func add(mark: Unicode.Scalar) {
    var shift: UInt64 = 0
    while shift < 3 * Self.markBits, (marks >> shift) & Self.markMask != 0 { shift += Self.markBits }
    if shift < 3 * Self.markBits { marks |= UInt64(mark.value) << shift }
  }

  private static let markBits: UInt64 = 21
  private static let markMask: UInt64 = (1 << 21) - 1
}

extension Glyph: CustomStringConvertible {
  /// The character with its marks.
  package var description: String { SafeText.joined([self]) }

  /// The same for lowercase and uppercase letters.
  var folded: String { description.lowercased() }
}

/// One place in the grid: what it shows, its role, and whether it is selected.
package struct Cell: Equatable, Sendable {
  package var glyph: Glyph
  package var role: Role
  /// Whether the palette's selection style is laid over the role's style.
  package var isSelected: Bool

  package init(glyph: Glyph = .blank, role: Role = Role(rawValue: 0), isSelected: Bool = false) {
    self.glyph = glyph
    self.role = role
    self.isSelected = isSelected
  }
}

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

/// Knows which characters take two columns.
///
/// The table follows East Asian Width (`W` and `F`) of Unicode 14, the version in Debian 12's C library, because the
/// widths must agree with those of curses. Unassigned code points between wide characters count as wide.
enum CharacterWidths {
  /// Whether a scalar value takes two columns. The caller handles marks first, which take none.
  static func isWide(_ value: UInt32) -> Bool {
    if value < 0x1100 { return false }
    var low = 0
    var high = wide.count
    while low < high {
      let middle = (low + high) / 2
      if value > wide[middle].last { low = middle + 1 } else { high = middle }
    }
    return low < wide.count && value >= wide[low].first
  }

  private static let wide: [(first: UInt32, last: UInt32)] = [
    (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3),
    (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1),
    (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA),
    (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B),
    (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797),
    (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x2E80, 0x303E),
    (0x3041, 0x3247), (0x3250, 0x4DBF), (0x4E00, 0xA4C6), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xF900, 0xFAD9),
    (0xFE10, 0xFE6B), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x18D08), (0x1AFF0, 0x1B2FB), (0x1F004, 0x1F004),
    (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F200, 0x1F320), (0x1F32D, 0x1F335),
    (0x1F337, 0x1F37C), (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA), (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0),
    (0x1F3F4, 0x1F3F4), (0x1F3F8, 0x1F43E), (0x1F440, 0x1F440), (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D),
    (0x1F54B, 0x1F54E), (0x1F550, 0x1F567), (0x1F57A, 0x1F57A), (0x1F595, 0x1F596), (0x1F5A4, 0x1F5A4),
    (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6CC), (0x1F6D0, 0x1F6D2), (0x1F6D5, 0x1F6DF),
    (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC), (0x1F7E0, 0x1F7F0), (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945),
    (0x1F947, 0x1F9FF), (0x1FA70, 0x1FAF6), (0x20000, 0x2EBE0), (0x2F800, 0x2FA1D), (0x30000, 0x3134A),
  ]
}
