import Attempts

/// The fixed header of an attempt in the archive: the times, how the process ended, the place of the previous attempt at
/// the item, and the lengths of the parts that follow.
struct ArchiveHeader: Equatable {
  /// A part of the item or of the attempt, in the order in which they follow.
  enum Part: Int, CaseIterable {
    case text, fields, reason, note, why, output, errors
  }

  private static let absent = Int64.min
  private static let fixedWords = 8
  static let size = 8 * (fixedWords + Part.allCases.count)

  var start: Int64
  var end: Int64
  var worker: Int
  var attempt: Int
  var process: ProcessEnding
  /// The index entry of the previous attempt as a word; 0 if there was none.
  var previous: UInt64
  /// The lengths of the parts.
  var counts: [Int]

  /// Returns where a part lies, from the start of the header.
  func range(of part: Part) -> Range<Int> {
    let start = Self.size + counts[..<part.rawValue].reduce(0, +)
    return start..<start + counts[part.rawValue]
  }

  /// The header as words.
  var words: [Int64] {
    [
      start, end, Int64(worker) << 32 | Int64(attempt), Int64(bitPattern: previous),
      process.exitStatus.map { Int64($0) } ?? Self.absent, process.signal.map { Int64($0) } ?? Self.absent,
      process.cpu ?? Self.absent, process.peakMemory ?? Self.absent,
    ] + counts.map { Int64($0) }
  }
}

extension ArchiveHeader {
  /// Reads the words back; nil if there are too few bytes.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.size else { return nil }
    let words = bytes.withUnsafeBytes { raw in
      (0..<Self.size / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self) }
    }
    let known = words.map { $0 == Self.absent ? nil : $0 }
    let process = ProcessEnding(
      exitStatus: known[4].map { Int32(truncatingIfNeeded: $0) },
      signal: known[5].map { Int32(truncatingIfNeeded: $0) }, cpu: known[6], peakMemory: known[7])
    self.init(
      start: words[0], end: words[1], worker: Int(words[2] >> 32), attempt: Int(words[2] & 0xFFFF_FFFF),
      process: process, previous: UInt64(bitPattern: words[3]), counts: words[Self.fixedWords...].map { Int($0) })
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
