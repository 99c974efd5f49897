import SQLite

/// Writes the current row of a statement as bytes, without creating intermediate values.
struct RowWriter {
  private let format: RowFormat
  /// For JSON, the text before each value: `{"id":`, `,"name":`.
  private let prefixes: [[UInt8]]
  private let columnCount: Int

  init(format: RowFormat, statement: SQLiteStatement) {
    self.format = format
    let names = statement.columnNames
    columnCount = names.count
    prefixes = names.enumerated().map { column, name in
      var bytes: [UInt8] = [UInt8(ascii: column == 0 ? "{" : ",")]
      RowWriter.appendJSON(Array(name.utf8), to: &bytes)
      return bytes + [UInt8(ascii: ":")]
    }
  }

  /// Appends one line.
  func append(_ statement: SQLiteStatement, to buffer: inout [UInt8]) {
    let separator = UInt8(ascii: format == .csv ? "," : "\t")
    for column in 0..<columnCount {
      if format == .json {
        buffer.append(contentsOf: prefixes[column])
      } else if column > 0 {
        buffer.append(separator)
      }
      appendValue(statement, column, to: &buffer)
    }
    if format == .json && columnCount > 0 { buffer.append(UInt8(ascii: "}")) }
    buffer.append(UInt8(ascii: "\n"))
  }

  private func appendValue(_ statement: SQLiteStatement, _ column: Int, to buffer: inout [UInt8]) {
    switch statement.kind(column) {
    case .null: if format == .json { buffer.append(contentsOf: "null".utf8) }
    case .integer: Self.append(statement.integer(column), to: &buffer)
    case .real: appendReal(statement, column, to: &buffer)
    case .blob: appendBlob(statement.rawBytes(column), to: &buffer)
    case .text: appendText(statement.rawText(column), to: &buffer)
    }
  }

  private static func append(_ number: Int64, to buffer: inout [UInt8]) {
    // The last digit first. A string for each number would cost more than the rest of a short row.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = number.magnitude
      var start = 20
      repeat {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      } while rest > 0
      if number < 0 { buffer.append(UInt8(ascii: "-")) }
      buffer.append(contentsOf: digits[start...])
    }
  }

  /// Appends SQLite's spelling with 15 digits if it is exact; otherwise as many digits as the number needs.
  private func appendReal(_ statement: SQLiteStatement, _ column: Int, to buffer: inout [UInt8]) {
    let number = statement.real(column)
    if format == .json && !number.isFinite { return buffer.append(contentsOf: "null".utf8) }
    let bytes = statement.rawText(column)
    if number.isFinite && Double(String(decoding: bytes, as: UTF8.self)) != number {
      buffer.append(contentsOf: number.description.utf8)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  private func appendBlob(_ bytes: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    let digits = Array("0123456789ABCDEF".utf8)
    buffer.append(contentsOf: format == .json ? "\"".utf8 : "X'".utf8)
    for byte in bytes {
      buffer.append(digits[Int(byte >> 4)])
      buffer.append(digits[Int(byte & 15)])
    }
    buffer.append(UInt8(ascii: format == .json ? "\"" : "'"))
  }

  private func appendText(_ bytes: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    switch format {
    case .tsv: Self.appendTSV(bytes, to: &buffer)
    case .csv: Self.appendCSV(bytes, to: &buffer)
    case .json: Self.appendJSON(bytes, to: &buffer)
    }
  }

  private static func appendTSV(_ bytes: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    var start = 0
    for (position, byte) in bytes.enumerated() {
      guard let escape = tsvEscape(byte) else { continue }
      buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
      buffer.append(UInt8(ascii: "\\"))
      buffer.append(escape)
      start = position + 1
    }
    buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start...]))
  }

  /// Returns the byte after the backslash that replaces a byte; nil for a byte that is not escaped.
  private static func tsvEscape(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\t"): UInt8(ascii: "t")
    case UInt8(ascii: "\n"): UInt8(ascii: "n")
    case UInt8(ascii: "\r"): UInt8(ascii: "r")
    case UInt8(ascii: "\\"): UInt8(ascii: "\\")
    default: nil
    }
  }

  private static func appendCSV(_ bytes: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let needsQuotes = bytes.isEmpty || bytes.contains { $0 == quote || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
    guard needsQuotes else { return buffer.append(contentsOf: bytes) }
    buffer.append(quote)
    for byte in bytes {
      if byte == quote { buffer.append(quote) }
      buffer.append(byte)
    }
    buffer.append(quote)
  }

  private static func appendJSON(_ bytes: some Collection<UInt8>, to buffer: inout [UInt8]) {
    buffer.append(UInt8(ascii: "\""))
    // Decoding repairs invalid UTF-8.
    for byte in String(decoding: bytes, as: UTF8.self).utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): buffer += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): buffer.append(contentsOf: #"\n"#.utf8)
      case UInt8(ascii: "\r"): buffer.append(contentsOf: #"\r"#.utf8)
      case UInt8(ascii: "\t"): buffer.append(contentsOf: #"\t"#.utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        buffer.append(contentsOf: (digits.count == 1 ? "\\u000" : "\\u00").utf8)
        buffer.append(contentsOf: digits.utf8)
      default: buffer.append(byte)
      }
    }
    buffer.append(UInt8(ascii: "\""))
  }
}
