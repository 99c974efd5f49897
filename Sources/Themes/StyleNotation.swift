import Screen

/// Parses values such as `sky on black +bold +reverse` into styles.
struct StyleNotation {
  /// What was expected in place of a wrong value.
  struct Problem: Error {
    var expected: String
  }

  /// The theme's own names for colours.
  var palette: [String: Color]
  /// The background for values that name none.
  var background: Color

  func style(_ value: String) throws(Problem) -> Style {
    var style = Style(background: background)
    var words = value.split(separator: " ").map(String.init)[...]
    if let first = words.first, !first.hasPrefix("+"), first != "on" {
      style.foreground = try color(first)
      words.removeFirst()
    }
    if words.first == "on" {
      words.removeFirst()
      guard let name = words.popFirst() else { throw Problem(expected: "a colour after \"on\"") }
      style.background = try color(name)
    }
    for word in words { style.attributes.insert(try attribute(word)) }
    return style
  }

  func color(_ name: String) throws(Problem) -> Color {
    if let color = palette[name] ?? Self.literal(name) { return color }
    throw Problem(
      expected:
        "a name from [palette], \"#rrggbb\", 0 to 255, \"default\", or one of the 16 colours; not \(ThemeFile.quoted(name))"
    )
  }

  /// Returns the colour of a name outside the palette; nil if the name is unknown.
  static func literal(_ name: String) -> Color? {
    if name == "default" { return .terminalDefault }
    if name.hasPrefix("#") { return hexadecimal(name.dropFirst()) }
    if let number = UInt8(name) { return number < 16 ? .ansi(number) : .indexed(number) }
    if let index = ansiNames.firstIndex(of: name) { return .ansi(UInt8(index)) }
    guard name.hasPrefix("bright-"), let index = ansiNames.firstIndex(of: String(name.dropFirst(7))) else { return nil }
    return .ansi(UInt8(index + 8))
  }

  private static func hexadecimal(_ digits: Substring) -> Color? {
    guard digits.count == 6, digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else { return nil }
    return .rgb(UInt8(value >> 16), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF))
  }

  private func attribute(_ word: String) throws(Problem) -> TextAttributes {
    switch word {
    case "+bold": .bold
    case "+dim": .dim
    case "+underline": .underline
    case "+reverse": .reverse
    case "+italic": .italic
    default: throw Problem(expected: "+bold, +dim, +underline, +reverse or +italic; not \(ThemeFile.quoted(word))")
    }
  }

  private static let ansiNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
}
