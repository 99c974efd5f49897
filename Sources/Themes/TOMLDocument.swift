/// The values of a TOML text by their dotted keys, each with its line.
///
/// It reads TOML 1.0 and reports errors with their line. Values that no theme has, such as times and numbers with
/// fractions, are neither checked nor kept. No text makes it trap, and nesting, keys and their lengths are bounded.
struct TOMLDocument {
  /// A value and its position.
  struct Entry: Equatable {
    var value: TOMLValue
    var line: Int

    var string: String? { if case .string(let text) = value { text } else { nil } }
  }

  /// All values except those in arrays, by their dotted keys, whether the author wrote sections, dots or quotes.
  private(set) var entries: [String: Entry] = [:]
  /// The lines of the section headers.
  private var sections: [String: Int] = [:]
  private var tables = TOMLTables()

  /// Reads a text.
  ///
  /// - Throws: when the text is not TOML.
  init(_ bytes: [UInt8]) throws(TOMLError) {
    var scanner = try TOMLScanner(bytes)
    // Some editors write a byte order mark.
    _ = scanner.take("\u{FEFF}")
    var table: TOMLTables.Path = []
    var section = tables.beginSection()
    while true {
      try scanner.skipLines()
      guard let byte = scanner.next else { return }
      if byte == UInt8(ascii: "[") {
        table = try readHeader(&scanner)
        section = tables.beginSection()
      } else {
        try readPair(&scanner, in: table, section: section, depth: 0)
      }
      try scanner.endLine()
    }
  }

  /// Returns the line of a dotted key, or of the section that it belongs to; nil when neither exists.
  func line(of key: String) -> Int? {
    if let line = entries[key]?.line { return line }
    var section = key[...]
    while true {
      if let line = sections[String(section)] { return line }
      guard let dot = section.lastIndex(of: ".") else { return nil }
      section = section[..<dot]
    }
  }

  // MARK: - Statements

  private mutating func readHeader(_ scanner: inout TOMLScanner) throws(TOMLError) -> TOMLTables.Path {
    let line = scanner.line
    let isElement = scanner.take("[[")
    if !isElement { scanner.take() }
    scanner.skipBlanks()
    let keys = try readKeys(&scanner)
    guard isElement ? scanner.take("]]") : scanner.take("]") else {
      throw scanner.error(isElement ? "expected \"]]\"" : "expected \"]\"")
    }
    let path = try isElement ? tables.defineElement(keys, line: line) : tables.defineTable(keys, line: line)
    sections[TOMLTables.name(of: path)] = line
    // No theme has an array of tables; as a value it is reported as unknown.
    if isElement { entries[TOMLTables.name(of: path)] = Entry(value: .other, line: line) }
    return path
  }

  private mutating func readPair(
    _ scanner: inout TOMLScanner, in table: TOMLTables.Path, section: Int, depth: Int
  ) throws(TOMLError) {
    let line = scanner.line
    let keys = try readKeys(&scanner)
    guard scanner.take("=") else { throw scanner.error("expected \"=\" after a key") }
    scanner.skipBlanks()
    let path = try tables.defineKey(keys, in: table, section: section, line: line)
    if let value = try readValue(&scanner, at: path, depth: depth) { keep(value, at: path, line) }
  }

  private mutating func keep(_ value: TOMLValue, at path: TOMLTables.Path, _ line: Int) {
    let isInArray = path.contains { if case .element = $0 { true } else { false } }
    if !isInArray { entries[TOMLTables.name(of: path)] = Entry(value: value, line: line) }
  }

  // MARK: - Keys

  /// Reads the parts of a key and the blanks after it.
  private func readKeys(_ scanner: inout TOMLScanner) throws(TOMLError) -> [String] {
    var keys: [String] = []
    repeat {
      scanner.skipBlanks()
      keys.append(try readKey(&scanner))
      guard keys.count <= TOMLTables.deepest else {
        throw scanner.error("expected a key of at most \(TOMLTables.deepest) parts")
      }
      scanner.skipBlanks()
    } while scanner.take(".")
    return keys
  }

  private func readKey(_ scanner: inout TOMLScanner) throws(TOMLError) -> String {
    if let quoted = try scanner.takeLine() { return quoted }
    let bare = scanner.take { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    guard !bare.isEmpty else { throw scanner.error("expected a key: letters, digits, - and _, or a quoted string") }
    return String(decoding: bare, as: UTF8.self)
  }

  // MARK: - Values

  /// Reads a value; returns nil for an inline table, whose values are kept under their own keys.
  private mutating func readValue(
    _ scanner: inout TOMLScanner, at path: TOMLTables.Path, depth: Int
  ) throws(TOMLError) -> TOMLValue? {
    guard depth < TOMLTables.deepest else {
      throw scanner.error("expected at most \(TOMLTables.deepest) nested arrays and tables")
    }
    if let text = try scanner.takeString() { return .string(text) }
    if scanner.take("[") {
      try readArray(&scanner, at: path, depth: depth + 1)
      return .other
    }
    if scanner.take("{") {
      try readInlineTable(&scanner, at: path, depth: depth + 1)
      return nil
    }
    return try readScalar(&scanner)
  }

  private func readScalar(_ scanner: inout TOMLScanner) throws(TOMLError) -> TOMLValue {
    let word = scanner.take(while: Self.isInWord)
    guard !word.isEmpty else {
      throw scanner.error("expected a value: a quoted string, a number, true, false, a time, [array] or {table}")
    }
    // A blank may separate a date from its time.
    if word.count == 10, word.contains(UInt8(ascii: "-")), scanner.byte(1)?.isDigit ?? false, scanner.take(" ") {
      _ = scanner.take(while: Self.isInWord)
      return .other
    }
    return TOMLValue(word: word)
  }

  private static func isInWord(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || [UInt8]("+-_.:".utf8).contains(byte)
  }

  private mutating func readArray(
    _ scanner: inout TOMLScanner, at path: TOMLTables.Path, depth: Int
  ) throws(TOMLError) {
    var count = 0
    while true {
      try scanner.skipLines()
      if scanner.take("]") { return }
      _ = try readValue(&scanner, at: path + [.element(count)], depth: depth)
      count += 1
      try scanner.skipLines()
      if scanner.take("]") { return }
      guard scanner.take(",") else { throw scanner.error("expected \",\" or \"]\" in an array") }
    }
  }

  private mutating func readInlineTable(
    _ scanner: inout TOMLScanner, at path: TOMLTables.Path, depth: Int
  ) throws(TOMLError) {
    let section = tables.beginSection()
    scanner.skipBlanks()
    if scanner.take("}") { return }
    while true {
      try readPair(&scanner, in: path, section: section, depth: depth)
      scanner.skipBlanks()
      if scanner.take("}") { return }
      guard scanner.take(",") else { throw scanner.error("expected \",\" or \"}\" in an inline table") }
      scanner.skipBlanks()
    }
  }
}

/// A TOML value, reduced to the types that themes use.
enum TOMLValue: Equatable {
  case string(String)
  case integer(Int64)
  /// Any other value, which no theme has.
  case other

  /// Makes the value of a word without quotes. Whether it is a time, a number with a fraction or nothing does not matter.
  init(word: [UInt8]) {
    let text = String(decoding: word, as: UTF8.self)
    self = Self.integer(text).map(TOMLValue.integer) ?? .other
  }

  private static func integer(_ text: String) -> Int64? {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
      return digits(text.dropFirst(2), radix: radix).flatMap { Int64($0, radix: radix) }
    }
    let hasSign = text.hasPrefix("-") || text.hasPrefix("+")
    guard let digits = digits(hasSign ? text.dropFirst() : text[...], radix: 10) else { return nil }
    guard digits == "0" || !digits.hasPrefix("0") else { return nil }
    return Int64((hasSign ? text.prefix(1) : "") + digits)
  }

  /// Returns the digits without the underscores between them; nil if there are other characters.
  private static func digits(_ text: Substring, radix: Int) -> String? {
    let groups = text.split(separator: "_", omittingEmptySubsequences: false)
    let isWhole = groups.allSatisfy { group in
      !group.isEmpty && group.allSatisfy { $0.isASCII && $0.hexDigitValue.map { $0 < radix } ?? false }
    }
    return isWhole ? groups.joined() : nil
  }
}

/// Why a text is not TOML.
struct TOMLError: Error, Equatable {
  /// The line at fault, from 1.
  var line: Int
  /// What was expected, such as `expected a value`.
  var problem: String
}
