extension SeededGenerator {
  /// Returns some random bytes.
  public mutating func bytes(upTo limit: Int) -> [UInt8] {
    (0..<Int.random(in: 0...limit, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// Returns a sample with one to eight random changes. Its valid parts lead the others deep into a parser.
  ///
  /// - Parameters:
  ///   - sample: The bytes to change.
  ///   - tokens: Texts with a meaning for the reader of the bytes, which are inserted at random.
  public mutating func mutated(_ sample: [UInt8], tokens: [String]) -> [UInt8] {
    var bytes = sample
    for _ in 0..<Int.random(in: 1...8, using: &self) { change(&bytes, tokens) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ tokens: [String]) {
    let start = Int.random(in: 0...bytes.count, using: &self)
    let part = start..<Int.random(in: start...min(bytes.count, start + 12), using: &self)
    switch Int.random(in: 0..<5, using: &self) {
    case 0: bytes.removeSubrange(part)
    case 1: bytes.insert(contentsOf: Array(bytes[part]), at: Int.random(in: 0...bytes.count, using: &self))
    case 2: bytes.insert(contentsOf: self.bytes(upTo: 4), at: start)
    case 3: for place in part { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self) }
    default: bytes.insert(contentsOf: Array((tokens.randomElement(using: &self) ?? "").utf8), at: start)
    }
  }
}
