/// Limits on the items, results and events that may wait in a run.
///
/// At a limit, the feeder or the workers wait. Nothing is dropped, and nothing grows without bound.
public struct RunLimits: Sendable, Equatable {
  /// The maximum number of items that are read and not yet handed to a worker.
  public var readAhead: Int
  /// The maximum distance from the oldest undelivered result to an item that is handed to a worker.
  public var deliveryWindow: Int
  /// The maximum number of events that wait to be taken.
  public var eventBacklog: Int
  /// The approximate amount of work that a worker claims at once, in nanoseconds.
  public var claimWork: Int64
  /// The maximum number of items that a worker claims at once.
  public var largestClaim: Int
  /// The maximum number of failed items that are kept, with their inputs, for ``ParallelRun/retry(_:)``.
  public var keptFailures: Int

  /// Makes limits. The defaults suit one command or query per item.
  public init(
    readAhead: Int = 4_096, deliveryWindow: Int = 16_384, eventBacklog: Int = 131_072, claimWork: Int64 = 50_000,
    largestClaim: Int = 512, keptFailures: Int = 1_024
  ) {
    self.readAhead = readAhead
    self.deliveryWindow = deliveryWindow
    self.eventBacklog = eventBacklog
    self.claimWork = claimWork
    self.largestClaim = largestClaim
    self.keptFailures = keptFailures
  }
}
