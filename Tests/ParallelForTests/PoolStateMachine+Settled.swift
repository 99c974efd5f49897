@testable import ParallelFor

extension PoolStateMachine {
  /// Ends attempts and settles them at that moment, as the pool does.
  mutating func itemsEnded(_ items: [FinishedItem], at now: Instant) -> WakeUps {
    itemsEnded(items.map { SettledItem(item: $0, settlement: settlement(of: $0)) }, at: now)
  }

  /// Settles all that the end of the run leaves.
  mutating func settleAll(at now: Instant) -> WakeUps { settled(takeUnsettled(), at: now) }
}

extension LaneState {
  /// Returns the ended items, in order.
  mutating func harvest() -> [SettledItem] {
    var ended: [SettledItem] = []
    harvest(into: &ended)
    return ended
  }
}

extension RunLimits {
  init(
    readAhead: Int = 4_096, deliveryWindow: Int = 16_384, eventBacklog: Int = 131_072, keptFailures: Int = 1_024,
    largestClaim: Int
  ) {
    self.init(
      readAhead: readAhead, deliveryWindow: deliveryWindow, eventBacklog: eventBacklog, keptFailures: keptFailures)
    self.largestClaim = largestClaim
  }
}
