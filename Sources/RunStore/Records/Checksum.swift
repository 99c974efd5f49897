/// A checksum of values and bytes that detects damage. Any changed bit changes it; where only half of it is kept, one
/// change in 2^32 goes unnoticed.
///
/// It does not protect against deliberate changes to a file. Two values take one multiplication, so the record of a
/// short item costs next to nothing.
struct Checksum {
  private static let first: UInt64 = 0xA076_1D64_78BD_642F
  private static let second: UInt64 = 0xE703_7ED1_A0B4_28DB
  private static let third: UInt64 = 0x8EBC_6AF0_9C88_C6E3

  private var sum: UInt64 = 0
  private var place = first

  /// Adds two values; their position among the others counts.
  mutating func add(_ one: Int64, _ other: Int64) {
    sum ^= Self.mixed(UInt64(bitPattern: one) ^ place, UInt64(bitPattern: other) ^ Self.second)
    place = place &* Self.third &+ Self.second
  }

  /// Adds two texts or other bytes; nil for NULL.
  mutating func add(_ one: UnsafeRawBufferPointer?, _ other: UnsafeRawBufferPointer?) {
    add(one.map(Self.of) ?? 0, other.map(Self.of) ?? 0)
  }

  /// The sum of everything that was added.
  var value: Int64 { Int64(bitPattern: Self.mixed(sum ^ Self.second, place ^ Self.first)) }

  /// Returns the sum of some bytes; never 0.
  static func of(_ bytes: UnsafeRawBufferPointer) -> Int64 {
    var state = UInt64(bytes.count) ^ first
    var rest = bytes
    while rest.count > 16 {
      state = mixed(word(rest, at: 0) ^ second, word(rest, at: 8) ^ state)
      rest = UnsafeRawBufferPointer(rebasing: rest[16...])
    }
    let (one, other) = lastWords(rest)
    return Int64(bitPattern: mixed(one ^ third, other ^ state) | 1)
  }

  /// Returns up to 16 bytes as two words, which overlap when there are fewer.
  private static func lastWords(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
    if bytes.count >= 8 { return (word(bytes, at: 0), word(bytes, at: bytes.count - 8)) }
    if bytes.count >= 4 { return (halfWord(bytes, at: 0), halfWord(bytes, at: bytes.count - 4)) }
    guard let first = bytes.first, let last = bytes.last else { return (0, 0) }
    return (UInt64(first) << 8 | UInt64(bytes[bytes.count / 2]), UInt64(last))
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  private static func halfWord(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
    UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }

  private static func mixed(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let product = one.multipliedFullWidth(by: other)
    return product.high ^ product.low
  }
}

/// The checksum of an attempt, computed alike when it is recorded and when it is read.
///
/// The upper half is the sum of the row without its outputs, so that rows can be listed without reading them. The lower
/// half is the sum of the outputs that are stored in the row. Pieces of large outputs have their own sums.
struct AttemptSum {
  private var row = Checksum()
  private var outputs = Checksum()

  /// The number of words that the first format had. Further ones are included where they are known.
  private static let firstWords = 10

  /// - Parameter word: returns the words of the attempt (``AttemptColumn/Number/word``).
  init(_ word: (Int) -> Int64) {
    for first in stride(from: 0, to: Self.firstWords, by: 2) { row.add(word(first), word(first + 1)) }
    for place in Self.firstWords..<AttemptColumn.wordCount where word(place) != RecordLayout.absent {
      row.add(Int64(place), word(place))
    }
  }

  /// Only for outputs.
  init() {}

  /// Adds the texts of the attempt in the order of the columns, such as the reason of a failure and the remark.
  mutating func addTexts(_ texts: [UnsafeRawBufferPointer?]) {
    for first in stride(from: 0, to: texts.count, by: 2) {
      let (one, other) = (texts[first], first + 1 < texts.count ? texts[first + 1] : nil)
      // Most attempts have none.
      if one != nil || other != nil { row.add(one, other) }
    }
  }

  /// Adds the first row and the size of outputs that are in pieces; nil for an output that is in the row.
  mutating func addPieces(output: Pieces?, errors: Pieces?) {
    guard output != nil || errors != nil else { return }
    row.add(output?.first ?? RecordLayout.absent, errors?.first ?? RecordLayout.absent)
    row.add(Int64(output?.size ?? 0), Int64(errors?.size ?? 0))
  }

  /// The position of a large output.
  struct Pieces {
    var first: Int64
    var size: Int
  }

  /// Adds the outputs themselves; nil for one that is in pieces.
  mutating func addOutputs(_ output: UnsafeRawBufferPointer?, _ errors: UnsafeRawBufferPointer?) {
    outputs.add(output, errors)
  }

  /// Adds the sums of the outputs; 0 for one that is in pieces.
  mutating func addOutputs(sum output: Int64, _ errors: Int64) { outputs.add(output, errors) }

  /// The value of the column.
  var value: Int64 { row.value & ~0xFFFF_FFFF | outputs.value & 0xFFFF_FFFF }

  /// Whether a column's value matches the row without its outputs.
  func fitsRow(_ value: Int64) -> Bool { (value ^ self.value) & ~0xFFFF_FFFF == 0 }

  /// Whether a column's value matches the outputs.
  func fitsOutputs(_ value: Int64) -> Bool { (value ^ self.value) & 0xFFFF_FFFF == 0 }
}

/// The checksum of a piece of a large output.
enum ChunkSum {
  static func of(_ bytes: UnsafeRawBufferPointer, rest: Int64) -> Int64 {
    var sum = Checksum()
    sum.add(Checksum.of(bytes), rest)
    return sum.value
  }
}

/// The checksum of a change of the run as a whole.
enum ChangeSum {
  static func of(_ change: RunChange) -> Int64 {
    var kind = change.kind.rawValue
    let text = kind.withUTF8 { Checksum.of(UnsafeRawBufferPointer($0)) }
    var sum = Checksum()
    sum.add(change.time, text)
    sum.add(change.value.map { Int64($0) } ?? RecordLayout.absent, 0)
    if var reason = change.reason { sum.add(reason.withUTF8 { Checksum.of(UnsafeRawBufferPointer($0)) }, 0) }
    return sum.value
  }
}
