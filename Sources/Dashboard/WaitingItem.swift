package import ParallelFor

/// An item that failed and will be tried again.
package struct WaitingItem: Equatable, Sendable {
  /// How its last attempt ended.
  package var last: FinishedItem
  /// The earliest time of its next attempt.
  package var retryAt: Instant
  /// Whether its last attempt already counts as ended, because a user asked to try the ended item again.
  var isCounted = false

  /// Why the last attempt was not successful, in a few words.
  package var reason: String { last.outcome.failureReason ?? "stopped" }
}
