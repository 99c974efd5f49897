/// Asks one running item to end.
///
/// The requester calls ``request(_:)``. The item polls ``isRequested`` or sets a handler. A handler is called at most
/// once for each level of urgency, immediately if the request came first. No handler runs after ``reset()`` has
/// returned.
public final class Cancellation: @unchecked Sendable {
  private let lock: Lock
  /// Guarded by the lock. An item of a run uses the lane's lock.
  @exclusivity(unchecked) var state = CancellationState()

  /// Makes a cancellation without a request.
  public convenience init() { self.init(lock: Lock()) }

  /// Makes a cancellation that is guarded by its owner's lock.
  init(lock: Lock) { self.lock = lock }

  /// How urgently the item was asked to end, or nil.
  public var requestedUrgency: StopUrgency? { lock.withLock { state.requested } }

  /// Whether the item was asked to end.
  public var isRequested: Bool { requestedUrgency != nil }

  /// When the attempt's time is up; nil if there is no limit or the limit is not yet known.
  public var deadline: Instant? { lock.withLock { state.until } }

  /// Asks the item to end. A second request counts only if it is more urgent.
  public func request(_ urgency: StopUrgency) { lock.withLock { state.request(urgency) } }

  /// Sets the handler for requests. It must be quick, must not block and must not call back into this object.
  public func onRequest(_ handler: @escaping @Sendable (StopUrgency) -> Void) {
    lock.withLock { state.onRequest(handler) }
  }

  /// Clears the request and the handler, for the next item.
  public func reset() { lock.withLock { state.reset(until: nil) } }

  /// Records that the attempt's work has ended, which stops its clock.
  ///
  /// - Returns: whether its time was up.
  func end(at now: Instant) -> Bool { lock.withLock { state.end(at: now) } }

  /// Records that the attempt's work ended before the request reached it, so its time was not up.
  func endByItself() { lock.withLock { state.endByItself() } }
}
