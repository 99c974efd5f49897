extension SeededGenerator {
  /// Returns a file of pages as a broken disk, a torn copy or an attacker may leave it: truncated, overwritten, with
  /// flipped bits, or spliced.
  ///
  /// - Parameters:
  ///   - file: The bytes to damage.
  ///   - page: The size of its pages, in bytes.
  public mutating func damaged(_ file: [UInt8], page: Int = 4_096) -> [UInt8] {
    var bytes = file
    switch Int.random(in: 0..<6, using: &self) {
    case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &self))
    case 1: for place in aPage(of: bytes, page) { bytes[place] = UInt8.random(in: 0...255, using: &self) }
    case 2:
      // The schema and the tables' roots are at the beginning.
      for _ in 0..<20 {
        bytes[Int.random(in: 100..<min(bytes.count, 3 * page), using: &self)] = .random(in: 0...255, using: &self)
      }
    case 3:
      for _ in 0..<Int.random(in: 1...200, using: &self) {
        bytes[Int.random(in: 0..<bytes.count, using: &self)] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      }
    case 4: bytes.replaceSubrange(aPage(of: bytes, page), with: Array(bytes[aPage(of: bytes, page)]))
    default:
      let piece = Array(bytes[Int.random(in: 0..<bytes.count, using: &self)...].prefix(page))
      let place = Int.random(in: 0...bytes.count - piece.count, using: &self)
      bytes.replaceSubrange(place..<place + piece.count, with: piece)
    }
    return bytes
  }

  private mutating func aPage(of bytes: [UInt8], _ page: Int) -> Range<Int> {
    let start = Int.random(in: 0..<bytes.count / page, using: &self) * page
    return start..<start + page
  }

  /// Returns a value in SQL that is unexpected in any column.
  public mutating func unexpectedValue() -> String {
    let values = [
      "0", "1", "-1", "3", "9223372036854775807", "-9223372036854775808", "1099511627777", "4294967297", "1e300",
      "NULL", "''", "'x'", "x'00ff'", "zeroblob(3000)", "'[' || hex(zeroblob(2000))", "'{\"a\": 1, \"a\": [null]}'",
    ]
    return values.randomElement(using: &self) ?? "NULL"
  }
}
