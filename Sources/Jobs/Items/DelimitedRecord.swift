/// Splits a record of CSV or TSV into its fields.
enum DelimitedRecord {
  /// What is wrong with a record.
  struct Problem: Error {
    var reason: String
  }

  /// Returns the fields of a TSV record: the texts between tabs.
  static func splitTabs(_ record: UnsafeRawBufferPointer) -> [ByteText] {
    record.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      .map { ByteText(UnsafeRawBufferPointer(rebasing: $0)) }
  }

  /// Returns the fields of a CSV record according to RFC 4180.
  ///
  /// - Throws: when something other than a comma follows a closing quote.
  static func splitCommas(_ record: UnsafeRawBufferPointer) throws(Problem) -> [ByteText] {
    let comma = UInt8(ascii: ",")
    var fields: [ByteText] = []
    var position = 0
    while true {
      let field: ByteText
      if position < record.count && record[position] == UInt8(ascii: "\"") {
        (field, position) = try quotedField(record, from: position + 1, number: fields.count + 1)
      } else {
        let end = record[position...].firstIndex(of: comma) ?? record.count
        field = ByteText(UnsafeRawBufferPointer(rebasing: record[position..<end]))
        position = end
      }
      fields.append(field)
      guard position < record.count else { return fields }
      position += 1
    }
  }

  /// Returns the field after an opening quote, and the position after its closing quote.
  private static func quotedField(
    _ record: UnsafeRawBufferPointer, from start: Int, number: Int
  ) throws(Problem) -> (ByteText, Int) {
    let quote = UInt8(ascii: "\"")
    var bytes: [UInt8] = []
    var position = start
    while let end = record[position...].firstIndex(of: quote) {
      bytes.append(contentsOf: record[position..<end])
      position = end + 1
      guard position < record.count, record[position] != UInt8(ascii: ",") else { return (ByteText(bytes), position) }
      guard record[position] == quote else {
        throw Problem(reason: "expected a comma or the line's end after the closing quote of field \(number)")
      }
      bytes.append(quote)
      position += 1
    }
    throw Problem(reason: "expected a closing quote in field \(number)")
  }
}
