/// How many columns texts take on the screen, after they were made harmless.
public enum TextWidth {
  /// The columns that a text takes.
  public static func columns(of text: String) -> Int {
    var scanner = GlyphScanner(text)
    var columns = 0
    while let glyph = scanner.next() { columns += glyph.columns }
    return columns
  }

  /// The columns that one character takes: 1, or 2 for wide ones, emoji and flags.
  ///
  /// A syllable of several spacing letters, as in Indian scripts, takes one column for each.
  public static func width(of character: Character) -> Int { columns(of: String(character)) }

  /// The text cut to a number of columns; a cut text ends with an ellipsis, which counts.
  ///
  /// - Returns: Harmless text of at most `columns` columns; empty for no columns.
  public static func prefix(_ text: String, columns: Int, ellipsis: Character = "…") -> String {
    guard columns > 0 else { return "" }
    var scanner = GlyphScanner(text)
    var kept: [Glyph] = []
    var used = 0
    while let glyph = scanner.next() {
      if used + glyph.columns > columns { return cut(kept, used: used, to: columns, ellipsis: ellipsis) }
      kept.append(glyph)
      used += glyph.columns
    }
    return SafeText.joined(kept)
  }

  /// The text cut in its middle to a number of columns, with an ellipsis, which counts, for what is left out.
  ///
  /// The end gets the larger part: it is where names and paths differ.
  ///
  /// - Returns: Harmless text of at most `columns` columns; empty for no columns.
  public static func middle(_ text: String, columns: Int, ellipsis: Character = "…") -> String {
    var scanner = GlyphScanner(text)
    var glyphs: [Glyph] = []
    while let glyph = scanner.next() { glyphs.append(glyph) }
    if glyphs.reduce(0, { $0 + $1.columns }) <= columns { return SafeText.joined(glyphs) }
    guard columns > 0 else { return "" }
    let head = fitting(glyphs, columns: (columns - 1) / 3)
    let used = head.reduce(1) { $0 + $1.columns }
    let tail = fitting(glyphs.reversed(), columns: columns - used).reversed()
    return SafeText.joined(Array(head)) + String(ellipsis) + SafeText.joined(Array(tail))
  }

  private static func fitting(_ glyphs: [Glyph], columns: Int) -> ArraySlice<Glyph> {
    var used = 0
    return glyphs.prefix {
      used += $0.columns
      return used <= columns
    }
  }

  private static func cut(_ glyphs: [Glyph], used: Int, to columns: Int, ellipsis: Character) -> String {
    var glyphs = glyphs
    var used = used
    while used > columns - 1, let last = glyphs.popLast() { used -= last.columns }
    return SafeText.joined(glyphs) + String(ellipsis)
  }
}

/// Text from strangers as text that may be printed anywhere.
public enum SafeText {
  /// The text with everything that a terminal could interpret replaced by visible stand-ins of one column.
  ///
  /// The result is one line: a newline shows as `␤`, a tab as one blank. Lines that are to stay lines must be split
  /// before.
  public static func visible(_ text: String) -> String {
    var scanner = GlyphScanner(text)
    var result = String.UnicodeScalarView()
    while let glyph = scanner.next() { result.append(glyph) }
    return String(result)
  }

  static func joined(_ glyphs: [Glyph]) -> String {
    var result = String.UnicodeScalarView()
    for glyph in glyphs { result.append(glyph) }
    return String(result)
  }
}

extension String.UnicodeScalarView {
  /// Most glyphs are one scalar; an array for each would take half of the time of a frame.
  fileprivate mutating func append(_ glyph: Glyph) {
    if let scalar = glyph.singleScalar { append(scalar) } else { append(contentsOf: glyph.scalars) }
  }
}
