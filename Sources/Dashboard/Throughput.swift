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

/// The effect of a change of threads on the rate, available when both sides have been measured for long enough.
///
/// A period starts when the requested number of workers are alive and one item per thread has ended, because those
/// items started before. It ends with the next change. Pauses interrupt it.
package struct ThreadComparison: Equatable, Sendable {
  static let enoughItems = 30
  static let enoughTime: Int64 = 2_000_000_000

  /// A period with a constant number of threads.
  package struct Period: Equatable, Sendable {
    package let threads: Int
    /// The number of items that ended in it.
    package internal(set) var items = 0
    var since: Instant?
    var earlier: Int64 = 0
    var itemsToSkip: Int

    init(threads: Int) {
      self.threads = threads
      itemsToSkip = threads
    }

    var isMeasured: Bool { items >= enoughItems && earlier >= enoughTime }
    /// The items per second.
    package var rate: Double { earlier > 0 ? Double(items) * 1e9 / Double(earlier) : 0 }

    mutating func countItem(at instant: Instant) {
      if itemsToSkip > 0 {
        itemsToSkip -= 1
        if itemsToSkip == 0 { since = instant }
        return
      }
      items += 1
      extend(to: instant)
    }

    private mutating func extend(to instant: Instant) {
      if let since { earlier += max(0, instant.nanoseconds(since: since)) }
      since = instant
    }
  }

  /// The last measured period before the change.
  package private(set) var before: Period?
  /// The period since the change.
  package private(set) var after: Period?

  /// The two periods, if both are measured.
  package var measured: (before: Period, after: Period)? {
    guard let before, let after, after.isMeasured else { return nil }
    return (before, after)
  }

  /// The gain as a fraction of the rate before, and whether it exceeds chance; nil until measured.
  package var gain: (fraction: Double, isClear: Bool)? {
    guard let (before, after) = measured, before.rate > 0 else { return nil }
    let fraction = after.rate / before.rate - 1
    let chance = 2 * (1 / Double(before.items) + 1 / Double(after.items)).squareRoot()
    return (fraction, abs(fraction) > chance)
  }

  mutating func workersSettled(at threads: Int) {
    if after?.threads == threads { return }
    endPeriod()
    after = threads > 0 ? Period(threads: threads) : nil
  }

  mutating func endPeriod() {
    if let period = after, period.isMeasured { before = period }
    after = nil
  }

  mutating func interrupt() {
    guard var period = after else { return }
    period.since = nil
    period.itemsToSkip = period.threads
    after = period
  }

  @inline(__always)
  mutating func countItem(at instant: Instant) { after?.countItem(at: instant) }
}
