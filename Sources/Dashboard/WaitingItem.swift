public import ParallelFor

/// An item that failed and will be tried again.
public struct WaitingItem: Equatable, Sendable {
  /// How its last attempt ended.
  public var last: FinishedItem
  /// The earliest time of its next attempt.
  public var retryAt: Instant
  /// Whether its last attempt already counts as ended, because a user asked to try the ended item again.
  var isCounted = false

  /// Why the last attempt was not successful, in a few words.
  public var reason: String { last.outcome.failureReason ?? "stopped" }
}
