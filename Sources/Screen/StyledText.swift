/// A piece of a program's output in the style that its escape sequences asked for.
package struct StyledRun: Equatable, Sendable {
  package var text: String
  package var style: OutputStyle

  package init(text: String, style: OutputStyle = OutputStyle()) {
    self.text = text
    self.style = style
  }
}

/// The style that an output asks for: one of 16 colours, and bold letters.
package struct OutputStyle: Hashable, Sendable {
  /// The colour, from 0 to 15; nil for that of plain text.
  package var color: UInt8?
  package var isBold: Bool

  package init(color: UInt8? = nil, isBold: Bool = false) {
    self.color = color
    self.isBold = isBold
  }

  /// The number of styles.
  package static let count = 17 * 2

  /// The style's number, from 0.
  package var number: Int { Int(color ?? 16) * 2 + (isBold ? 1 : 0) }

  /// All styles in the order of their numbers.
  package static var all: [OutputStyle] {
    (0..<17).flatMap { color in
      [false, true].map { OutputStyle(color: color < 16 ? UInt8(color) : nil, isBold: $0) }
    }
  }

  /// Applies the parameters of an SGR sequence.
  mutating func apply(_ parameters: [Int]) {
    var rest = parameters.isEmpty ? [0] : parameters[...]
    while let parameter = rest.popFirst() {
      switch parameter {
      case 0: self = OutputStyle()
      case 1: isBold = true
      case 22: isBold = false
      case 30...37: color = UInt8(parameter - 30)
      case 90...97: color = UInt8(parameter - 90 + 8)
      case 38: color = Self.extended(&rest) ?? color
      case 48: _ = Self.extended(&rest)
      case 39: color = nil
      default: break
      }
    }
  }

  /// Reads a colour of 256, or of red, green and blue, as the nearest of the 16.
  private static func extended(_ rest: inout ArraySlice<Int>) -> UInt8? {
    let kind = rest.popFirst()
    let values = rest.prefix(kind == 2 ? 3 : 1).compactMap { UInt8(exactly: $0) }
    rest = rest.dropFirst(kind == 2 ? 3 : 1)
    let color: Color? =
      switch (kind, values.count) {
      case (5, 1): .indexed(values[0])
      case (2, 3): .rgb(values[0], values[1], values[2])
      default: nil
      }
    if case .ansi(let index)? = color?.reduced(to: .ansi16) { return index }
    return nil
  }
}

// Only colours and bold letters have an effect; all other escape sequences are removed.
extension StyledRun {
  private static let escape: Unicode.Scalar = "\u{1B}"

  /// Splits a line at its escape sequences, which are removed.
  package static func runs(of line: String) -> [StyledRun] {
    guard line.utf8.contains(0x1B) else { return line.isEmpty ? [] : [StyledRun(text: line)] }
    var runs: [StyledRun] = []
    var style = OutputStyle()
    var text = String.UnicodeScalarView()
    var rest = line.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == escape else {
        text.append(scalar)
        continue
      }
      if !text.isEmpty { runs.append(StyledRun(text: String(text), style: style)) }
      text = String.UnicodeScalarView()
      if let parameters = skipSequence(&rest) { style.apply(parameters) }
    }
    if !text.isEmpty { runs.append(StyledRun(text: String(text), style: style)) }
    return runs
  }

  /// The text of a line without its escape sequences.
  package static func plain(_ line: String) -> String {
    line.utf8.contains(0x1B) ? runs(of: line).map(\.text).joined() : line
  }

  /// Skips the rest of an escape sequence. Returns the parameters if it is one for a style.
  private static func skipSequence(_ rest: inout Substring.UnicodeScalarView) -> [Int]? {
    guard let kind = rest.popFirst() else { return nil }
    switch kind {
    case "[": return skipControl(&rest)
    case "]", "P", "_", "^", "X":
      skipString(&rest)
      return nil
    case "(", ")", "*", "+", "#", "%", " ":
      _ = rest.popFirst()
      return nil
    default: return nil
    }
  }

  private static func skipControl(_ rest: inout Substring.UnicodeScalarView) -> [Int]? {
    var parameters = ""
    while let scalar = rest.popFirst() {
      if ("@"..."~").contains(scalar) {
        guard scalar == "m" else { return nil }
        return parameters.split(omittingEmptySubsequences: false) { $0 == ";" || $0 == ":" }.map { Int($0) ?? 0 }
      }
      parameters.unicodeScalars.append(scalar)
    }
    return nil
  }

  /// Skips a text for the terminal, such as a title. It ends with BEL or ESC \.
  private static func skipString(_ rest: inout Substring.UnicodeScalarView) {
    while let scalar = rest.popFirst(), scalar != "\u{7}" {
      guard scalar == escape else { continue }
      _ = rest.popFirst()
      return
    }
  }

  // MARK: - Rows

  /// Breaks a line into rows of at most some columns. No character is cut, and an empty line is one row.
  package static func rows(of runs: [StyledRun], columns: Int) -> [[StyledRun]] {
    var rows: [[StyledRun]] = [[]]
    var used = 0
    for run in runs {
      var scanner = GlyphScanner(run.text)
      var glyphs: [Glyph] = []
      func end() {
        if !glyphs.isEmpty { rows[rows.count - 1].append(StyledRun(text: SafeText.joined(glyphs), style: run.style)) }
        glyphs = []
      }
      while let glyph = scanner.next() {
        if used + glyph.columns > max(columns, glyph.columns) {
          end()
          rows.append([])
          used = 0
        }
        glyphs.append(glyph)
        used += glyph.columns
      }
      end()
    }
    return rows
  }
}
