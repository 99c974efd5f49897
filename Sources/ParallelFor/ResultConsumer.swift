/// The consumer of a pool's results, as the pool's monitor guards it: a thread that waits, or a call that it left.
struct ResultConsumer {
  /// The claim size from which items count as tiny.
  static let tiny = 64
  /// The minimum time between wake-ups for the results of tiny items, in nanoseconds.
  private static let pause: Int64 = 300_000

  let ready = Condition()
  var isWaiting = false
  /// Called once, when there is a result or the end.
  var call: (@Sendable () -> Void)?
  private var lastWakeUp = MonotonicClock.now

  var wantsToKnow: Bool { isWaiting || call != nil }

  /// Wakes the consumer now or, unless that is urgent, later for many results at once.
  ///
  /// On a busy machine, a wake-up takes a core from a worker for a moment. That is most of the cost of a claim of tiny
  /// items.
  mutating func tell(isUrgent: Bool, holding monitor: Monitor) {
    let now = MonotonicClock.now
    guard isUrgent || call != nil || now.nanoseconds(since: lastWakeUp) > Self.pause else { return }
    lastWakeUp = now
    if isWaiting {
      isWaiting = false
      ready.broadcast()
    }
    if let call = call.take() { monitor.callAfterwards(call) }
  }
}
