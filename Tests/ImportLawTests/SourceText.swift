import Foundation

/// Prepares source text for searching.
enum SourceText {
  private enum State {
    case code
    case comment
    /// Inside a string literal with this many quotes and number signs. A raw literal, with number signs, has no
    /// escapes.
    case literal(quotes: Int, signs: Int)
  }

  private static let quote = UInt8(ascii: "\"")
  private static let sign = UInt8(ascii: "#")
  private static let newline = UInt8(ascii: "\n")

  /// Returns the text without comments and, if wanted, without the contents of string literals. Line breaks remain.
  static func blanked(_ text: String, literalsToo: Bool) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var state = State.code
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      var length = 1
      var isKept = true
      switch state {
      case .code:
        if byte == UInt8(ascii: "/"), bytes[place...].starts(with: "//".utf8) {
          (state, isKept) = (.comment, false)
        } else if let opening = literalOpening(bytes[place...]) {
          length = opening.signs + opening.quotes
          state = .literal(quotes: opening.quotes, signs: opening.signs)
        }
      case .comment:
        isKept = byte == newline
        if isKept { state = .code }
      case .literal(let quotes, let signs):
        let isClosed = byte == quote && isClosing(bytes[place...], quotes, signs)
        if isClosed || byte == newline && quotes == 1 { state = .code }
        if isClosed { length = quotes + signs }
        if byte == UInt8(ascii: "\\"), signs == 0 { length = 2 }
        isKept = isClosed || byte == newline || !literalsToo
      }
      let end = min(place + length, bytes.count)
      if isKept { result += bytes[place..<end] }
      place = end
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func literalOpening(_ bytes: ArraySlice<UInt8>) -> (signs: Int, quotes: Int)? {
    guard bytes.first == quote || bytes.first == sign else { return nil }
    let signs = bytes.prefix { $0 == sign }.count
    let quotes = bytes.dropFirst(signs).prefix { $0 == quote }.count
    return quotes == 0 ? nil : (signs, quotes >= 3 ? 3 : 1)
  }

  private static func isClosing(_ bytes: ArraySlice<UInt8>, _ quotes: Int, _ signs: Int) -> Bool {
    bytes.prefix(quotes).count { $0 == quote } == quotes
      && bytes.dropFirst(quotes).prefix(signs).count { $0 == sign } == signs
  }

  /// Returns the matches of a regular expression: their lines, from 1, and their texts.
  static func matches(of pattern: String, in text: String) -> [(line: Int, text: String)] {
    guard let expression = try? NSRegularExpression(pattern: pattern) else {
      return [(0, "no regular expression: \(pattern)")]
    }
    let whole = text as NSString
    return expression.matches(in: text, range: NSRange(location: 0, length: whole.length)).map { match in
      let before = whole.substring(to: match.range.location)
      return (before.utf8.count { $0 == newline } + 1, whole.substring(with: match.range))
    }
  }
}
