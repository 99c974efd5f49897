package import ParallelFor

/// What one item is doing, or how it ended.
package enum ItemState: Equatable, Sendable, CaseIterable {
  case queued, running, succeeded, failed, timedOut, cancelled
  /// The item failed and will be tried again.
  case waiting
  /// The run ended before the item started.
  case neverRan

  /// Makes the state of an item that ended with an outcome.
  package init(_ outcome: Outcome) {
    switch outcome {
    case .succeeded: self = .succeeded
    case .failed: self = .failed
    case .timedOut: self = .timedOut
    case .cancelled: self = .cancelled
    }
  }
}
