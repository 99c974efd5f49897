/// Buckets of latencies: eight for each doubling, so that a latency is known to within 7 %.
enum LatencyBucket {
  /// Latencies below 2^10 ns share the first bucket.
  private static let firstDoubling = 10
  /// The number of buckets. The last one starts at 104 days.
  static let count = 44 * 8
  /// The ratio of a bucket's edges, on average, as a natural logarithm.
  static let width = 0.0866

  /// Returns the bucket of a latency in nanoseconds.
  static func index(of latency: Int64) -> Int {
    let value = UInt64(max(latency, 1))
    let doubling = 63 - value.leadingZeroBitCount
    guard doubling >= firstDoubling else { return 0 }
    let step = Int(truncatingIfNeeded: value >> UInt64(doubling - 3)) & 7
    return min((doubling - firstDoubling) * 8 + step, count - 1)
  }

  /// Returns the lower edge of a bucket in nanoseconds.
  static func edge(_ index: Int) -> Double {
    Double(UInt64(8 + index % 8) << UInt64(index / 8 + firstDoubling - 3))
  }

  /// Returns the middle of a bucket in nanoseconds.
  static func middle(_ index: Int) -> Double { (edge(index) + edge(index + 1)) / 2 }
}

/// A number of latencies: their sums and a histogram.
struct LatencyBlock: Equatable, Sendable {
  private(set) var count = 0
  /// The sum of the latencies in nanoseconds.
  private(set) var sum = 0.0
  private(set) var buckets = [UInt32](repeating: 0, count: LatencyBucket.count)
  private var squares = 0.0
  /// The sums of the buckets' indices, which are logarithms, and of their squares.
  private var logSum = 0.0
  private var logSquares = 0.0

  @inline(__always)
  mutating func add(_ latency: Int64) {
    let index = LatencyBucket.index(of: latency)
    count += 1
    sum += Double(latency)
    squares += Double(latency) * Double(latency)
    logSum += Double(index)
    logSquares += Double(index * index)
    buckets[index] &+= 1
  }

  static func += (left: inout LatencyBlock, right: LatencyBlock) {
    left.addSums(right, 1)
    for index in left.buckets.indices { left.buckets[index] &+= right.buckets[index] }
  }

  mutating func empty() { self = LatencyBlock() }

  /// The mean in nanoseconds; 0 if the block is empty.
  var mean: Double { count > 0 ? sum / Double(count) : 0 }

  /// The standard error of the mean as a fraction of it.
  var error: Double {
    guard count > 1, sum > 0 else { return 1 }
    let items = Double(count)
    let variance = max(0, squares / items - mean * mean) * items / (items - 1)
    // Few items may be alike by chance.
    return min(1, max(variance.squareRoot() / mean, count < 10 ? 0.5 : 0.02) / items.squareRoot())
  }

  // MARK: - Comparing

  /// The sums of a part of a window, without the histogram.
  fileprivate mutating func addSums(_ other: LatencyBlock, _ sign: Int) {
    count += sign * other.count
    sum += Double(sign) * other.sum
    squares += Double(sign) * other.squares
    logSum += Double(sign) * other.logSum
    logSquares += Double(sign) * other.logSquares
  }

  /// Returns by how many buckets the mean logarithms of two blocks differ, if the difference is more than chance.
  fileprivate func clearDifference(from other: LatencyBlock) -> Double? {
    let difference = abs(logSum / Double(count) - other.logSum / Double(other.count))
    let chance = (squaredError + other.squaredError).squareRoot()
    // A window makes many comparisons, and the means of few latencies are not normal.
    let clearly = 4 + 16 / Double(min(count, other.count)).squareRoot()
    return difference > 1 && difference > clearly * chance ? difference : nil
  }

  private var squaredError: Double {
    let mean = logSum / Double(count)
    return max(0.1, logSquares / Double(count) - mean * mean) / Double(count)
  }
}

/// The latencies of the latest items, as far back as items took about the same time.
///
/// The window grows while latencies stay the same, and drops its older part when they have clearly changed. It is ADWIN
/// (Bifet and Gavaldà, "Learning from Time-Changing Data with Adaptive Windowing", 2007) with mean logarithms. It holds
/// at most four blocks of each size, and sizes double.
struct LatencyWindow: Equatable, Sendable {
  private static let blockSize = 32
  private static let blocksOfASize = 4
  /// The number of items after which half of the doubt that a change has raised is gone.
  private static let calmingItems = 64.0

  private var blocks: [LatencyBlock] = []
  private var open = LatencyBlock()
  /// The size of the last change as a natural logarithm, and the number of items since.
  private var change = 0.0
  private var itemsSinceChange = 0

  /// The number of latencies.
  var count: Int { blocks.reduce(open.count) { $0 + $1.count } }

  /// All latencies of the window.
  var whole: LatencyBlock { blocks.reduce(into: open) { $0 += $1 } }

  /// How far latencies may still change, because they have changed recently, as a natural logarithm.
  var unrest: Double { change * Self.calmingItems / (Self.calmingItems + Double(itemsSinceChange)) }

  @inline(__always)
  mutating func add(_ latency: Int64) {
    open.add(latency)
    if open.count == Self.blockSize { closeBlock() }
  }

  private mutating func closeBlock() {
    itemsSinceChange += open.count
    blocks.append(open)
    open.empty()
    mergeBlocks()
    while let difference = differenceOfParts() {
      blocks.removeFirst()
      change = max(unrest, difference * LatencyBucket.width)
      itemsSinceChange = 0
    }
  }

  /// Merges the two oldest blocks of each size that has too many. Blocks grow towards the front.
  private mutating func mergeBlocks() {
    var (size, end) = (Self.blockSize, blocks.count)
    while true {
      let start = blocks[..<end].lastIndex { $0.count > size }.map { $0 + 1 } ?? 0
      guard end - start > Self.blocksOfASize else { return }
      let oldest = blocks.remove(at: start)
      blocks[start] += oldest
      (size, end) = (2 * size, start + 1)
    }
  }

  /// Returns the difference between an older and a newer part of the window; nil if no two parts clearly differ.
  private func differenceOfParts() -> Double? {
    var (older, newer) = (LatencyBlock(), LatencyBlock())
    for block in blocks { newer.addSums(block, 1) }
    for block in blocks.dropLast() {
      older.addSums(block, 1)
      newer.addSums(block, -1)
      if let difference = newer.clearDifference(from: older) { return difference }
    }
    return nil
  }
}
