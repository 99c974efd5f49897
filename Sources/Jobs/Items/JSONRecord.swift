import OSText

/// Parses one JSON object (RFC 8259) into names and values; checks all of it, including nested values.
struct JSONRecord {
  /// What is wrong, and at which byte, from 0.
  struct Problem: Error {
    var reason: String
    var position: Int
  }

  private static let maximumDepth = 512

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Returns the members of the object in `bytes`.
  ///
  /// - Parameter previous: the names of the previous record, which are shared when they are the same.
  /// - Throws: what was expected, and where.
  static func parse(_ bytes: UnsafeRawBufferPointer, previous: FieldTable? = nil) throws(Problem) -> Fields {
    var record = JSONRecord(bytes)
    record.skipBlanks()
    let fields = try record.object(previous: previous)
    record.skipBlanks()
    guard record.position == bytes.count else { throw record.expected("the end of the line") }
    return fields
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func expected(_ what: String) -> Problem { Problem(reason: "expected \(what)", position: position) }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func object(previous: FieldTable?) throws(Problem) -> Fields {
    guard take(UInt8(ascii: "{")) else { throw expected("a JSON object") }
    var gathered = GatheredMembers(previous)
    try members { (record, name) throws(Problem) in
      let isString = record.current == UInt8(ascii: "\"")
      gathered.add(name, try record.topLevelValue(), isString: isString)
    }
    return gathered.fields
  }

  /// Parses the members after an opening brace, up to the closing one.
  private mutating func members(
    _ member: (inout JSONRecord, String) throws(Problem) -> Void
  ) throws(Problem) {
    skipBlanks()
    if take(UInt8(ascii: "}")) { return }
    while true {
      skipBlanks()
      guard current == UInt8(ascii: "\"") else { throw expected("a member's name in double quotes") }
      let name = try string().exact
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw expected("a colon after a member's name") }
      skipBlanks()
      try member(&self, name)
      skipBlanks()
      if take(UInt8(ascii: "}")) { return }
      guard take(UInt8(ascii: ",")) else { throw expected("a comma or a closing brace") }
    }
  }

  private mutating func topLevelValue() throws(Problem) -> ByteText? {
    if current == UInt8(ascii: "\"") { return try string() }
    let start = position
    try skipValue(depth: 1)
    let text = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    return text.elementsEqual("null".utf8) ? nil : ByteText(text)
  }

  private mutating func skipValue(depth: Int) throws(Problem) {
    guard depth < Self.maximumDepth else { throw expected("at most \(Self.maximumDepth) levels of nesting") }
    switch current {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "{"):
      position += 1
      try members { (record, _) throws(Problem) in try record.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["): try skipArray(depth: depth)
    case UInt8(ascii: "t"): try skipWord("true")
    case UInt8(ascii: "f"): try skipWord("false")
    case UInt8(ascii: "n"): try skipWord("null")
    default: try skipNumber()
    }
  }

  private mutating func skipArray(depth: Int) throws(Problem) {
    position += 1
    skipBlanks()
    if take(UInt8(ascii: "]")) { return }
    while true {
      skipBlanks()
      try skipValue(depth: depth + 1)
      skipBlanks()
      if take(UInt8(ascii: "]")) { return }
      guard take(UInt8(ascii: ",")) else { throw expected("a comma or a closing bracket") }
    }
  }

  private mutating func skipWord(_ word: StaticString) throws(Problem) {
    let letters = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[position...].starts(with: letters) else { throw expected("a JSON value") }
    position += letters.count
  }

  private mutating func skipNumber() throws(Problem) {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) && skipDigits() == 0 {
      position = start
      throw expected("a JSON value")
    }
    if take(UInt8(ascii: ".")) && skipDigits() == 0 { throw expected("a digit") }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      if skipDigits() == 0 { throw expected("a digit") }
    }
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  /// Parses the string that starts here and decodes its escapes.
  private mutating func string() throws(Problem) -> ByteText {
    position += 1
    let start = position
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    if take(UInt8(ascii: "\"")) { return ByteText(UnsafeRawBufferPointer(rebasing: bytes[start..<position - 1])) }
    var text = [UInt8](bytes[start..<position])
    while let byte = current, byte >= 0x20 {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return ByteText(text)
      case UInt8(ascii: "\\"): try escape(into: &text)
      default: text.append(byte)
      }
    }
    throw expected(current == nil ? "a closing quote" : "an escape instead of a control character")
  }

  private mutating func escape(into text: inout [UInt8]) throws(Problem) {
    guard let byte = current else { throw expected("a closing quote") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try unicodeEscape())).utf8)
    default:
      position -= 1
      throw expected("one of \" \\ / b f n r t u after a backslash")
    }
  }

  /// Parses the character of `\uXXXX` or of a surrogate pair; half a pair becomes U+FFFD.
  private mutating func unicodeEscape() throws(Problem) -> Unicode.Scalar {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let afterFirst = position
    if (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
      let second = try fourHexDigits()
      if (0xDC00..<0xE000).contains(second) {
        return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) ?? "\u{FFFD}"
      }
    }
    position = afterFirst
    return "\u{FFFD}"
  }

  private mutating func fourHexDigits() throws(Problem) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw expected("four hexadecimal digits")
      }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }
}

/// Gathers the members of one JSON object. Of duplicate names the last one counts, as in nearly every JSON library.
struct GatheredMembers {
  private let previous: FieldTable?
  /// All names from the first that differs from the previous record, including those before it; empty until then.
  private var names: [String] = []
  private var positions: [FieldName: Int] = [:]
  private var values: [ByteText?] = []
  private var texts: Set<Int> = []
  private var isAsBefore: Bool

  /// Starts with the names of the previous record, because most records have the same ones.
  init(_ previous: FieldTable?) {
    self.previous = previous
    isAsBefore = previous != nil
    values.reserveCapacity(previous?.names.count ?? 0)
  }

  /// Adds the next member.
  mutating func add(_ name: String, _ value: ByteText?, isString: Bool) {
    if isAsBefore {
      if let previous, values.count < previous.names.count, OSText.isSame(previous.names[values.count], name) {
        return append(value, isString)
      }
      differ()
    }
    if let double = positions[FieldName(name)] {
      values[double] = value
      note(value, isString, at: double)
    } else {
      positions[FieldName(name)] = names.count
      names.append(name)
      append(value, isString)
    }
  }

  /// The fields of the record.
  var fields: Fields {
    let own = isAsBefore ? Array((previous?.names ?? []).prefix(values.count)) : names
    if let previous, previous.isSame(as: own) { return Fields(previous, values, texts: texts) }
    return Fields(FieldTable(own), values, texts: texts)
  }

  private mutating func differ() {
    isAsBefore = false
    names = Array((previous?.names ?? []).prefix(values.count))
    positions = Dictionary(uniqueKeysWithValues: zip(names.lazy.map(FieldName.init), names.indices))
  }

  private mutating func append(_ value: ByteText?, _ isString: Bool) {
    values.append(value)
    note(value, isString, at: values.count - 1)
  }

  /// Remembers strings that could be taken for numbers; others need no note.
  private mutating func note(_ value: ByteText?, _ isString: Bool, at position: Int) {
    if isString, let value, NumberSpelling(value) != nil {
      texts.insert(position)
    } else if !texts.isEmpty {
      texts.remove(position)
    }
  }
}
