package import ParallelFor

/// Finished items over time, in a fixed number of buckets.
///
/// It keeps five minutes in buckets of a quarter of a second. Older buckets are overwritten.
package struct Throughput: Equatable, Sendable {
  /// The length of a bucket in nanoseconds.
  package static let bucketLength: Int64 = 250_000_000
  static let bucketCount = 1200
  /// The windows of a rate, in nanoseconds. The shortest one with enough items is used.
  static let windows: [Int64] = [10_000_000_000, 60_000_000_000, 300_000_000_000]
  static let enoughItems = 20

  private var buckets = [Int32](repeating: 0, count: bucketCount)
  private var start: Instant?
  private var newest = 0

  package init() {}

  mutating func begin(at instant: Instant) {
    if start == nil { start = instant }
  }

  mutating func countItem(at instant: Instant) {
    guard let start else { return }
    let bucket = Int(max(0, instant.nanoseconds(since: start)) / Self.bucketLength)
    if bucket > newest { advance(to: bucket) }
    guard bucket > newest - Self.bucketCount else { return }
    buckets[bucket % Self.bucketCount] &+= 1
  }

  private mutating func advance(to bucket: Int) {
    let first = max(newest + 1, bucket - Self.bucketCount + 1)
    for index in first...bucket { buckets[index % Self.bucketCount] = 0 }
    newest = bucket
  }

  private func count(inBucket bucket: Int) -> Int {
    guard bucket >= 0, bucket <= newest, bucket > newest - Self.bucketCount else { return 0 }
    return Int(buckets[bucket % Self.bucketCount])
  }

  /// Returns the items per second around `now`, over the last ten seconds, or more if these have fewer than 20 items.
  ///
  /// - Returns: The rate; nil in the first quarter of a second, and in the first five minutes until an item has ended.
  package func rate(at now: Instant) -> Double? {
    guard let start else { return nil }
    let age = now.nanoseconds(since: start)
    guard age >= Self.bucketLength else { return nil }
    let current = Int(age / Self.bucketLength)
    for window in Self.windows {
      let length = min(age, window)
      let first = current - Int(length / Self.bucketLength) + 1
      let items = (max(0, first)...max(0, current)).reduce(0) { $0 + count(inBucket: $1) }
      if items >= Self.enoughItems || length == age || window == Self.windows.last {
        let covered = age - Int64(max(0, first)) * Self.bucketLength
        return items == 0 && length == age ? nil : Double(items) * 1e9 / Double(max(covered, 1))
      }
    }
    return nil
  }

  /// Returns the items per second in each of the last `columns` complete seconds, for a sparkline.
  ///
  /// - Returns: At most `columns` values, oldest first; fewer shortly after the start.
  package func history(columns: Int, at now: Instant) -> [Double] {
    guard let start else { return [] }
    let span = 4
    let over = Int(max(0, now.nanoseconds(since: start)) / Self.bucketLength) / span
    let seconds = Double(span) * Double(Self.bucketLength) / 1e9
    return (max(0, over - columns)..<over).map { column in
      let items = (column * span..<(column + 1) * span).reduce(0) { $0 + count(inBucket: $1) }
      return Double(items) / seconds
    }
  }
}
