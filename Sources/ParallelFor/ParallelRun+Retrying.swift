public import Synchronization

/// The answer to a request to try an item again.
package enum RetryAnswer {
  /// There will be no further attempt.
  case refused
  /// There will be one, and its result replaces the earlier one.
  case inPlace
  /// There will be one, and its result is delivered out of order, because the earlier one has been taken.
  case late
}

extension ParallelRun {
  /// Asks for a further attempt at an item that has ended without success, while the run continues.
  ///
  /// The item goes before those that have not started, whatever the policy says about attempts. Its new ending replaces
  /// the earlier one. An item has one result, which is handed on once, so ask before the result is taken. A run that
  /// was halted by its policy, finished or stopped starts no further items.
  ///
  /// - Parameter id: the item. A run keeps up to ``RunLimits/keptFailures`` failed items.
  /// - Returns: false if there will be no further attempt, because the item runs, waits, succeeded or is not kept, its
  ///   result was taken, or the run is ending.
  @discardableResult
  public func retry(_ id: ItemID) -> Bool { retryKept(id, mayBeLate: false) }

  /// Does the same, but an item whose result was taken may get a second one, which is delivered as soon as it is ready.
  package func retryKept(_ id: ItemID, mayBeLate: Bool) -> Bool {
    guard let input = retries.keptInput(at: id.position) else { return false }
    return pool.retry(id, nil, mayBeLate: mayBeLate) { retries.begin(id.position, input, isLate: $0) }
  }

  /// Does the same for an item whose ending and input the caller provides.
  ///
  /// - Parameters:
  ///   - last: how the item ended.
  ///   - input: the item's input.
  package func retry(_ last: FinishedItem, _ input: Input) -> RetryAnswer {
    var answer = RetryAnswer.refused
    _ = pool.retry(last.id, last, mayBeLate: true) { isLate in
      answer = isLate ? .late : .inPlace
      retries.begin(last.id.position, input, isLate: isLate)
    }
    return answer
  }

  /// Takes the output to hand on for an item; nil if it has none.
  ///
  /// - Parameter replaced: receives outputs of earlier attempts that have not been handed on.
  @inlinable
  func takeOutput(
    at position: Int, using cursor: inout Slots<Output>.Cursor, replaced: ((Output) -> Void)? = nil
  ) -> Output? {
    guard retries.isUsed.load(ordering: .relaxed) else { return outputs.take(at: position, using: &cursor) }
    return takeRetried(at: position, using: &cursor, replaced)
  }

  @usableFromInline
  func takeRetried(
    at position: Int, using cursor: inout Slots<Output>.Cursor, _ replaced: ((Output) -> Void)?
  ) -> Output? {
    // The position was handed on before the retry was requested, but its output is taken only now.
    if retries.isLate(position), let earlier = outputs.takeIfPresent(at: position, using: &cursor) { return earlier }
    if retries.isLate(position), !retries.hasEnded(position) { return nil }
    guard let ended = retries.take(at: position) else { return outputs.take(at: position, using: &cursor) }
    let earlier = ended.isLate ? nil : outputs.take(at: position, using: &cursor)
    // The run ended before the item could start again.
    guard ended.hasEnded else { return earlier }
    for output in ended.replaced { replaced?(output) }
    if let earlier { replaced?(earlier) }
    return ended.output
  }
}
