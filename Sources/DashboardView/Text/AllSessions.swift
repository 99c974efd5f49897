/// How the items of a resumed run have ended, over all of its sessions.
public struct AllSessions: Equatable, Sendable {
  /// Items that ended without an error.
  public var succeeded: Int
  /// Items that failed.
  public var failed: Int
  /// Items that ran longer than allowed.
  public var timedOut: Int
  /// The total number of items; nil if unknown.
  public var total: Int?

  /// Makes the counts.
  public init(succeeded: Int, failed: Int, timedOut: Int, total: Int?) {
    self.succeeded = succeeded
    self.failed = failed
    self.timedOut = timedOut
    self.total = total
  }

  /// The number of items that have not succeeded, failed or timed out; nil if unknown.
  var rest: Int? { total.map { max(0, $0 - succeeded - failed - timedOut) } }
}
