#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The way to ask one running item to end.
///
/// The side that asks calls ``request(_:)``; the item polls ``isRequested`` or leaves a handler. A handler is called
/// at most once for each level of urgency, at once if the request came before the handler did, and never after
/// ``reset()``: when `reset()` has returned, no handler runs any more.
///
/// It also keeps the attempt's time: whether the time was up is decided once, by whichever comes first, the clock that
/// asks the attempt to end or the end itself.
public final class Cancellation: @unchecked Sendable {
  private let lock = Lock()
  @exclusivity(unchecked) private var requested: StopUrgency?
  @exclusivity(unchecked) private var handler: (@Sendable (StopUrgency) -> Void)?
  @exclusivity(unchecked) private var until: Instant?
  @exclusivity(unchecked) private var expired: Instant?
  @exclusivity(unchecked) private var hasEnded = false

  /// Makes a cancellation that nobody has asked for.
  public init() {}

  /// How urgently the item was asked to end, or nil.
  public var requestedUrgency: StopUrgency? { lock.withLock { requested } }

  /// True once the item was asked to end.
  public var isRequested: Bool { requestedUrgency != nil }

  /// When the attempt's time is up; nil if it may take as long as it likes, or that cannot be said.
  public var deadline: Instant? { lock.withLock { until } }

  /// Asks the item to end; a second request counts only if it is more urgent.
  public func request(_ urgency: StopUrgency) { lock.withLock { ask(urgency) } }

  private func ask(_ urgency: StopUrgency) {
    if let requested, requested >= urgency { return }
    requested = urgency
    handler?(urgency)
  }

  /// Sets what to do on a request; it must be quick, must not block and must not call back into this object.
  public func onRequest(_ newHandler: @escaping @Sendable (StopUrgency) -> Void) {
    lock.withLock {
      handler = newHandler
      if let requested { newHandler(requested) }
    }
  }

  /// Forgets request and handler, for the next item.
  public func reset() { reset(until: nil) }

  /// The same, for an attempt whose time is up at a moment.
  func reset(until deadline: Instant?) { lock.withLock { forget(until: deadline) } }

  private func forget(until deadline: Instant?) {
    handler = nil
    requested = nil
    until = deadline
    expired = nil
    hasEnded = false
  }

  /// The attempt's time is up: asks it to end, and insists after the grace time.
  ///
  /// - Returns: when to call again; nil when there is nothing more to do.
  func expire(at now: Instant, grace: Int64) -> Instant? {
    lock.withLock {
      guard !hasEnded else { return nil }
      if expired == nil {
        // Who was asked to end for another reason did not run out of time.
        guard requested == nil else { return nil }
        expired = now
        ask(.interrupt)
      }
      guard let expired, requested == .interrupt else { return nil }
      if now < expired + grace { return expired + grace }
      ask(.kill)
      return nil
    }
  }

  /// The attempt's work has ended; from now on its time does not run.
  ///
  /// - Returns: whether its time was up.
  func end(at now: Instant) -> Bool { lock.withLock { stopTime(at: now) } }

  /// Both in one step: the attempt has ended, and the next one, until `deadline`, has a fresh cancellation.
  func end(at now: Instant, thenUntil deadline: Instant?) -> Bool {
    lock.withLock {
      defer { forget(until: deadline) }
      return stopTime(at: now)
    }
  }

  private func stopTime(at now: Instant) -> Bool {
    if !hasEnded, expired == nil, requested == nil, let until, now > until { expired = now }
    hasEnded = true
    return expired != nil
  }
}
