public import ParallelFor

/// An item that failed and will be tried again.
public struct WaitingItem: Equatable, Sendable {
  /// How its last attempt ended.
  public var last: FinishedItem
  /// When it is tried again, or soon after that.
  public var retryAt: Instant
  /// Whether that attempt counts among those that ended: a person had the item tried again.
  var isCounted = false

  /// Why the last attempt was no success, in a few words.
  public var reason: String { last.outcome.failureReason ?? "stopped" }
}
