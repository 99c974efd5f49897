import ParallelFor

/// The number of items in each state. Every known item counts in exactly one.
package struct Tally: Equatable, Sendable {
  /// Items that ended without an error.
  package internal(set) var succeeded = 0
  /// Items that ended with an error.
  package internal(set) var failed = 0
  /// Items that ran longer than allowed.
  package internal(set) var timedOut = 0
  /// Items that ran and were stopped.
  package internal(set) var cancelled = 0
  /// Items that were to be tried again when the run was interrupted. They have not ended.
  package internal(set) var unfinished = 0
  /// Items that failed and will be tried again.
  package internal(set) var waiting = 0
  /// Items that are running.
  package internal(set) var running = 0
  /// Items that were read or counted and have not started. After the run, items that never ran.
  package internal(set) var queued = 0

  /// Items that have ended in any way.
  package var finished: Int { succeeded + failed + timedOut + cancelled }
  /// Items that failed or timed out.
  package var unsuccessful: Int { failed + timedOut }
  /// All known items.
  package var known: Int { finished + unfinished + waiting + running + queued }

  mutating func count(_ outcome: Outcome, by difference: Int = 1) {
    switch outcome {
    case .succeeded: succeeded += difference
    case .failed: failed += difference
    case .timedOut: timedOut += difference
    case .cancelled: cancelled += difference
    }
  }
}
