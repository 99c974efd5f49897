import Histogram
import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How long finished items took: percentiles with an error under 1 %, and a histogram to draw.
///
/// Percentiles are cached so that recording stays cheap. They are computed ten times a second and whenever the count
/// has doubled; ``refresh()`` brings them up to date. Count, mean and maximum are always exact.
package struct LatencySummary: Sendable {
  /// Percentiles in nanoseconds; nil if there are too few samples.
  package struct Percentiles: Equatable, Sendable {
    /// Needs one item.
    package let p50: Int64?
    /// Needs ten items.
    package let p90: Int64?
    /// Needs twenty items.
    package let p95: Int64?
    /// Needs a hundred items.
    package let p99: Int64?
  }

  private static let refreshInterval: Int64 = 100_000_000
  /// The longest total time in nanoseconds, 146 years. The histogram sums its values in 64 bits, which values from a
  /// damaged run file must not overflow.
  private static let longestTotal = 0x1p62

  private var histogram: Histogram<UInt32>
  private var refreshedAt = Instant(nanoseconds: .min / 2)
  private var refreshedCount = 0
  private var sum = 0.0
  private var sumOfSquares = 0.0
  package private(set) var count = 0
  /// The shortest latency; nil without items.
  package private(set) var minimum: Int64?
  /// The longest latency; nil without items.
  package private(set) var maximum: Int64?
  /// The cached percentiles.
  package private(set) var percentiles = Percentiles(p50: nil, p90: nil, p95: nil, p99: nil)

  package init() {
    histogram = Histogram(highestTrackableValue: 3_600_000_000_000, numberOfSignificantValueDigits: .two)
    histogram.autoResize = true
  }

  /// The time of all items together, in nanoseconds.
  package var total: Double { sum }
  /// The mean in nanoseconds; nil without items.
  package var mean: Int64? { count == 0 ? nil : Int64(sum / Double(count)) }

  /// The standard deviation divided by the mean; nil for fewer than two items or a mean of 0.
  package var variation: Double? {
    guard count >= 2, sum > 0 else { return nil }
    let mean = sum / Double(count)
    let variance = max(0, sumOfSquares / Double(count) - mean * mean) * Double(count) / Double(count - 1)
    return variance.squareRoot() / mean
  }

  mutating func record(_ latency: Int64, at instant: Instant) {
    let latency = max(0, latency)
    histogram.record(UInt64(min(Double(latency), max(0, Self.longestTotal - sum))))
    count += 1
    sum += Double(latency)
    sumOfSquares += Double(latency) * Double(latency)
    minimum = min(minimum ?? latency, latency)
    maximum = max(maximum ?? latency, latency)
    let isOld = instant.nanoseconds(since: refreshedAt) >= Self.refreshInterval
    if isOld || count >= 2 * refreshedCount { refresh(at: instant) }
  }

  /// Computes the percentiles from all items.
  package mutating func refresh() { refresh(at: refreshedAt) }

  private mutating func refresh(at instant: Instant) {
    percentiles = Percentiles(
      p50: percentile(50, samples: 1), p90: percentile(90, samples: 10), p95: percentile(95, samples: 20),
      p99: percentile(99, samples: 100))
    refreshedAt = instant
    refreshedCount = count
  }

  private func percentile(_ percent: Double, samples: Int) -> Int64? {
    count >= samples ? Int64(clamping: histogram.valueAtPercentile(percent)) : nil
  }

  /// Returns the number of items that took at least a number of nanoseconds, with an error under 1 %.
  func count(from limit: Int64) -> Int {
    histogram.recordedValues().reduce(0) { $1.value >= UInt64(max(0, limit)) ? $0 + Int($1.count) : $0 }
  }

  /// Returns the number of items in each of `columns` spans of equal ratio from the shortest to the longest latency.
  ///
  /// - Returns: `columns` counts; empty without items or columns.
  package func buckets(_ columns: Int) -> [Int] {
    guard let minimum, let maximum, columns > 0 else { return [] }
    var counts = [Int](repeating: 0, count: columns)
    let low = Double(max(minimum, 1)), high = Double(max(maximum, 1))
    let scale = high > low ? Double(columns) / log(high / low) : 0
    for recorded in histogram.recordedValues() {
      let value = min(max(Double(recorded.value), low), high)
      counts[min(columns - 1, Int(log(value / low) * scale))] += Int(recorded.count)
    }
    return counts
  }

  /// Returns the latency at the lower edge of a column of ``buckets(_:)``.
  package func edge(_ column: Int, of columns: Int) -> Int64 {
    guard let minimum, let maximum, columns > 0 else { return 0 }
    let low = Double(max(minimum, 1)), high = Double(max(maximum, 1))
    return Int64(low * exp(log(high / low) * Double(column) / Double(columns)))
  }
}

extension LatencySummary: Equatable {
  /// Whether both hold the same items. The time of the last percentiles does not count.
  package static func == (left: LatencySummary, right: LatencySummary) -> Bool {
    left.count == right.count && left.sum == right.sum && left.sumOfSquares == right.sumOfSquares
      && left.histogram == right.histogram
  }
}
