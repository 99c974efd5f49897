/// Some of the positions of an endless row, about a bit for each where there are many and no memory where there are none.
struct PositionSet {
  private static let blockSize = 4_096

  /// The bits of each block of positions that has any.
  private var blocks: [Int: [UInt64]] = [:]
  /// How many positions are in the set.
  private(set) var count = 0

  func contains(_ position: Int) -> Bool {
    let (block, word, mask) = Self.place(of: position)
    return blocks[block].map { $0[word] & mask != 0 } ?? false
  }

  /// Puts a position into the set; false if it was there.
  @discardableResult
  mutating func insert(_ position: Int) -> Bool {
    let (block, word, mask) = Self.place(of: position)
    guard !contains(position) else { return false }
    blocks[block, default: [UInt64](repeating: 0, count: Self.blockSize / 64)][word] |= mask
    count += 1
    return true
  }

  /// Takes a position out of the set; false if it was not there.
  @discardableResult
  mutating func remove(_ position: Int) -> Bool {
    let (block, word, mask) = Self.place(of: position)
    guard contains(position) else { return false }
    blocks[block]?[word] &= ~mask
    count -= 1
    return true
  }

  private static func place(of position: Int) -> (block: Int, word: Int, mask: UInt64) {
    (position / blockSize, position % blockSize / 64, 1 << UInt64(position % 64))
  }
}
