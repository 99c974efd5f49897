/// Splits pieces of bytes between characters, so that each piece can be decoded by itself.
struct CharacterSplit {
  private static let longestCharacter = 4

  /// The start of a character whose end has not arrived.
  private(set) var rest: [UInt8] = []

  /// Returns the complete characters that were not returned before.
  mutating func whole(_ piece: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes = rest
    bytes.append(contentsOf: piece)
    let cut = bytes.count - Self.openBytes(bytes)
    rest = Array(bytes[cut...])
    bytes.removeLast(bytes.count - cut)
    return bytes
  }

  /// Returns the number of bytes at the end that start an incomplete character.
  private static func openBytes(_ bytes: [UInt8]) -> Int {
    for (distance, byte) in bytes.reversed().prefix(longestCharacter - 1).enumerated() {
      switch byte {
      case 0x80..<0xC0: continue
      case 0xC0..<0xE0: return distance + 1 < 2 ? distance + 1 : 0
      case 0xE0..<0xF0: return distance + 1 < 3 ? distance + 1 : 0
      case 0xF0...0xFF: return distance + 1 < 4 ? distance + 1 : 0
      default: return 0
      }
    }
    return 0
  }
}
