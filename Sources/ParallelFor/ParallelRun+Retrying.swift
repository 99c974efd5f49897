public import Synchronization

/// What becomes of the wish to try an item again.
package enum RetryAnswer {
  /// There will be no further attempt.
  case refused
  /// There will be one, and its result takes the place of the earlier one.
  case inPlace
  /// There will be one, and its result comes out of order, because the earlier one has been taken.
  case late
}

extension ParallelRun {
  /// Asks for a further attempt at an item that has ended without success, while the run goes on.
  ///
  /// It goes before the items that have not begun, whatever the policy says about attempts, and how it ends then is how
  /// it has ended: an item has one result, which is handed on once. So it must be asked for before its result is taken.
  /// A run whose policy has halted it, or that was finished or stopped, begins nothing any more.
  ///
  /// - Parameter id: the item. Of items that failed, ``RunLimits/keptFailures`` are kept.
  /// - Returns: false if there will be no further attempt: the item runs or waits, or succeeded, or is not kept, its
  ///   result was taken, or the run winds up.
  @discardableResult
  public func retry(_ id: ItemID) -> Bool { retryKept(id, mayBeLate: false) }

  /// The same; an item whose result was taken may get a second one, which comes as soon as it is there.
  package func retryKept(_ id: ItemID, mayBeLate: Bool) -> Bool {
    guard let input = retries.keptInput(at: id.position) else { return false }
    return pool.retry(id, nil, mayBeLate: mayBeLate) { retries.begin(id.position, input, isLate: $0) }
  }

  /// The same for an item that the caller knows in full.
  ///
  /// - Parameters:
  ///   - last: how it ended.
  ///   - input: the item itself.
  package func retry(_ last: FinishedItem, _ input: Input) -> RetryAnswer {
    var answer = RetryAnswer.refused
    _ = pool.retry(last.id, last, mayBeLate: true) { isLate in
      answer = isLate ? .late : .inPlace
      retries.begin(last.id.position, input, isLate: isLate)
    }
    return answer
  }

  /// Takes out what is to be handed on for an item; nil if it leaves nothing.
  ///
  /// - Parameter replaced: called with outputs of earlier attempts that have not been handed on.
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
    // Its position was handed on before somebody asked for the item, and its output is taken only now.
    if retries.isLate(position), let earlier = outputs.takeIfPresent(at: position, using: &cursor) { return earlier }
    if retries.isLate(position), !retries.hasEnded(position) { return nil }
    guard let ended = retries.take(at: position) else { return outputs.take(at: position, using: &cursor) }
    let earlier = ended.isLate ? nil : outputs.take(at: position, using: &cursor)
    // The run wound up before the item could begin again.
    guard ended.hasEnded else { return earlier }
    for output in ended.replaced { replaced?(output) }
    if let earlier { replaced?(earlier) }
    return ended.output
  }
}
