/// Measures and cuts texts by the columns that they take on the screen, with unsafe characters replaced.
package enum TextWidth {
  package static func columns(of text: String) -> Int {
    var scanner = GlyphScanner(text)
    var columns = 0
    while let glyph = scanner.next() { columns += glyph.columns }
    return columns
  }

  /// Returns the number of columns that one character takes: 1, or 2 for wide characters, emoji and flags.
  ///
  /// A syllable of several spacing letters, as in Indic scripts, takes one column for each.
  package static func width(of character: Character) -> Int { columns(of: String(character)) }

  /// Returns the text cut to a number of columns. A cut text ends with an ellipsis, which counts.
  ///
  /// - Returns: Safe text of at most `columns` columns; empty for no columns.
  package static func prefix(_ text: String, columns: Int, ellipsis: Character = "…") -> String {
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

  /// Returns the text cut in its middle to a number of columns. An ellipsis, which counts, replaces the middle.
  ///
  /// The end gets the larger part, because names and paths differ there.
  ///
  /// - Returns: Safe text of at most `columns` columns; empty for no columns.
  package static func middle(_ text: String, columns: Int, ellipsis: Character = "…") -> String {
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

/// Makes untrusted text safe to print anywhere.
package enum SafeText {
  /// Replaces everything that a terminal could interpret by visible stand-ins of one column.
  ///
  /// The result is one line: a newline shows as `␤`, a tab as one blank. To keep lines, split the text first.
  package static func visible(_ text: String) -> String {
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
  /// Appends a glyph. Most glyphs are one scalar, and an array for each would take half of the time of a frame.
  fileprivate mutating func append(_ glyph: Glyph) {
    if let scalar = glyph.singleScalar { append(scalar) } else { append(contentsOf: glyph.scalars) }
  }
}
