/// Notices that items take much longer or shorter than before; a value.
///
/// It follows a slow drift. A change is a difference of a quarter in three blocks of items in a row.
struct ChangeDetector {
  private static let least = 0.25
  private static let blocks = 3
  private static let follow = 0.25
  private static let certainty = 2.0

  private var usual: Double?
  private var deviations = 0

  /// Starts with the times of a block.
  mutating func start(_ times: LogTimes) {
    usual = times.logMean
    deviations = 0
  }

  /// Records a block and returns whether the times have changed.
  mutating func isChange(_ times: LogTimes) -> Bool {
    let before = usual ?? times.logMean
    let difference = times.logMean - before
    guard abs(difference) > max(Self.least, Self.certainty * times.variance.squareRoot()) else {
      usual = before + Self.follow * difference
      deviations = 0
      return false
    }
    let direction = difference > 0 ? 1 : -1
    deviations = deviations * direction > 0 ? deviations + direction : direction
    return abs(deviations) >= Self.blocks
  }
}
