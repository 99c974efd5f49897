@testable import ParallelFor

extension PoolStateMachine {
  /// Attempts end, and what follows is asked at that moment, as the pool does.
  mutating func itemsEnded(_ items: [FinishedItem], at now: Instant) -> WakeUps {
    itemsEnded(items.map { SettledItem(item: $0, settlement: settlement(of: $0)) }, at: now)
  }

  /// Settles all that the end of the run leaves.
  mutating func settleAll(at now: Instant) -> WakeUps { settled(takeUnsettled(), at: now) }
}

extension LaneState {
  /// What has ended, in order.
  mutating func harvest() -> [SettledItem] {
    var ended: [SettledItem] = []
    harvest(into: &ended)
    return ended
  }
}
