import OSText

/// Writes JSON, one value after the other; the input need not be valid text.
struct JSONText {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// Forgets the bytes after they were written elsewhere, and continues behind them.
  ///
  /// - Parameter isAfterValue: whether the next bytes follow a value.
  mutating func removeAll(isAfterValue: Bool) {
    bytes.removeAll(keepingCapacity: true)
    needsComma = isAfterValue
  }

  mutating func beginObject() { open("{") }
  mutating func endObject() { close("}") }
  mutating func beginArray() { open("[") }
  mutating func endArray() { close("]") }

  mutating func key(_ name: String) {
    string(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  mutating func null() { value("null") }
  mutating func bool(_ flag: Bool) { value(flag ? "true" : "false") }
  mutating func integer(_ number: Int) { value(String(number)) }

  /// Writes a number that is already formatted, such as `12.345`.
  mutating func number(_ digits: String) { value(digits) }

  mutating func string(_ text: String) {
    separate()
    var text = text
    text.withUTF8 { EscapedText.appendJSON(UnsafeRawBufferPointer($0), to: &bytes) }
  }

  /// Writes a string of bytes; invalid UTF-8 becomes U+FFFD.
  mutating func string(_ text: [UInt8]) {
    separate()
    text.withUnsafeBytes { EscapedText.appendJSON($0, to: &bytes) }
  }

  // MARK: - Members

  mutating func member(_ name: String, _ text: String) {
    key(name)
    string(text)
  }

  mutating func member(_ name: String, _ text: [UInt8]) {
    key(name)
    string(text)
  }

  mutating func member(_ name: String, _ number: Int?) {
    key(name)
    if let number { integer(number) } else { null() }
  }

  /// Writes a member whose number is already formatted, such as `12.345`.
  mutating func member(_ name: String, digits: String) {
    key(name)
    number(digits)
  }

  // MARK: - Whole texts

  /// Returns an array of strings.
  static func array(_ words: [String]) -> String {
    var json = JSONText()
    json.beginArray()
    for word in words { json.string(word) }
    json.endArray()
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// Returns an object of strings, in the order of their names.
  static func object(_ members: [String: String]) -> String {
    var json = JSONText()
    json.beginObject()
    for (name, value) in members.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// Writes JSON that was made elsewhere.
  mutating func raw(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
  }

  mutating func newline() {
    bytes.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  private mutating func value(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func open(_ bracket: String) {
    separate()
    bytes.append(contentsOf: bracket.utf8)
    needsComma = false
  }

  private mutating func close(_ bracket: String) {
    bytes.append(contentsOf: bracket.utf8)
    needsComma = true
  }
}

/// The fields of an item as the JSON object that a run file stores.
package enum FieldsText {
  /// Encodes names and values; nil becomes `null`, and invalid UTF-8 becomes U+FFFD.
  package static func encode(names: [String], values: [[UInt8]?]) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    for (name, value) in zip(names, values) {
      json.key(name)
      if let value { json.string(value) } else { json.null() }
    }
    json.endObject()
    return json.bytes
  }
}
