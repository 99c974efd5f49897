import ParallelFor

/// The number of items in each state. Every known item counts in exactly one.
public struct Tally: Equatable, Sendable {
  /// Items that ended without an error.
  public internal(set) var succeeded = 0
  /// Items that ended with an error.
  public internal(set) var failed = 0
  /// Items that ran longer than allowed.
  public internal(set) var timedOut = 0
  /// Items that ran and were stopped.
  public internal(set) var cancelled = 0
  /// Items that were to be tried again when the run was interrupted. They have not ended.
  public internal(set) var unfinished = 0
  /// Items that failed and will be tried again.
  public internal(set) var waiting = 0
  /// Items that are running.
  public internal(set) var running = 0
  /// Items that were read or counted and have not started. After the run, items that never ran.
  public internal(set) var queued = 0

  /// Items that have ended in any way.
  public var finished: Int { succeeded + failed + timedOut + cancelled }
  /// Items that failed or timed out.
  public var unsuccessful: Int { failed + timedOut }
  /// All known items.
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
