import Attempts

/// The number that identifies an item: a hash of its text and its fields that never changes between versions.
struct ItemKey {
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let wordSize = 8

  private var state: UInt64 = 0x2545_F491_4F6C_DD1D
  private var tail: UInt64 = 0
  private var tailCount = 0
  private var total = 0

  /// Returns the key of an item.
  static func of(_ text: CapturedBytes, fields: [UInt8]?) throws -> Int64 {
    var key = ItemKey()
    try text.forEachChunk { key.add($0) }
    return key.with(fields)
  }

  /// Returns the key of an item whose text is in one piece.
  static func of(_ text: UnsafeRawBufferPointer, fields: [UInt8]? = nil) -> Int64 {
    var key = ItemKey()
    key.add(text)
    return key.with(fields)
  }

  private func with(_ fields: [UInt8]?) -> Int64 {
    guard let fields else { return Int64(bitPattern: value) }
    var other = ItemKey()
    fields.withUnsafeBytes { other.add($0) }
    return Int64(bitPattern: Self.mix(value ^ other.value &* Self.factor))
  }

  /// Adds more bytes; how they are split into pieces does not matter.
  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var place = 0
    while tailCount > 0, place < bytes.count {
      addByte(bytes[place])
      place += 1
    }
    while place + Self.wordSize <= bytes.count {
      addWord(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
      place += Self.wordSize
      total += Self.wordSize
    }
    while place < bytes.count {
      addByte(bytes[place])
      place += 1
    }
  }

  private mutating func addByte(_ byte: UInt8) {
    tail |= UInt64(byte) << UInt64(8 * tailCount)
    tailCount += 1
    total += 1
    guard tailCount == Self.wordSize else { return }
    addWord(tail)
    (tail, tailCount) = (0, 0)
  }

  private mutating func addWord(_ word: UInt64) {
    state = (state ^ word) &* Self.factor
    state ^= state >> 29
  }

  private var value: UInt64 {
    var end = self
    end.addWord(tail)
    end.addWord(UInt64(total))
    return Self.mix(end.state)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
