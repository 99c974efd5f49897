/// An item's position in the input; the first is 0.
public struct ItemID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The position, counted from 0.
  public var position: Int

  /// Makes the ID of the item at `position`, counted from 0.
  @inlinable
  public init(_ position: Int) { self.position = position }

  /// The number that users see, counted from 1.
  public var number: Int { position + 1 }

  /// The number with a number sign, such as `#17`.
  public var description: String { "#\(number)" }

  /// Orders items by their position in the input.
  @inlinable
  public static func < (left: ItemID, right: ItemID) -> Bool { left.position < right.position }
}

/// A worker's slot, counted from 1. A new worker takes the smallest free slot.
public struct WorkerID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The slot, counted from 1.
  public var slot: Int

  @inlinable
  package init(_ slot: Int) { self.slot = slot }

  /// The slot as a number.
  public var description: String { "\(slot)" }

  /// Orders workers by slot.
  @inlinable
  public static func < (left: WorkerID, right: WorkerID) -> Bool { left.slot < right.slot }
}

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
  package let cancellation: Cancellation
  /// Whether attempts have a time limit.
  @usableFromInline let isTimed: Bool
  /// The earliest time at which this attempt could start; nil for an item's first attempt.
  package let due: Instant?

  @usableFromInline
  package init(
    item: ItemID, attempt: Int = 1, of attempts: Int = 1, worker: WorkerID, cancellation: Cancellation = Cancellation(),
    isTimed: Bool = false, due: Instant? = nil
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

  /// The time that is left for the attempt, or zero; nil if the attempt has no fixed limit.
  public var timeLeft: Duration? {
    cancellation.deadline.map { max(.zero, MonotonicClock.now.duration(to: $0)) }
  }

  /// Sets a handler that is called when the item is asked to end.
  ///
  /// - Parameter handler: receives the urgency, on any thread, at most once for each level. It is called at once if the
  ///   item has already been asked. It must be quick, must not block and must not ask this context for anything.
  public func onCancel(_ handler: @escaping @Sendable (StopUrgency) -> Void) {
    cancellation.onRequest(handler)
  }

  /// Records that the attempt's work has ended. What the body does afterwards, such as storing its output, does not
  /// count against its time.
  ///
  /// - Returns: whether the time was up. The answer is final.
  @usableFromInline
  package func workEnded(at end: Instant) -> Bool { isTimed && cancellation.end(at: end) }

  /// Records that the attempt's work ended before any request reached it, so its time was not up.
  ///
  /// A program that was suspended in the meantime notices the end late.
  package func workEndedByItself() { if isTimed { cancellation.endByItself() } }

  /// Ends the attempt's work now, and returns whether it ran out of time. The answer is final.
  @usableFromInline
  var hasRunOut: Bool { isTimed && workEnded(at: MonotonicClock.now) }
}
