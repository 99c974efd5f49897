/// A set of positions, with about one bit for each where they are dense and no memory where there are none.
struct PositionSet {
  private static let blockSize = 4_096

  /// The bits of each block that contains a position.
  private var blocks: [Int: [UInt64]] = [:]
  /// The number of positions in the set.
  private(set) var count = 0

  func contains(_ position: Int) -> Bool {
    let (block, word, mask) = Self.place(of: position)
    return blocks[block].map { $0[word] & mask != 0 } ?? false
  }

  /// Inserts a position. Returns false if the set already contained it.
  @discardableResult
  mutating func insert(_ position: Int) -> Bool {
    let (block, word, mask) = Self.place(of: position)
    guard !contains(position) else { return false }
    blocks[block, default: [UInt64](repeating: 0, count: Self.blockSize / 64)][word] |= mask
    count += 1
    return true
  }

  /// Removes a position. Returns false if the set did not contain it.
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
