import Attempts
import OSText
import ParallelFor

/// Exports items as comma-separated values; texts and outputs are the recorded bytes.
enum CSVExport {
  private static let names =
    ["number", "item", "outcome", "reason", "attempts"] + AttemptText.columns.map(\.column.name) + ["output", "errors"]
  private static let quote = UInt8(ascii: "\"")

  static func export(_ reader: RunReader, to write: ([UInt8]) throws -> Void) throws {
    try withoutActuallyEscaping(write) { write in
      var buffer = ExportBuffer(write)
      buffer.bytes += Array((names.joined(separator: ",") + "\r\n").utf8)
      try reader.forEachItem { item in
        try append(item, of: reader, to: &buffer)
        try buffer.flushIfLarge()
      }
      try buffer.flush()
    }
  }

  private static func append(_ item: ItemRecord, of reader: RunReader, to buffer: inout ExportBuffer) throws {
    append(item.number.map { "\($0)" }, to: &buffer)
    append(item.text, to: &buffer)
    append(OutcomeWord.word(item.attempt?.outcome), to: &buffer)
    append(item.attempt?.reason, to: &buffer)
    append("\(item.attempts)", to: &buffer)
    for column in AttemptText.columns {
      append(item.attempt.flatMap { AttemptText.value(column, of: $0)?.text }, to: &buffer)
    }
    try append(reader.bytes(.output, of: item), to: &buffer)
    buffer.bytes.append(UInt8(ascii: ","))
    try append(reader.bytes(.errors, of: item), to: &buffer)
    buffer.bytes += Array("\r\n".utf8)
  }

  private static func append(_ text: String?, to buffer: inout ExportBuffer) {
    append(Array((text ?? "").utf8), to: &buffer)
  }

  private static func append(_ cell: [UInt8], to buffer: inout ExportBuffer) {
    cell.withUnsafeBytes { EscapedText.appendCSV($0, to: &buffer.bytes) }
    buffer.bytes.append(UInt8(ascii: ","))
  }

  /// Outputs are always quoted, so that they can be written before they are read to the end.
  private static func append(_ output: CapturedBytes, to buffer: inout ExportBuffer) throws {
    guard output.count > 0 else { return }
    buffer.bytes.append(quote)
    try output.forEachChunk { chunk in
      EscapedText.appendInsideCSV(chunk, to: &buffer.bytes)
      try buffer.flushIfLarge()
    }
    buffer.bytes.append(quote)
  }
}
