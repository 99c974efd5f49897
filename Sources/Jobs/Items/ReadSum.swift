/// A sum over the bytes that were read; how they were split into pieces does not matter.
struct ReadSum: Equatable {
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

  private var value: UInt64 = 0
  /// The bytes that do not yet fill a word.
  private var rest: UInt64 = 0
  private var restCount = 0

  /// Adds the next bytes.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var place = 0
    while restCount > 0, place < bytes.count {
      add(bytes[place])
      place += 1
    }
    while place + 8 <= bytes.count {
      mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
      place += 8
    }
    while place < bytes.count {
      add(bytes[place])
      place += 1
    }
  }

  private mutating func add(_ byte: UInt8) {
    rest |= UInt64(byte) << (8 * UInt64(restCount))
    restCount += 1
    guard restCount == 8 else { return }
    mix(rest)
    (rest, restCount) = (0, 0)
  }

  private mutating func mix(_ word: UInt64) {
    value = (value ^ word) &* Self.factor
    value ^= value >> 29
  }
}
