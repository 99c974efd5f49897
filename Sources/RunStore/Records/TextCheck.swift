/// Distinguishes text from binary data, so that a run file can store text as TEXT.
enum TextCheck {
  private static let wordSize = 8
  private static let highBits: UInt64 = 0x8080_8080_8080_8080
  private static let lowBits: UInt64 = 0x0101_0101_0101_0101

  /// Whether the bytes are valid UTF-8 without a NUL, which many programs take for the end.
  static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var place = 0
    while place + wordSize <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      // A high bit remains where a byte is zero or not ASCII.
      guard (word | (word &- lowBits)) & highBits == 0 else { return isOtherText(bytes, from: place) }
      place += wordSize
    }
    while place < bytes.count {
      guard (1..<0x80).contains(bytes[place]) else { return isOtherText(bytes, from: place) }
      place += 1
    }
    return true
  }

  private static func isOtherText(_ bytes: UnsafeRawBufferPointer, from place: Int) -> Bool {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[place...])
    return !rest.contains(0) && UTF8.isValid(rest)
  }
}

extension UTF8 {
  fileprivate static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.withMemoryRebound(to: UInt8.self) { String(validating: $0, as: UTF8.self) != nil }
  }
}
