/// Asks one running item to end.
///
/// The requester calls ``request(_:)``. The item polls ``isRequested`` or sets a handler. A handler is called at most
/// once for each level of urgency, immediately if the request came first. No handler runs after the item has ended.
@usableFromInline
package final class Cancellation: @unchecked Sendable {
  private let lock: Lock
  /// Guarded by the lock. An item of a run uses the lane's lock.
  @exclusivity(unchecked) var state = CancellationState()

  /// - Parameter lock: the lock of the item's owner.
  @usableFromInline
  package init(lock: Lock = Lock()) { self.lock = lock }

  package var isRequested: Bool { lock.withLock { state.requested != nil } }

  /// When the attempt's time is up; nil if there is no limit or the limit is not yet known.
  var deadline: Instant? { lock.withLock { state.until } }

  /// Asks the item to end. A second request counts only if it is more urgent.
  package func request(_ urgency: StopUrgency) { lock.withLock { state.request(urgency) } }

  /// Sets the handler for requests. It must be quick, must not block and must not call back into this object.
  package func onRequest(_ handler: @escaping @Sendable (StopUrgency) -> Void) {
    lock.withLock { state.onRequest(handler) }
  }

  func end(at now: Instant) -> Bool { lock.withLock { state.end(at: now) } }

  func endByItself() { lock.withLock { state.endByItself() } }
}

/// Decides, as a value, how one attempt is asked to end and whether its time was up.
///
/// The first of two events decides whether the time was up: the clock asks the attempt to end, or the attempt ends. If
/// the end came first but was noticed later, the caller says so with ``endByItself()``.
struct CancellationState {
  private(set) var requested: StopUrgency?
  /// When the attempt's time is up; nil for no limit.
  private(set) var until: Instant?
  private var handler: (@Sendable (StopUrgency) -> Void)?
  private var expired: Instant?
  private var hasEnded = false

  /// Asks the attempt to end. A second request counts only if it is more urgent.
  mutating func request(_ urgency: StopUrgency) {
    if let requested, requested >= urgency { return }
    requested = urgency
    handler?(urgency)
  }

  /// Sets the handler for requests, and calls it if a request came first.
  mutating func onRequest(_ newHandler: @escaping @Sendable (StopUrgency) -> Void) {
    handler = newHandler
    if let requested { newHandler(requested) }
  }

  /// Clears everything, for an attempt with a deadline; nil for no limit.
  mutating func reset(until deadline: Instant?) {
    if handler != nil { handler = nil }
    requested = nil
    until = deadline
    expired = nil
    hasEnded = false
  }

  /// Asks an attempt whose time is up to end, and insists after the grace time.
  ///
  /// - Returns: when to call again; nil when there is nothing left to do.
  mutating func expire(at now: Instant, grace: Int64) -> Instant? {
    guard !hasEnded else { return nil }
    if expired == nil {
      // An attempt that was asked to end for another reason did not run out of time.
      guard requested == nil else { return nil }
      expired = now
      request(.interrupt)
    }
    guard let expired, requested == .interrupt else { return nil }
    if now < expired + grace { return expired + grace }
    request(.kill)
    return nil
  }

  /// Records that the attempt's work ended before the request reached it. This overrides what the clock has decided.
  mutating func endByItself() {
    hasEnded = true
    expired = nil
  }

  /// Records that the attempt's work has ended, which stops its clock.
  ///
  /// - Returns: whether its time was up.
  mutating func end(at now: Instant) -> Bool {
    if !hasEnded, expired == nil, requested == nil, let until, now > until { expired = now }
    hasEnded = true
    return expired != nil
  }
}
