/// The ranges of numbers in a run file; adding a few of them cannot overflow. Others are foreign or damaged.
enum NumberRange {
  /// Points in time, in nanoseconds since 1970: some decades before and after.
  static let times: ClosedRange<Int64> = -(1 << 61)...1 << 61
  /// Durations in nanoseconds, and other measures.
  static let measures: ClosedRange<Int64> = 0...1 << 61
  /// Counts and numbers of items.
  static let counts: ClosedRange<Int64> = 0...1 << 40
  /// Slots of workers.
  static let workers: ClosedRange<Int64> = 0...1 << 20
}
