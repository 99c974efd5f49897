package import ParallelFor

/// What one item is doing, or how it ended.
package enum ItemState: Equatable, Sendable, CaseIterable {
  case queued, running, succeeded, failed, timedOut, cancelled
  /// The item failed and will be tried again.
  case waiting
  /// The run ended before the item started.
  case neverRan

  /// The name in files.
  package var name: String { "\(self)" }

  package init(_ outcome: Outcome) {
    switch outcome {
    case .succeeded: self = .succeeded
    case .failed: self = .failed
    case .timedOut: self = .timedOut
    case .cancelled: self = .cancelled
    }
  }
}

extension Outcome {
  /// Why an item failed or timed out, in a few words; nil for success and for stopped items.
  package var failureReason: String? {
    switch self {
    case .failed(let failure): failure.reason
    case .timedOut: "timed out"
    case .succeeded, .cancelled: nil
    }
  }
}

/// A failure that the summary names.
package struct FailedItem: Equatable, Sendable {
  /// The number of failures that are kept. Later ones are only counted.
  static let keptForSummary = 20

  package let id: ItemID
  package let label: String
  /// Untrusted text.
  package let reason: String
}

/// An item that failed and will be tried again.
package struct WaitingItem: Equatable, Sendable {
  /// How its last attempt ended.
  package let last: FinishedItem
  /// The earliest time of its next attempt.
  package let retryAt: Instant
  /// Whether its last attempt already counts as ended, because a user asked to try the ended item again.
  var isCounted = false

  /// Why the last attempt was not successful, in a few words.
  package var reason: String { last.outcome.failureReason ?? "stopped" }
}

/// A running item whose command is stopped, because of the terminal or by a signal.
package struct StoppedItem: Equatable, Sendable {
  package enum Reason: Equatable, Sendable {
    /// It wants to read the terminal, which does not belong to it.
    case readsTerminal
    /// It wants to write to the terminal or to change its settings.
    case writesTerminal
    /// It has received a stop signal from a process.
    case signal
  }

  package let id: ItemID
  package let worker: WorkerID
  package let reason: Reason

  package init(id: ItemID, worker: WorkerID, reason: Reason) {
    self.id = id
    self.worker = worker
    self.reason = reason
  }
}
