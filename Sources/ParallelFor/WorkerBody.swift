/// How one attempt at an item ended, with its output.
@usableFromInline
package struct AttemptEnding<Output> {
  @usableFromInline package var outcome: Outcome
  /// The output to deliver; nil delivers nothing for this item.
  @usableFromInline package var output: Output?
  /// A remark on the outcome, for the event.
  @usableFromInline package var note: String?
  /// When the work ended, if the body did more afterwards, such as storing the output; nil if it ended on return.
  @usableFromInline package var end: Instant?
  /// Whether the worker lost the machine that ran the attempt, so that the failure says nothing about the item.
  @usableFromInline package var isLost: Bool

  @inlinable
  package init(
    _ outcome: Outcome, output: Output?, note: String? = nil, end: Instant? = nil, isLost: Bool = false
  ) {
    self.outcome = outcome
    self.output = output
    self.note = note
    self.end = end
    self.isLost = isLost
  }
}

extension AttemptEnding: Sendable where Output: Sendable {}

/// What one worker does with its items. It is made on the worker's thread, and only that thread uses it.
@usableFromInline
package struct WorkerBody<Input, Output> {
  /// Runs one item.
  @usableFromInline package var run: (Input, ItemContext) -> AttemptEnding<Output>
  /// Receives a settled attempt and returns the output to deliver. Without it, the output of `run` is delivered.
  @usableFromInline package var settled: ((SettledAttempt<Input, Output>) -> Output?)?
  /// What the worker needs before it takes an item; nil if it needs nothing.
  @usableFromInline package var readiness: WorkerReadiness?
  /// Releases what other threads may wait for, when the worker has no item. It may continue or leave afterwards.
  @usableFromInline package var rest: () -> Void
  /// Releases what the worker holds, when it leaves.
  @usableFromInline package var close: () -> Void

  @inlinable
  package init(
    run: @escaping (Input, ItemContext) -> AttemptEnding<Output>, rest: @escaping () -> Void = {},
    close: @escaping () -> Void = {}
  ) {
    self.run = run
    self.rest = rest
    self.close = close
  }
}

/// Something that a worker needs before it takes an item, such as a connection, and may lose at any time.
///
/// A worker that waits for it holds no item: others run its items, and the wait is in no item's time.
@usableFromInline
package struct WorkerReadiness {
  /// Whether the worker can run an item now. It is asked before each item, so it must be quick.
  @usableFromInline let isReady: () -> Bool
  /// Tries until the worker is ready or no longer wanted. It asks `isWanted` several times a second.
  @usableFromInline let getReady: (_ isWanted: () -> Bool) -> Void

  package init(isReady: @escaping () -> Bool, getReady: @escaping (_ isWanted: () -> Bool) -> Void) {
    self.isReady = isReady
    self.getReady = getReady
  }
}

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
