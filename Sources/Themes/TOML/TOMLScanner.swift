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

  /// Makes an error at the position.
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

  /// Skips blanks and tabs.
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

  /// Whether the byte is a decimal digit.
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// Whether the byte is a letter from A to Z or a to z.
  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
