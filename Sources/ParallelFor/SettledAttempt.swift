/// An attempt of which the run has decided what it means.
@usableFromInline
package struct SettledAttempt<Input, Output> {
  /// The item.
  package var input: Input
  /// When, where and how the attempt ended; without a label.
  package var attempt: FinishedItem
  /// From when on it could have begun; nil for an item's first attempt.
  package var due: Instant?
  /// What the attempt produced.
  package var output: Output?
  /// What follows.
  package var settlement: Settlement
  /// Whether the attempt was settled before as one that would be followed by another. Such a call comes on any thread,
  /// and perhaps after the worker has left.
  package var isRevised = false

  @usableFromInline
  init(input: Input, attempt: FinishedItem, due: Instant?, output: Output?, settlement: Settlement) {
    self.input = input
    self.attempt = attempt
    self.due = due
    self.output = output
    self.settlement = settlement
  }

  /// The same attempt when the end of the run has changed what it means.
  @usableFromInline
  func revised(_ settlement: Settlement) -> Self {
    var revised = self
    revised.settlement = settlement
    revised.isRevised = true
    return revised
  }
}
