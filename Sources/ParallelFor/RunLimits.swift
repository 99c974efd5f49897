/// How far a run may get ahead of its feeder, the consumer of its results and its watcher.
///
/// At a limit workers wait: nothing is dropped and nothing grows without end.
public struct RunLimits: Sendable, Equatable {
  /// How many items may be read and not yet handed to a worker.
  public var readAhead: Int
  /// How far behind the oldest result not yet delivered an item may stand and still be handed to a worker.
  public var deliveryWindow: Int
  /// How many events may wait to be taken.
  public var eventBacklog: Int
  /// What a worker claims at once should be worth about this much work, in nanoseconds.
  public var claimWork: Int64
  /// The most items that a worker claims at once.
  public var largestClaim: Int
  /// How many failed items are kept, with their inputs, for ``ParallelRun/retry(_:)``.
  public var keptFailures: Int

  /// Makes limits; the defaults suit a command or a query an item.
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
