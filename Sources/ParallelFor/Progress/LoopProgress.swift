/// What a form of the parallel `for` tells of its progress while it works.
public enum LoopProgress: Sendable {
  /// Nothing; it costs nothing.
  case none
  /// One line on standard error: how many elements are done, of how many, how fast, and for how long still.
  ///
  /// ```
  /// 12,345/50,000   24 %   812/s   46 s left
  /// ```
  ///
  /// On a terminal the line is written over itself, at most ten times a second; elsewhere, as in a log, a line is added
  /// every five seconds. Each element costs a look at the clock.
  case line
}
