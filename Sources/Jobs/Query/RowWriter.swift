import OSText

/// The format of a query's rows.
public enum RowFormat: String, Sendable, CaseIterable {
  /// Values separated by tabs. Within them, a tab, newline, carriage return or backslash is written as `\t`, `\n`, `\r`
  /// or `\\`. NULL is empty, a blob is `X'…'` in hexadecimal.
  case tsv
  /// RFC 4180 with LF. Values with a comma, quote or line end are quoted. NULL is empty, an empty text is `""`, a blob
  /// is `X'…'` in hexadecimal.
  case csv
  /// One object per row, with the columns' names. A blob is a string of hexadecimal digits; a number that JSON cannot
  /// represent is `null`; invalid UTF-8 becomes U+FFFD.
  case json
}

/// Writes the rows of any database as bytes, one value after another, without creating intermediate values.
struct RowWriter {
  private let format: RowFormat
  /// The bytes before each value: for JSON `{"id":` and `,"name":`, otherwise nothing and then separators.
  private let prefixes: [[UInt8]]

  init(_ format: RowFormat, columns: [String]) {
    self.format = format
    prefixes = columns.enumerated().map { column, name in
      switch format {
      case .tsv: return column == 0 ? [] : [UInt8(ascii: "\t")]
      case .csv: return column == 0 ? [] : [UInt8(ascii: ",")]
      case .json:
        var bytes = [UInt8(ascii: column == 0 ? "{" : ",")]
        Array(name.utf8).withUnsafeBytes { EscapedText.appendJSON($0, to: &bytes) }
        return bytes + [UInt8(ascii: ":")]
      }
    }
  }

  /// The columns, from 0.
  var columns: Range<Int> { prefixes.indices }

  /// Starts the value of a column.
  func begin(_ column: Int, in buffer: inout [UInt8]) { buffer.append(contentsOf: prefixes[column]) }

  /// Ends a row after its last value.
  func endRow(in buffer: inout [UInt8]) {
    if format == .json && !prefixes.isEmpty { buffer.append(UInt8(ascii: "}")) }
    buffer.append(UInt8(ascii: "\n"))
  }

  func appendNull(to buffer: inout [UInt8]) { if format == .json { buffer.append(contentsOf: "null".utf8) } }

  func append(_ number: Int64, to buffer: inout [UInt8]) {
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

  /// Appends a number in the database's spelling if that is exact; otherwise with as many digits as the number needs.
  func append(_ number: Double, spelled spelling: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    if format == .json && !number.isFinite { return appendNull(to: &buffer) }
    if number.isFinite && Double(String(decoding: spelling, as: UTF8.self)) != number {
      buffer.append(contentsOf: number.description.utf8)
    } else {
      buffer.append(contentsOf: spelling)
    }
  }

  /// Appends a number as the database spells it; JSON has no `NaN` and no `Infinity`.
  func append(spelled number: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    let digit = number.first { $0 != UInt8(ascii: "-") }
    if format == .json && !(0x30...0x39).contains(digit ?? 0) { return appendNull(to: &buffer) }
    buffer.append(contentsOf: number)
  }

  /// Appends a truth value, which only JSON has; otherwise in the database's spelling.
  func append(_ truth: Bool, spelled spelling: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    if format == .json { buffer.append(contentsOf: "\(truth)".utf8) } else { buffer.append(contentsOf: spelling) }
  }

  func append(blob bytes: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    let digits = Array("0123456789ABCDEF".utf8)
    buffer.append(contentsOf: format == .json ? "\"".utf8 : "X'".utf8)
    for byte in bytes {
      buffer.append(digits[Int(byte >> 4)])
      buffer.append(digits[Int(byte & 15)])
    }
    buffer.append(UInt8(ascii: format == .json ? "\"" : "'"))
  }

  func append(text bytes: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    switch format {
    case .tsv: EscapedText.appendTSV(bytes, to: &buffer)
    case .csv where bytes.isEmpty: buffer.append(contentsOf: "\"\"".utf8)
    case .csv: EscapedText.appendCSV(bytes, to: &buffer)
    case .json: EscapedText.appendJSON(bytes, to: &buffer)
    }
  }
}
