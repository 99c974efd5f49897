/// What numbers in a run file can be, so that to add a few of them cannot overflow; others are a stranger's, or damage.
enum NumberRange {
  /// Points in time, in nanoseconds since 1970: some decades before and after.
  static let times: ClosedRange<Int64> = -(1 << 61)...1 << 61
  /// Lengths of time in nanoseconds, and other measures.
  static let measures: ClosedRange<Int64> = 0...1 << 61
  /// Slots of workers.
  static let workers: ClosedRange<Int64> = 0...1 << 20
}
