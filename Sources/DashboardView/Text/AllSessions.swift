/// How the items of a run have ended that was resumed, over all of its sessions.
public struct AllSessions: Equatable, Sendable {
  /// Items that did what they should.
  public var succeeded: Int
  /// Items that failed.
  public var failed: Int
  /// Items that ran longer than they might.
  public var timedOut: Int
  /// How many items there are in all; nil when that is not known.
  public var total: Int?

  /// Makes the counts.
  public init(succeeded: Int, failed: Int, timedOut: Int, total: Int?) {
    self.succeeded = succeeded
    self.failed = failed
    self.timedOut = timedOut
    self.total = total
  }

  /// How many have not ended by themselves; nil when that is not known.
  var rest: Int? { total.map { max(0, $0 - succeeded - failed - timedOut) } }
}
