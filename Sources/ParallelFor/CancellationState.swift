/// How one attempt is asked to end, and whether its time was up: decided as a value.
///
/// Whether the time was up is decided once, by whichever comes first, the clock that asks the attempt to end or the end
/// itself. When the end came before the clock's request and was only seen later, the caller says so.
struct CancellationState {
  private(set) var requested: StopUrgency?
  /// When the attempt's time is up; nil if it may take as long as it likes.
  private(set) var until: Instant?
  private var handler: (@Sendable (StopUrgency) -> Void)?
  private var expired: Instant?
  private var hasEnded = false

  /// Asks the attempt to end; a second request counts only if it is more urgent.
  mutating func request(_ urgency: StopUrgency) {
    if let requested, requested >= urgency { return }
    requested = urgency
    handler?(urgency)
  }

  /// Sets what to do on a request, and does it if the request came first.
  mutating func onRequest(_ newHandler: @escaping @Sendable (StopUrgency) -> Void) {
    handler = newHandler
    if let requested { newHandler(requested) }
  }

  /// Forgets all, for an attempt whose time is up at a moment.
  mutating func reset(until deadline: Instant?) {
    if handler != nil { handler = nil }
    requested = nil
    until = deadline
    expired = nil
    hasEnded = false
  }

  /// The attempt's time is up: asks it to end, and insists after the grace time.
  ///
  /// - Returns: when to call again; nil when there is nothing more to do.
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

  /// The attempt's work had ended before the request reached it; its time was not up, whatever the clock has decided.
  mutating func endByItself() {
    hasEnded = true
    expired = nil
  }

  /// The attempt's work has ended; from now on its time does not run.
  ///
  /// - Returns: whether its time was up.
  mutating func end(at now: Instant) -> Bool {
    if !hasEnded, expired == nil, requested == nil, let until, now > until { expired = now }
    hasEnded = true
    return expired != nil
  }
}
