/// Texts in the notations of TSV, CSV and JSON.
public enum EscapedText {
  private static let quote = UInt8(ascii: "\"")

  /// Appends a value of TSV; a tab, newline, carriage return or backslash becomes `\t`, `\n`, `\r` or `\\`.
  public static func appendTSV(_ text: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    append(text, to: &buffer) { byte in
      switch byte {
      case UInt8(ascii: "\t"): #"\t"#
      case UInt8(ascii: "\n"): #"\n"#
      case UInt8(ascii: "\r"): #"\r"#
      case UInt8(ascii: "\\"): #"\\"#
      default: nil
      }
    }
  }

  /// Appends a value of CSV (RFC 4180), in quotes if it has a comma, a quote or a line end.
  public static func appendCSV(_ text: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    guard text.contains(where: { $0 == quote || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
      return buffer.append(contentsOf: text)
    }
    buffer.append(quote)
    appendInsideCSV(text, to: &buffer)
    buffer.append(quote)
  }

  /// Appends a part of a quoted value of CSV.
  public static func appendInsideCSV(_ text: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    append(text, to: &buffer) { $0 == quote ? #""""# : nil }
  }

  /// Appends a JSON string with its quotes; invalid UTF-8 becomes U+FFFD.
  public static func appendJSON(_ text: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    buffer.append(quote)
    appendInsideJSON(text, to: &buffer)
    buffer.append(quote)
  }

  /// Appends a part of a JSON string; invalid UTF-8 becomes U+FFFD.
  public static func appendInsideJSON(_ text: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    if text.allSatisfy({ $0 < 0x80 }) || isUTF8(text) {
      append(text, to: &buffer, escapingJSON)
    } else {
      var repaired = String(decoding: text, as: UTF8.self)
      repaired.withUTF8 { append(UnsafeRawBufferPointer($0), to: &buffer, escapingJSON) }
    }
  }

  private static func isUTF8(_ text: UnsafeRawBufferPointer) -> Bool { String(validating: text, as: UTF8.self) != nil }

  private static func escapingJSON(_ byte: UInt8) -> String? {
    switch byte {
    case quote: #"\""#
    case UInt8(ascii: "\\"): #"\\"#
    case UInt8(ascii: "\n"): #"\n"#
    case UInt8(ascii: "\r"): #"\r"#
    case UInt8(ascii: "\t"): #"\t"#
    case 0..<0x20, 0x7F: (byte < 0x10 ? #"\u000"# : #"\u00"#) + String(byte, radix: 16)
    default: nil
    }
  }

  /// Appends bytes, some of them escaped, and the runs between those at once.
  @inline(__always)
  private static func append(
    _ text: UnsafeRawBufferPointer, to buffer: inout [UInt8], _ escape: (UInt8) -> String?
  ) {
    var start = 0
    for (position, byte) in text.enumerated() {
      guard let escaped = escape(byte) else { continue }
      buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<position]))
      buffer.append(contentsOf: escaped.utf8)
      start = position + 1
    }
    buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start...]))
  }
}
