/// Splits SQL into statements and finds parameters, without understanding the rest.
///
/// It knows what can hide a semicolon, a colon or a dollar sign: quoted texts and names, dollar quotes, comments (also
/// nested ones), casts, parentheses and the bodies of functions written in SQL. Everything works on bytes, and all
/// characters beyond ASCII are letters.
struct SQLLexer {
  /// A piece of SQL that matters.
  enum Token: Equatable {
    /// `$1`; the number is nil if it is too large.
    case number(Int?)
    /// `:name`, without the colon.
    case name(String)
    /// `;` at the end of a statement.
    case end
    /// Anything else that is neither blank nor comment.
    case other
  }

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private var body = FunctionBody()
  /// Whether the text ends inside a quoted text or a comment.
  private(set) var isUnclosed = false

  /// The largest number of a parameter.
  static let largestNumber = 65_535

  init(_ text: String) { self.init(Array(text.utf8)) }

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next token and the bytes where it is; nil at the end.
  mutating func next() -> (token: Token, place: Range<Int>)? {
    skipBlanks()
    guard position < bytes.count else { return nil }
    let start = position
    let token = read()
    return (token, start..<position)
  }

  /// Whether a statement is a query, which cannot end its transaction, as a procedure can.
  static func isAtomic(_ query: String) -> Bool {
    var lexer = SQLLexer(query)
    guard let place = lexer.next()?.place else { return false }
    let word = String(decoding: lexer.bytes[place], as: UTF8.self).lowercased()
    return ["select", "values", "with", "table"].contains(word)
  }

  // MARK: - Blanks and comments

  private mutating func skipBlanks() {
    while let byte = peek() {
      if Self.isBlank(byte) {
        position += 1
      } else if isNext("--") {
        skip { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      } else if isNext("/*") {
        skipComment()
      } else {
        return
      }
    }
  }

  private mutating func skipComment() {
    var level = 0
    repeat {
      if isNext("/*") {
        level += 1
        position += 2
      } else if isNext("*/") {
        level -= 1
        position += 2
      } else {
        position += 1
      }
    } while level > 0 && position < bytes.count
    position = min(position, bytes.count)
    isUnclosed = level > 0
  }

  // MARK: - Tokens

  private mutating func read() -> Token {
    switch bytes[position] {
    case UInt8(ascii: "'"): skipQuoted(escapes: false)
    case UInt8(ascii: "\""): skipQuoted(escapes: false)
    case UInt8(ascii: "$"): return readDollar()
    case UInt8(ascii: ":"): return readColon()
    case UInt8(ascii: ";"):
      position += 1
      guard depth == 0, !body.isOpen else { return .other }
      body = FunctionBody()
      return .end
    case let byte where Self.isLetter(byte): readWord()
    case let byte where Self.isDigit(byte): skip { Self.isLetter($0) || Self.isDigit($0) || $0 == UInt8(ascii: ".") }
    case UInt8(ascii: "("):
      position += 1
      depth += 1
    case UInt8(ascii: ")"):
      position += 1
      depth = max(0, depth - 1)
    default: position += 1
    }
    return .other
  }

  /// A word; `E` directly before a quote makes backslashes escape.
  private mutating func readWord() {
    let start = position
    skip { Self.isLetter($0) || Self.isDigit($0) || $0 == UInt8(ascii: "$") }
    let word = bytes[start..<position].map { $0 | 0x20 }
    if word == [UInt8(ascii: "e")], peek() == UInt8(ascii: "'") { return skipQuoted(escapes: true) }
    if depth == 0 { body.pass(word) }
  }

  /// Skips a quoted text or name, in which the quote is doubled.
  private mutating func skipQuoted(escapes: Bool) {
    let quote = bytes[position]
    position += 1
    while let byte = peek() {
      position += 1
      if escapes && byte == UInt8(ascii: "\\") {
        position = min(position + 1, bytes.count)
      } else if byte == quote {
        guard peek() == quote else { return }
        position += 1
      }
    }
    isUnclosed = true
  }

  /// A parameter such as `$1`, or a text such as `$tag$…$tag$`.
  private mutating func readDollar() -> Token {
    let start = position
    position += 1
    let first = position
    skip(while: Self.isDigit)
    if position > first {
      let number = Int(String(decoding: bytes[first..<position], as: UTF8.self))
      return .number(number.flatMap { $0 <= Self.largestNumber ? $0 : nil })
    }
    skip { Self.isLetter($0) || Self.isDigit($0) }
    guard peek() == UInt8(ascii: "$") else {
      position = first
      return .other
    }
    position += 1
    let tag = bytes[start..<position]
    while position < bytes.count, !bytes[position...].starts(with: tag) { position += 1 }
    isUnclosed = position == bytes.count
    position = min(position + tag.count, bytes.count)
    return .other
  }

  /// A parameter such as `:name`, but neither a cast nor `:=`.
  private mutating func readColon() -> Token {
    position += 1
    if peek() == UInt8(ascii: ":") {
      position += 1
      return .other
    }
    guard let byte = peek(), Self.isLetter(byte) else { return .other }
    let start = position
    skip { Self.isLetter($0) || Self.isDigit($0) }
    return .name(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  // MARK: - Bytes

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private func isNext(_ mark: String) -> Bool { bytes[position...].starts(with: mark.utf8) }

  private mutating func skip(while condition: (UInt8) -> Bool) {
    while let byte = peek(), condition(byte) { position += 1 }
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || (0x61...0x7A).contains(byte | 0x20)
  }
}

/// Whether a statement is inside the body of a function that is written in SQL, `BEGIN ATOMIC … END`, or of a trigger
/// of SQLite, `BEGIN … END`.
private struct FunctionBody {
  private var words: [[UInt8]] = []
  private var level = 0

  var isOpen: Bool { level > 0 }

  /// Follows the words of a statement that are outside parentheses, in lower case.
  mutating func pass(_ word: [UInt8]) {
    if words.count < 4 { words.append(word) }
    guard hasBody else { return }
    switch word {
    case Array("begin".utf8): level += 1
    case Array("case".utf8) where level > 0: level += 1
    case Array("end".utf8): level = max(0, level - 1)
    default: break
    }
  }

  private var hasBody: Bool {
    guard words.first == Array("create".utf8) else { return false }
    return words.dropFirst().contains { ["function", "procedure", "trigger"].map { Array($0.utf8) }.contains($0) }
  }
}

/// A statement whose parameters all have numbers, as PostgreSQL requires.
struct NumberedQuery: Equatable {
  /// The statement with `$1` in the place of `:name`.
  let text: String
  /// The parameters as the user wrote them, in the order of their numbers; nil for a lone `$1`.
  let names: [String?]
  /// The ends of the replaced parts of ``text``, and how much longer the user's text is up to there, in characters.
  private let shifts: [(end: Int, difference: Int)]

  static func == (left: Self, right: Self) -> Bool { left.text == right.text && left.names == right.names }

  /// Reads a query.
  ///
  /// - Throws: when it has no statement or more than one, or when it mixes `$1` with `:name`.
  init(_ query: String) throws(JobError) {
    var parts = QueryParts(query)
    try parts.read()
    text = parts.text
    shifts = parts.shifts
    if parts.largest > 0 {
      names = parts.largest == 1 ? [nil] : (1...parts.largest).map { "$\($0)" }
    } else {
      names = parts.names.map { ":\($0)" }
    }
  }

  /// Returns the place in the user's text of a place in ``text``, both in characters from 0.
  func place(_ place: Int) -> Int {
    place + (shifts.last { $0.end <= place }?.difference ?? 0)
  }
}

/// Collects the parts of a ``NumberedQuery``.
private struct QueryParts {
  private let bytes: [UInt8]
  private var lexer: SQLLexer
  private var written: [UInt8] = []
  private var copied = 0
  private var numbers: [String: Int] = [:]
  private(set) var names: [String] = []
  private(set) var largest = 0
  /// The characters up to ``copied``, and those written.
  private var characters = (read: 0, written: 0)
  private(set) var shifts: [(end: Int, difference: Int)] = []

  init(_ query: String) {
    bytes = Array(query.utf8)
    lexer = SQLLexer(query)
  }

  var text: String { String(decoding: written, as: UTF8.self) }

  mutating func read() throws(JobError) {
    var end: Int?
    var isEmpty = true
    while let (token, place) = lexer.next() {
      if token == .end {
        end = end ?? place.lowerBound
        continue
      }
      guard end == nil else { throw JobError("expected one statement, found more after the first semicolon") }
      isEmpty = false
      try take(token, at: place)
    }
    if isEmpty { throw JobError("the query is empty") }
    guard largest == 0 || names.isEmpty else {
      throw JobError("the query has both $\(largest) and :\(names[0]): write either numbers or names")
    }
    copy(upTo: end ?? bytes.count)
  }

  private mutating func take(_ token: SQLLexer.Token, at place: Range<Int>) throws(JobError) {
    switch token {
    case .number(let number):
      guard let number, number > 0 else {
        throw JobError("the parameters of a query are $1 to $\(SQLLexer.largestNumber)")
      }
      largest = max(largest, number)
    case .name(let name): replace(name, at: place)
    case .other, .end: break
    }
  }

  private mutating func replace(_ name: String, at place: Range<Int>) {
    let number = numbers[name] ?? names.count + 1
    if number > names.count {
      names.append(name)
      numbers[name] = number
    }
    copy(upTo: place.lowerBound)
    let parameter = "$\(number)"
    written += parameter.utf8
    copied = place.upperBound
    characters.read += Self.count(bytes[place])
    characters.written += parameter.utf8.count
    shifts.append((characters.written, characters.read - characters.written))
  }

  private mutating func copy(upTo end: Int) {
    let part = bytes[copied..<end]
    written += part
    copied = end
    characters.read += Self.count(part)
    characters.written += Self.count(part)
  }

  private static func count(_ bytes: ArraySlice<UInt8>) -> Int { bytes.count { $0 & 0xC0 != 0x80 } }
}
