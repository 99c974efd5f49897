/// The work of every contender of a row: the same body, items and number of threads.
struct LoopWork {
  let items: Int
  let threads: Int
  /// The number of steps of the body.
  let steps: Int
  /// Whether one item in a thousand takes a thousand times as many steps.
  var isSkewed = false

  /// The items' positions.
  var positions: Range<Int> { 0..<items }

  /// The body, for skewed and plain work.
  func body(_ item: Int) -> UInt64 {
    Self.body(item, steps: isSkewed && item % 1_000 == 500 ? 1_000 * steps : steps)
  }

  /// Runs dependent steps of xorshift64, which no compiler folds, with the item as the seed.
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

  /// The arguments for the peers' programs.
  var arguments: [String] { ["\(items)", "\(threads)", "\(steps)"] }
}

extension Sequence<UInt64> {
  /// The sum of the results, which shows that every contender did the same work.
  var checksum: UInt64 { reduce(0, &+) }
}
