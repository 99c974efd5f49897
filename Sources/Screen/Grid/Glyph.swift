/// What one cell shows: a base character with up to three marks, or the right half of a wide character.
///
/// It holds no reference, so copying and comparing grids needs no reference counting. A grid of 300 by 100 is made
/// thirty times a second. Only the text scanner makes glyphs, so no glyph holds anything that a terminal interprets.
public struct Glyph: Hashable, Sendable {
  /// The base character's scalar value; 0 for the right half of a wide character.
  private(set) var base: UInt32
  /// Up to three combining marks, 21 bits each, the first one lowest.
  private(set) var marks: UInt64 = 0

  /// An empty cell.
  public static let blank = Glyph(base: 0x20)
  /// The right half of the wide character to the left.
  public static let continuation = Glyph(base: 0)

  init(base: UInt32) { self.base = base }

  /// Makes the first glyph of a character, with anything unsafe replaced.
  public init(_ character: Character) {
    var scanner = GlyphScanner(String(character))
    self = scanner.next() ?? .blank
  }

  /// Whether this is the right half of a wide character.
  public var isContinuation: Bool { base == 0 }

  /// The number of columns it takes: 1 or 2, or 0 for the right half of a wide character.
  public var columns: Int {
    if base < 0x1100 { return base == 0 ? 0 : 1 }
    return CharacterWidths.isWide(base) ? 2 : 1
  }

  /// The base character and its marks as scalars; none for the right half of a wide character.
  public var scalars: [Unicode.Scalar] {
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
  public var singleScalar: Unicode.Scalar? { marks == 0 && base != 0 ? Unicode.Scalar(base) : nil }

  /// Adds a mark to the character. Marks after the third are dropped, so that no text can pile up marks without end.
  mutating func add(mark: Unicode.Scalar) {
    var shift: UInt64 = 0
    while shift < 3 * Self.markBits, (marks >> shift) & Self.markMask != 0 { shift += Self.markBits }
    if shift < 3 * Self.markBits { marks |= UInt64(mark.value) << shift }
  }

  private static let markBits: UInt64 = 21
  private static let markMask: UInt64 = (1 << 21) - 1
}

extension Glyph {
  /// The character with its marks, the same for lowercase and uppercase letters.
  var folded: String { description.lowercased() }
}

extension Glyph: CustomStringConvertible {
  /// The character with its marks.
  public var description: String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }
}

/// One place in the grid: what it shows, its role, and whether it is selected.
public struct Cell: Equatable, Sendable {
  /// What the cell shows.
  public var glyph: Glyph
  /// What the text is for.
  public var role: Role
  /// Whether the palette's selection style is laid over the role's style.
  public var isSelected: Bool

  /// Makes a cell.
  public init(glyph: Glyph = .blank, role: Role = Role(rawValue: 0), isSelected: Bool = false) {
    self.glyph = glyph
    self.role = role
    self.isSelected = isSelected
  }
}
