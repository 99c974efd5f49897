/// A position in the bytes of a TOML text; handles blanks, comments and line ends.
struct TOMLScanner {
  private let bytes: [UInt8]
  private var place = 0
  /// The line of the position, from 1.
  private(set) var line = 1

  /// - Throws: when the bytes are not UTF-8.
  init(_ bytes: [UInt8]) throws(TOMLError) {
    self.bytes = bytes
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    let lines = bytes.split(separator: .newline, omittingEmptySubsequences: false)
    let wrong = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    throw TOMLError(line: wrong + 1, problem: "expected UTF-8")
  }

  /// The next byte; nil at the end.
  var next: UInt8? { byte(0) }

  /// Returns the byte at an offset from the position; nil beyond the end.
  func byte(_ offset: Int) -> UInt8? { place + offset < bytes.count ? bytes[place + offset] : nil }

  func error(_ problem: String) -> TOMLError { TOMLError(line: line, problem: problem) }

  /// Takes the next byte, if there is one.
  @discardableResult
  mutating func take() -> UInt8? {
    guard let byte = next else { return nil }
    if byte == .newline { line += 1 }
    place += 1
    return byte
  }

  /// Takes these bytes if they are next.
  mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    let isNext = text.withUTF8Buffer { bytes[place...].prefix(count).elementsEqual($0) }
    if isNext { for _ in 0..<count { take() } }
    return isNext
  }

  /// Takes all bytes up to the first one that does not match.
  mutating func take(while fits: (UInt8) -> Bool) -> [UInt8] {
    let start = place
    while let byte = next, fits(byte) { take() }
    return Array(bytes[start..<place])
  }

  mutating func skipBlanks() { while let byte = next, byte.isBlank { take() } }

  /// Skips blanks, comments and line ends.
  mutating func skipLines() throws(TOMLError) {
    while true {
      skipBlanks()
      if next == UInt8(ascii: "#") { try skipComment() }
      guard takeNewline() else { return }
    }
  }

  /// Takes blanks and a comment after a statement, and the end of the line.
  mutating func endLine() throws(TOMLError) {
    skipBlanks()
    if next == UInt8(ascii: "#") { try skipComment() }
    guard next == nil || takeNewline() else { throw error("expected the end of the line") }
  }

  /// Takes the end of a line, if it is next.
  mutating func takeNewline() -> Bool { take("\n") || take("\r\n") }

  private mutating func skipComment() throws(TOMLError) {
    while let byte = next, !isNewline {
      guard byte.isText else { throw error("expected no control character in a comment") }
      take()
    }
  }

  private var isNewline: Bool { next == .newline || next == .carriageReturn && byte(1) == .newline }
}

extension UInt8 {
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  /// Whether the byte separates words within a line.
  var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

  /// Whether the byte can occur in a string or a comment: any but control characters, except the tab.
  var isText: Bool { self >= 0x20 && self != 0x7F || self == UInt8(ascii: "\t") }

  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}

extension TOMLScanner {
  /// Takes a string in quotes of any kind; returns nil if none starts here.
  mutating func takeString() throws(TOMLError) -> String? {
    if take("\"\"\"") { return try takeLines(closing: UInt8(ascii: "\""), hasEscapes: true) }
    if take("'''") { return try takeLines(closing: UInt8(ascii: "'"), hasEscapes: false) }
    return try takeLine()
  }

  /// Takes a string of one line; returns nil if none starts here.
  mutating func takeLine() throws(TOMLError) -> String? {
    guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    take()
    var text: [UInt8] = []
    while let byte = next, byte != quote {
      guard byte.isText else { throw error("expected \(Self.name(of: quote)) at the end of the string") }
      take()
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        try appendEscape(to: &text)
      } else {
        text.append(byte)
      }
    }
    guard take() != nil else { throw error("expected \(Self.name(of: quote)) at the end of the string") }
    return String(decoding: text, as: UTF8.self)
  }

  private static func name(of quote: UInt8) -> String { String(UnicodeScalar(quote)) }

  // MARK: - Several lines

  private mutating func takeLines(closing quote: UInt8, hasEscapes: Bool) throws(TOMLError) -> String {
    let first = line
    _ = takeNewline()
    var text: [UInt8] = []
    while let byte = next {
      if byte == quote, takeClosing(quote, &text) { return String(decoding: text, as: UTF8.self) }
      try takeCharacter(&text, hasEscapes: hasEscapes)
    }
    throw TOMLError(line: first, problem: "expected three quotes at the end of the string that starts here")
  }

  /// Takes quotes; three of them close the string, and up to two before them belong to it.
  private mutating func takeClosing(_ quote: UInt8, _ text: inout [UInt8]) -> Bool {
    var count = 0
    while count < 5, next == quote {
      take()
      count += 1
    }
    text += repeatElement(quote, count: count < 3 ? count : count - 3)
    return count >= 3
  }

  private mutating func takeCharacter(_ text: inout [UInt8], hasEscapes: Bool) throws(TOMLError) {
    if takeNewline() { return text.append(.newline) }
    guard let byte = next else { return }
    // Closing quotes were taken before; others are part of the string.
    guard byte.isText else { throw error("expected no control character in a string") }
    take()
    guard byte == UInt8(ascii: "\\"), hasEscapes else { return text.append(byte) }
    if try !takeJoinedLines() { try appendEscape(to: &text) }
  }

  /// Takes the blanks and line ends after a backslash at the end of a line; returns false if there are none.
  private mutating func takeJoinedLines() throws(TOMLError) -> Bool {
    guard let byte = next, byte.isBlank || byte == .newline || byte == .carriageReturn else { return false }
    skipBlanks()
    guard takeNewline() else { throw error("expected the end of the line after \\") }
    repeat { skipBlanks() } while takeNewline()
    return true
  }

  // MARK: - Escapes

  private mutating func appendEscape(to text: inout [UInt8]) throws(TOMLError) {
    switch next {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(next ?? 0)
    case UInt8(ascii: "u"): return try appendScalar(digits: 4, to: &text)
    case UInt8(ascii: "U"): return try appendScalar(digits: 8, to: &text)
    default: throw error("expected \\b, \\t, \\n, \\f, \\r, \\\", \\\\, \\uXXXX or \\UXXXXXXXX")
    }
    take()
  }

  private mutating func appendScalar(digits count: Int, to text: inout [UInt8]) throws(TOMLError) {
    take()
    var digits: [UInt8] = []
    while digits.count < count, let byte = next, Character(UnicodeScalar(byte)).isHexDigit {
      digits.append(byte)
      take()
    }
    let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    guard digits.count == count, let scalar = value.flatMap({ UnicodeScalar($0) }) else {
      throw error("expected \(count) hexadecimal digits of a Unicode character")
    }
    text += Array(String(Character(scalar)).utf8)
  }
}
