package import ParallelFor

/// How far results have been delivered in item order.
package struct Delivery: Equatable, Sendable {
  package internal(set) var next = ItemID(0)
  /// The number of later results that wait for it.
  package internal(set) var held = 0
  /// Since when results have waited for this item; nil while none wait.
  package internal(set) var waitingSince: Instant?

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
