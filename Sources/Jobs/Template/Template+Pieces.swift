import OSText

extension Template {
  /// Splits a text at its placeholders.
  static func pieces(of text: String, _ grammar: PlaceholderGrammar) -> [Piece] {
    let bytes = OSText.bytes(text)
    var pieces: [Piece] = []
    var literal: [UInt8] = []
    var position = 0
    while position < bytes.count {
      if let (placeholder, end) = placeholder(in: bytes, at: position, grammar) {
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        literal = []
        pieces.append(.placeholder(placeholder))
        position = end
      } else {
        literal.append(bytes[position])
        position += 1
      }
    }
    if !literal.isEmpty { pieces.append(.literal(literal)) }
    return pieces
  }

  /// Returns the placeholder that starts at a position, and the position after it.
  private static func placeholder(
    in bytes: [UInt8], at start: Int, _ grammar: PlaceholderGrammar
  ) -> (Placeholder, Int)? {
    guard bytes[start] == UInt8(ascii: "{"), let (placeholder, end) = braced(bytes[(start + 1)...], grammar) else {
      return nil
    }
    let isOthers = start > 0 && [UInt8(ascii: "$"), UInt8(ascii: "%")].contains(bytes[start - 1])
    if isOthers, placeholder.isField { return nil }
    return (placeholder, end)
  }

  /// Returns the placeholder whose text starts here and ends at the next brace, and the position after that.
  private static func braced(_ bytes: ArraySlice<UInt8>, _ grammar: PlaceholderGrammar) -> (Placeholder, Int)? {
    for name in grammar.bracedNames
    where bytes.starts(with: name) && bytes.dropFirst(name.count).first == UInt8(ascii: "}") {
      return (Placeholder(source: .field(OSText.decode(name))), bytes.startIndex + name.count + 1)
    }
    if let end = perl(bytes) { return (Placeholder(source: .field(OSText.decode(Array(bytes[..<end])))), end + 1) }
    guard let end = bytes.firstIndex(where: { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "{") }),
      bytes[end] == UInt8(ascii: "}"),
      let placeholder = grammar.placeholder(OSText.decode(Array(bytes[..<end])))
    else { return nil }
    return (placeholder, end + 1)
  }
}

extension Template {
  /// The maximum number of bytes in which to search for the end of Perl code.
  private static let longestPerl = 1_000

  /// Returns the end of GNU parallel's Perl code, `{= … =}`, which is not supported and must not pass as text.
  private static func perl(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>.Index? {
    let sign = UInt8(ascii: "=")
    guard bytes.first == sign else { return nil }
    let rest = bytes.dropFirst().prefix(longestPerl)
    return zip(rest.indices, rest.indices.dropFirst()).first { rest[$0] == sign && rest[$1] == UInt8(ascii: "}") }?.1
  }
}

extension Template.Placeholder {
  /// Whether the placeholder names a field.
  var isField: Bool {
    switch source {
    case .field, .fieldFromEnd: true
    case .item, .number, .slot: false
    }
  }
}
