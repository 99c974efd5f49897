/// When an item counts as slow: after a fixed time, or at a multiple of the median, whichever is shorter.
package struct SlowThreshold: Equatable, Sendable {
  /// The number of items from which a median is meaningful.
  static let enoughItems = 5

  /// A fixed limit in nanoseconds; nil for none.
  package var absolute: Int64?
  /// A multiple of the median; nil for none.
  package var factor: Double?

  /// Makes a threshold; `SlowThreshold()` is three times the median.
  package init(absolute: Int64? = nil, factor: Double? = 3) {
    self.absolute = absolute
    self.factor = factor
  }

  /// Returns the limit in nanoseconds; nil while it is unknown.
  ///
  /// - Parameters:
  ///   - median: The median latency in nanoseconds; nil while unknown.
  ///   - count: The number of items that have been timed.
  package func limit(median: Int64?, of count: Int) -> Int64? {
    let relative: Int64? =
      if let factor, let median, count >= Self.enoughItems {
        Int64(min(Double(median) * factor, 9e18))
      } else { nil }
    switch (absolute, relative) {
    case (let absolute?, let relative?): return min(absolute, relative)
    case (let limit?, nil), (nil, let limit?): return limit
    case (nil, nil): return nil
    }
  }
}
