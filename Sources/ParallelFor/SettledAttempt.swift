/// An attempt that has ended, with the run's decision about it.
@usableFromInline
package struct SettledAttempt<Input, Output> {
  /// The item.
  @usableFromInline package var input: Input
  /// When, where and how the attempt ended; it has no label.
  @usableFromInline package var attempt: FinishedItem
  /// The earliest time at which it could start; nil for an item's first attempt.
  @usableFromInline package var due: Instant?
  /// The attempt's output.
  @usableFromInline package var output: Output?
  /// What follows.
  @usableFromInline package var settlement: Settlement
  /// Whether the attempt was settled before as one that another would follow. Such a call can come on any thread, and
  /// after the worker has left.
  @usableFromInline package var isRevised = false

  @inlinable
  init(input: Input, attempt: FinishedItem, due: Instant?, output: Output?, settlement: Settlement) {
    self.input = input
    self.attempt = attempt
    self.due = due
    self.output = output
    self.settlement = settlement
  }

  /// Returns the same attempt with the settlement that the end of the run has given it.
  @inlinable
  func revised(_ settlement: Settlement) -> Self {
    var revised = self
    revised.settlement = settlement
    revised.isRevised = true
    return revised
  }
}

extension SettledAttempt: Sendable where Input: Sendable, Output: Sendable {}
