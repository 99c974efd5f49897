public import ParallelFor

/// How far results have been handed on in item order.
public struct Delivery: Equatable, Sendable {
  /// The next item to hand on.
  public internal(set) var next = ItemID(0)
  /// How many later results wait for it.
  public internal(set) var held = 0
  /// Since when results have waited for this very item; nil while none wait.
  public internal(set) var waitingSince: Instant?

  mutating func advance(to next: ItemID, held: Int, at instant: Instant) {
    if held == 0 {
      waitingSince = nil
    } else if next != self.next || waitingSince == nil {
      waitingSince = instant
    }
    self.next = next
    self.held = held
  }
}
