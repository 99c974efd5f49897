/// What an item's body may know about its own execution.
public struct ItemContext: Sendable {
  /// The item's position in the input.
  public let item: ItemID
  /// Which attempt this is, from 1.
  public let attempt: Int
  /// How many attempts there will be at most.
  public let attempts: Int
  /// The worker that runs it.
  public let worker: WorkerID
  /// The way in which the item is asked to end.
  public let cancellation: Cancellation
  /// Whether the time of attempts is limited.
  public let isTimed: Bool
  /// From when on this attempt could have begun; nil for an item's first attempt.
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

  /// True once the item was asked to end; a long body looks at it now and then.
  public var isCancelled: Bool { cancellation.isRequested }

  /// When the attempt's time is up; nil if it has no fixed limit.
  public var deadline: Instant? { cancellation.deadline }

  /// Says that the attempt's work has ended, so that what the body still does, such as keeping its output, does not
  /// count against its time.
  ///
  /// - Returns: whether the time was up; final.
  public func workEnded(at end: Instant) -> Bool { isTimed && cancellation.end(at: end) }

  /// Says that the attempt's work had ended before anybody could ask it to, though that is seen only now: a program that
  /// was stopped meanwhile is late to look. Then its time was not up.
  public func workEndedByItself() { if isTimed { cancellation.endByItself() } }

  /// Sets what to do when the item is asked to end while it runs.
  ///
  /// - Parameter handler: called with the urgency, on another thread; must be quick and must not block.
  public func onCancel(_ handler: @escaping @Sendable (StopUrgency) -> Void) {
    cancellation.onRequest(handler)
  }
}
