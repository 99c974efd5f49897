/// What an item's body can know about its own execution.
public struct ItemContext: Sendable {
  /// The item's position in the input.
  public let item: ItemID
  /// The number of this attempt, from 1.
  public let attempt: Int
  /// The maximum number of attempts.
  public let attempts: Int
  /// The worker that runs the item.
  public let worker: WorkerID
  /// The object through which the item is asked to end.
  public let cancellation: Cancellation
  /// Whether attempts have a time limit.
  public let isTimed: Bool
  /// The earliest time at which this attempt could start; nil for an item's first attempt.
  package let due: Instant?

  /// Makes a context.
  public init(
    item: ItemID, attempt: Int = 1, of attempts: Int = 1, worker: WorkerID, cancellation: Cancellation,
    isTimed: Bool = false
  ) {
    self.init(
      item: item, attempt: attempt, of: attempts, worker: worker, cancellation: cancellation, isTimed: isTimed, due: nil
    )
  }

  @usableFromInline
  init(
    item: ItemID, attempt: Int, of attempts: Int, worker: WorkerID, cancellation: Cancellation, isTimed: Bool,
    due: Instant?
  ) {
    self.item = item
    self.attempt = attempt
    self.attempts = max(attempt, attempts)
    self.worker = worker
    self.cancellation = cancellation
    self.isTimed = isTimed
    self.due = due
  }

  /// Whether the item was asked to end. A long body should check it now and then.
  public var isCancelled: Bool { cancellation.isRequested }

  /// When the attempt's time is up; nil if the attempt has no fixed limit.
  public var deadline: Instant? { cancellation.deadline }

  /// Records that the attempt's work has ended. What the body does afterwards, such as storing its output, does not
  /// count against its time.
  ///
  /// - Returns: whether the time was up. The answer is final.
  public func workEnded(at end: Instant) -> Bool { isTimed && cancellation.end(at: end) }

  /// Records that the attempt's work ended before any request reached it, so its time was not up.
  ///
  /// A program that was suspended in the meantime notices the end late.
  public func workEndedByItself() { if isTimed { cancellation.endByItself() } }

  /// Sets a handler that is called when the item is asked to end.
  ///
  /// - Parameter handler: receives the urgency, on any thread. It must be quick and must not block.
  public func onCancel(_ handler: @escaping @Sendable (StopUrgency) -> Void) {
    cancellation.onRequest(handler)
  }
}
