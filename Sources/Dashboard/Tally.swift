import ParallelFor

/// How many items are in which state; every item that is known of is counted in exactly one.
public struct Tally: Equatable, Sendable {
  /// Items that did what they should.
  public internal(set) var succeeded = 0
  /// Items that ended with an error.
  public internal(set) var failed = 0
  /// Items that ran longer than allowed.
  public internal(set) var timedOut = 0
  /// Items that ran and were stopped.
  public internal(set) var cancelled = 0
  /// Items that failed and were to be tried again when the run was interrupted: they have not ended.
  public internal(set) var unfinished = 0
  /// Items that failed and will be tried again.
  public internal(set) var waiting = 0
  /// Items that run now.
  public internal(set) var running = 0
  /// Items read, or counted, that have not begun. After the run's end: items that never ran.
  public internal(set) var queued = 0

  /// Items that have ended, however.
  public var finished: Int { succeeded + failed + timedOut + cancelled }
  /// Items that ended badly by themselves: failed or timed out.
  public var unsuccessful: Int { failed + timedOut }
  /// All items that are known of.
  public var known: Int { finished + unfinished + waiting + running + queued }

  mutating func count(_ outcome: Outcome, by difference: Int = 1) {
    switch outcome {
    case .succeeded: succeeded += difference
    case .failed: failed += difference
    case .timedOut: timedOut += difference
    case .cancelled: cancelled += difference
    }
  }
}
