/// Quantiles of item latencies, to within 3 %, in a fixed amount of memory.
///
/// Latencies are counted in buckets whose widths grow with their values, 32 for each doubling.
struct LatencyQuantiles {
  /// The minimum number of items for a meaningful quantile.
  private static let fewest = 3
  private static let perDoubling = 32

  private var counts: [Int] = []
  private var total = 0

  /// Counts a latency in nanoseconds.
  mutating func record(_ nanoseconds: Int64) {
    if counts.isEmpty { counts = [Int](repeating: 0, count: 64 * Self.perDoubling) }
    counts[Self.bucket(of: UInt64(max(1, nanoseconds)))] += 1
    total += 1
  }

  /// Returns the latency that a fraction of the items did not exceed.
  ///
  /// - Parameter part: the fraction, from 0 to 1, such as 0.5 for the median.
  /// - Returns: nanoseconds; nil while there are too few items.
  func value(at part: Double) -> Int64? {
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
