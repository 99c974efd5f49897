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

  /// The body: dependent steps of xorshift64, which no compiler folds, from a seed that the item gives.
  @inline(__always)
  func body(_ item: Int) -> UInt64 {
    var value = UInt64(item) &+ 1
    var left = isSkewed ? stepsIfSkewed(item) : steps
    while left > 0 {
      value ^= value << 13
      value ^= value >> 7
      value ^= value << 17
      left &-= 1
    }
    return value
  }

  /// Not inlined: the even body would pay for it.
  @inline(never)
  private func stepsIfSkewed(_ item: Int) -> Int { item % 1_000 == 500 ? 1_000 * steps : steps }

  /// As the peers' programs take it.
  var arguments: [String] { ["\(items)", "\(threads)", "\(steps)"] }
}

extension Sequence<UInt64> {
  /// Tells whether the work was done, and the same everywhere.
  var checksum: UInt64 { reduce(0, &+) }
}
