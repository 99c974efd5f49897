/// How a parallel `for` reports its progress.
public enum LoopProgress: Sendable {
  /// No report, at no cost.
  case none
  /// A line on standard error with the number of elements done, the total, the rate and the time left.
  ///
  /// ```
  /// 12,345/50,000   24 %   812/s   46 s left
  /// ```
  ///
  /// On a terminal, the line is updated in place, at most ten times a second. Elsewhere, as in a log, a line is added
  /// every five seconds. Each element costs one reading of the clock.
  case line
}
