/// The fields of an item as the JSON object that a run file stores.
public enum FieldsText {
  /// Encodes names and values; nil becomes `null`, and invalid UTF-8 becomes U+FFFD.
  public static func encode(names: [String], values: [[UInt8]?]) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    for (name, value) in zip(names, values) {
      json.key(name)
      if let value { json.string(value) } else { json.null() }
    }
    json.endObject()
    return json.bytes
  }

  /// Decodes the text that ``encode(names:values:)`` produces, with the fields in order; nil for anything else.
  public static func decode(_ bytes: [UInt8]) -> (names: [String], values: [[UInt8]?])? {
    var scanner = Scanner(bytes)
    return scanner.object()
  }

  private struct Scanner {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func object() -> (names: [String], values: [[UInt8]?])? {
      var names: [String] = []
      var values: [[UInt8]?] = []
      guard take("{") else { return nil }
      while !take("}") {
        guard names.isEmpty || take(","), let name = string(), take(":") else { return nil }
        names.append(String(decoding: name, as: UTF8.self))
        if take("null") {
          values.append(nil)
        } else {
          guard let value = string() else { return nil }
          values.append(value)
        }
      }
      return rest.isEmpty ? (names, values) : nil
    }

    private mutating func take(_ text: String) -> Bool {
      guard rest.starts(with: text.utf8) else { return false }
      rest = rest.dropFirst(text.utf8.count)
      return true
    }

    private mutating func string() -> [UInt8]? {
      guard take("\"") else { return nil }
      var text: [UInt8] = []
      while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "\""): return text
        case UInt8(ascii: "\\"):
          guard let escaped = escaped() else { return nil }
          text.append(escaped)
        default: text.append(byte)
        }
      }
      return nil
    }

    private mutating func escaped() -> UInt8? {
      switch rest.popFirst() {
      case UInt8(ascii: "n"): return UInt8(ascii: "\n")
      case UInt8(ascii: "r"): return UInt8(ascii: "\r")
      case UInt8(ascii: "t"): return UInt8(ascii: "\t")
      case UInt8(ascii: "u"):
        let digits = rest.prefix(4)
        rest = rest.dropFirst(4)
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      case let byte: return byte
      }
    }
  }
}
