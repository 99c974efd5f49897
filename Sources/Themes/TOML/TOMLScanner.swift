/// A place in the bytes of a TOML text, with what all of its parts have in common: blanks, comments and line ends.
struct TOMLScanner {
  private let bytes: [UInt8]
  private var place = 0
  /// The line of the place, from 1.
  private(set) var line = 1

  /// - Throws: when the bytes are not UTF-8.
  init(_ bytes: [UInt8]) throws(TOMLError) {
    self.bytes = bytes
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    let lines = bytes.split(separator: .newline, omittingEmptySubsequences: false)
    let wrong = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    throw TOMLError(line: wrong + 1, problem: "expected UTF-8")
  }

  /// The byte at the place; nil at the end.
  var next: UInt8? { byte(0) }

  /// A byte behind the place; nil beyond the end.
  func byte(_ offset: Int) -> UInt8? { place + offset < bytes.count ? bytes[place + offset] : nil }

  /// An error at the place.
  func error(_ problem: String) -> TOMLError { TOMLError(line: line, problem: problem) }

  /// Takes the byte at the place, if there is one.
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

  /// Takes all bytes up to the first one that does not fit.
  mutating func take(while fits: (UInt8) -> Bool) -> [UInt8] {
    let start = place
    while let byte = next, fits(byte) { take() }
    return Array(bytes[start..<place])
  }

  /// Passes over blanks and tabs.
  mutating func skipBlanks() { while let byte = next, byte.isBlank { take() } }

  /// Passes over blanks, comments and line ends.
  mutating func skipLines() throws(TOMLError) {
    while true {
      skipBlanks()
      if next == UInt8(ascii: "#") { try skipComment() }
      guard takeNewline() else { return }
    }
  }

  /// Takes what may follow a statement on its line, and the end of the line.
  mutating func endLine() throws(TOMLError) {
    skipBlanks()
    if next == UInt8(ascii: "#") { try skipComment() }
    guard next == nil || takeNewline() else { throw error("expected the end of the line") }
  }

  /// Takes the end of a line, if that is next.
  mutating func takeNewline() -> Bool { take("\n") || take("\r\n") }

  private mutating func skipComment() throws(TOMLError) {
    while let byte = next, !isNewline {
      guard byte.isText else { throw error("a control character in a comment") }
      take()
    }
  }

  private var isNewline: Bool { next == .newline || next == .carriageReturn && byte(1) == .newline }
}

extension UInt8 {
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  /// Whether it separates words in a line.
  var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

  /// Whether it may stand in a text or a comment: no control character but the tab.
  var isText: Bool { self >= 0x20 && self != 0x7F || self == UInt8(ascii: "\t") }

  /// Whether it is a decimal digit.
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// Whether it is a letter from A to Z.
  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
