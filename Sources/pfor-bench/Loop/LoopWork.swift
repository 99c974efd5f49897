/// What every contender of a row does: the same body for the same items on as many threads.
struct LoopWork {
  let items: Int
  let threads: Int
  /// How many steps the body takes.
  let steps: Int
  /// Whether one item in a thousand takes a thousand times as many.
  var isSkewed = false

  /// The items' positions.
  var positions: Range<Int> { 0..<items }

  /// The body, for work of any kind.
  func body(_ item: Int) -> UInt64 {
    Self.body(item, steps: isSkewed && item % 1_000 == 500 ? 1_000 * steps : steps)
  }

  /// Dependent steps of xorshift64, which no compiler folds, from a seed that the item gives.
  @inline(__always)
  static func body(_ item: Int, steps: Int) -> UInt64 {
    var value = UInt64(truncatingIfNeeded: item) &+ 1
    var left = steps
    while left > 0 {
      value ^= value << 13
      value ^= value >> 7
      value ^= value << 17
      left &-= 1
    }
    return value
  }

  /// As the peers' programs take it.
  var arguments: [String] { ["\(items)", "\(threads)", "\(steps)"] }
}

extension Sequence<UInt64> {
  /// Tells whether the work was done, and the same everywhere.
  var checksum: UInt64 { reduce(0, &+) }
}
