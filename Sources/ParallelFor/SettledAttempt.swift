/// An attempt that has ended, with what the run has decided about it.
@usableFromInline
package struct SettledAttempt<Input, Output> {
  /// The item.
  @usableFromInline package var input: Input
  /// When, where and how the attempt ended; without a label.
  @usableFromInline package var attempt: FinishedItem
  /// From when on it could have begun; nil for an item's first attempt.
  @usableFromInline package var due: Instant?
  /// What the attempt produced.
  @usableFromInline package var output: Output?
  /// What follows.
  @usableFromInline package var settlement: Settlement
  /// Whether the attempt was settled before as one that would be followed by another. Such a call comes on any thread,
  /// and perhaps after the worker has left.
  @usableFromInline package var isRevised = false

  @inlinable
  init(input: Input, attempt: FinishedItem, due: Instant?, output: Output?, settlement: Settlement) {
    self.input = input
    self.attempt = attempt
    self.due = due
    self.output = output
    self.settlement = settlement
  }

  /// The same attempt when the end of the run has changed what it means.
  @inlinable
  func revised(_ settlement: Settlement) -> Self {
    var revised = self
    revised.settlement = settlement
    revised.isRevised = true
    return revised
  }
}

extension SettledAttempt: Sendable where Input: Sendable, Output: Sendable {}
