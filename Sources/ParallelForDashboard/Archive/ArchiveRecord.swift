/// The fixed header of an item's record in the archive: the times, and the lengths of the parts that follow.
///
/// The parts are the item's text, its fields, the reason of its failure, the note, its output and its errors. A command
/// or a further attempt also has an ``ArchiveTrailer``.
struct ArchiveRecord: Equatable {
  static let size = 9 * 8

  var start: Int64
  var end: Int64
  var worker: Int
  var attempt: Int
  var textCount: Int
  var fieldsCount: Int
  var reasonCount: Int
  var noteCount: Int
  var outputCount: Int
  var errorCount: Int
  var hasTrailer = false

  var textOffset: Int { Self.size }
  var fieldsOffset: Int { textOffset + textCount }
  var reasonOffset: Int { fieldsOffset + fieldsCount }
  var noteOffset: Int { reasonOffset + reasonCount }
  var outputOffset: Int { noteOffset + noteCount }
  var errorOffset: Int { outputOffset + outputCount }
  var trailerOffset: Int { errorOffset + errorCount }

  /// The header as words.
  var words: [Int64] {
    [
      start, end, Int64(worker) << 32 | Int64(attempt) << 1 | (hasTrailer ? 1 : 0), Int64(textCount),
      Int64(fieldsCount), Int64(reasonCount), Int64(noteCount), Int64(outputCount), Int64(errorCount),
    ]
  }
}

extension ArchiveRecord {
  /// Reads the words back; nil if there are too few bytes.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.size else { return nil }
    let words = bytes.withUnsafeBytes { raw in (0..<9).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self) }
    }
    self.init(
      start: words[0], end: words[1], worker: Int(words[2] >> 32), attempt: Int(words[2] & 0xFFFF_FFFF) >> 1,
      textCount: Int(words[3]), fieldsCount: Int(words[4]), reasonCount: Int(words[5]), noteCount: Int(words[6]),
      outputCount: Int(words[7]), errorCount: Int(words[8]),
      hasTrailer: words[2] & 1 == 1)
  }
}

/// Encodes an item's fields as bytes: the length and the bytes of each name and value. A missing value has length -1.
enum FieldBytes {
  static func encode(_ fields: [ArchivedItem.Field]) -> [UInt8] {
    var bytes: [UInt8] = []
    for field in fields {
      append(Array(field.name.utf8), to: &bytes)
      append(field.value, to: &bytes)
    }
    return bytes
  }

  static func decode(_ bytes: [UInt8]) -> [ArchivedItem.Field] {
    var rest = bytes[...]
    var fields: [ArchivedItem.Field] = []
    while !rest.isEmpty, let name = next(&rest) {
      let name = String(decoding: name ?? [], as: UTF8.self)
      fields.append(ArchivedItem.Field(name: name, value: next(&rest) ?? nil))
    }
    return fields
  }

  private static func append(_ part: [UInt8]?, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: Int32(part?.count ?? -1)) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: part ?? [])
  }

  private static func next(_ rest: inout ArraySlice<UInt8>) -> [UInt8]?? {
    guard rest.count >= 4 else { return nil }
    let count = rest.withUnsafeBytes { Int($0.loadUnaligned(as: Int32.self)) }
    rest = rest.dropFirst(4)
    guard count >= 0 else { return .some(nil) }
    let part = Array(rest.prefix(count))
    rest = rest.dropFirst(count)
    return part
  }
}
