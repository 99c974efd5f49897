/// From when on an item counts as slow: after a fixed time, or at a multiple of the median, whichever comes first.
public struct SlowThreshold: Equatable, Sendable {
  /// A median of fewer items says nothing about the others.
  static let enoughItems = 5

  /// Nanoseconds, or nil for no fixed limit.
  public var absolute: Int64?
  /// A multiple of the median, or nil for none.
  public var factor: Double?

  /// Makes a threshold; `SlowThreshold()` is three times the median.
  public init(absolute: Int64? = nil, factor: Double? = 3) {
    self.absolute = absolute
    self.factor = factor
  }

  /// The limit in nanoseconds, or nil while none can be said.
  ///
  /// - Parameters:
  ///   - median: how long half of the items took at most, in nanoseconds; nil while it is not known.
  ///   - count: how many items have been timed.
  public func limit(median: Int64?, of count: Int) -> Int64? {
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
