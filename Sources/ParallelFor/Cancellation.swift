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
public final class Cancellation: @unchecked Sendable {
  private let lock = Lock()
  private var requested: StopUrgency?
  private var handler: (@Sendable (StopUrgency) -> Void)?

  /// Makes a cancellation that nobody has asked for.
  public init() {}

  /// How urgently the item was asked to end, or nil.
  public var requestedUrgency: StopUrgency? { lock.withLock { requested } }

  /// True once the item was asked to end.
  public var isRequested: Bool { requestedUrgency != nil }

  /// Asks the item to end; a second request counts only if it is more urgent.
  public func request(_ urgency: StopUrgency) {
    lock.withLock {
      if let requested, requested >= urgency { return }
      requested = urgency
      handler?(urgency)
    }
  }

  /// Sets what to do on a request; it must be quick, must not block and must not call back into this object.
  public func onRequest(_ newHandler: @escaping @Sendable (StopUrgency) -> Void) {
    lock.withLock {
      handler = newHandler
      if let requested { newHandler(requested) }
    }
  }

  /// Forgets request and handler, for the next item.
  public func reset() {
    lock.withLock {
      handler = nil
      requested = nil
    }
  }
}
