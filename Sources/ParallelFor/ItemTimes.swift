/// Decides how many items a worker claims at once, from the time that earlier items took.
///
/// A claim takes a lock that all workers share. An item that is claimed early may wait behind a slow one until an idle
/// worker takes it back. So a claim holds a small, fixed amount of work, and one item if items are slow.
struct ClaimSize {
  /// The amount of work in a claim, in nanoseconds.
  let work: Int64
  /// The maximum number of items in a claim.
  let limit: Int
  private(set) var count = 1

  init(work: Int64 = 50_000, limit: Int) {
    self.work = work
    self.limit = limit
  }

  /// Records that `items` items took `nanoseconds` one after the other.
  ///
  /// The size at most doubles each time, so that a few lucky items do not make a large claim. It shrinks at once.
  mutating func observe(items: Int, nanoseconds: Int64) {
    guard items > 0 else { return }
    let each = max(1, nanoseconds / Int64(items))
    count = max(1, min(Int(work / each), count * 2, limit))
  }
}

/// Quantiles of item latencies, to within 3 %, in a fixed amount of memory.
///
/// Latencies are counted in buckets whose widths grow with their values, 32 for each doubling.
package struct LatencyQuantiles: Equatable, Sendable {
  /// The minimum number of items for a meaningful quantile.
  private static let fewest = 3
  private static let perDoubling = 32

  private var counts: [Int] = []
  private var total = 0

  package init() {}

  /// Counts a latency in nanoseconds.
  package mutating func record(_ nanoseconds: Int64) {
    if counts.isEmpty { counts = [Int](repeating: 0, count: 64 * Self.perDoubling) }
    counts[Self.bucket(of: UInt64(max(1, nanoseconds)))] += 1
    total += 1
  }

  /// Returns the latency that a fraction of the items did not exceed.
  ///
  /// - Parameter part: the fraction, from 0 to 1, such as 0.5 for the median.
  /// - Returns: nanoseconds; nil while there are too few items.
  package func value(at part: Double) -> Int64? {
    guard total >= Self.fewest else { return nil }
    var left = max(1, Int((Double(total) * part).rounded(.up)))
    for (bucket, count) in counts.enumerated() {
      left -= count
      if left <= 0 { return Self.middle(of: bucket) }
    }
    return nil
  }

  private static func bucket(of value: UInt64) -> Int {
    let doublings = 63 - value.leadingZeroBitCount
    let fraction = doublings >= 5 ? (value >> (doublings - 5)) & 31 : (value << (5 - doublings)) & 31
    return doublings * perDoubling + Int(fraction)
  }

  private static func middle(of bucket: Int) -> Int64 {
    let start = Double(UInt64(1) << UInt64(bucket / perDoubling))
    return Int64(start * (1 + (Double(bucket % perDoubling) + 0.5) / Double(perDoubling)))
  }
}
