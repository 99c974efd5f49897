/// The way to ask one running item to end.
///
/// The side that asks calls ``request(_:)``; the item polls ``isRequested`` or leaves a handler. A handler is called
/// at most once for each level of urgency, at once if the request came before the handler did, and never after
/// ``reset()``: when `reset()` has returned, no handler runs any more.
public final class Cancellation: @unchecked Sendable {
  private let lock: Lock
  /// Guarded by the lock, which is the lane's for an item of a run.
  @exclusivity(unchecked) var state = CancellationState()

  /// Makes a cancellation that nobody has asked for.
  public convenience init() { self.init(lock: Lock()) }

  /// The same, guarded by its owner's lock.
  init(lock: Lock) { self.lock = lock }

  /// How urgently the item was asked to end, or nil.
  public var requestedUrgency: StopUrgency? { lock.withLock { state.requested } }

  /// True once the item was asked to end.
  public var isRequested: Bool { requestedUrgency != nil }

  /// When the attempt's time is up; nil if it may take as long as it likes, or that cannot be said.
  public var deadline: Instant? { lock.withLock { state.until } }

  /// Asks the item to end; a second request counts only if it is more urgent.
  public func request(_ urgency: StopUrgency) { lock.withLock { state.request(urgency) } }

  /// Sets what to do on a request; it must be quick, must not block and must not call back into this object.
  public func onRequest(_ handler: @escaping @Sendable (StopUrgency) -> Void) {
    lock.withLock { state.onRequest(handler) }
  }

  /// Forgets request and handler, for the next item.
  public func reset() { lock.withLock { state.reset(until: nil) } }

  /// The attempt's work has ended; from now on its time does not run.
  ///
  /// - Returns: whether its time was up.
  func end(at now: Instant) -> Bool { lock.withLock { state.end(at: now) } }

  /// The attempt's work had ended before it could be asked to; its time was not up.
  func endByItself() { lock.withLock { state.endByItself() } }
}
