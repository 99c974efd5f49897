package import ParallelFor

extension RunFacts {
  /// The mean latency below which the gaps between items count in ``timeLeft(at:)``, because they take as much time.
  private static let shortItem: Int64 = 20_000_000

  /// Returns how long the run will still take.
  package func timeLeft(at now: Instant) -> TimeLeft {
    if state == .done { return .none }
    if tally.running > 0, isNothingLeftToBegin { return lastItems(at: now) }
    guard isHandingOut, total != nil else { return .unknown }
    let estimate = TimeLeft.estimate(from: evidence(at: now))
    guard let lastRetry = waiting.values.map(\.retryAt).max() else { return estimate }
    return estimate.atLeast(lastRetry.nanoseconds(since: now))
  }

  /// Whether no further items will start: all are known and none waits, or the run is finishing or stopping.
  package var isNothingLeftToBegin: Bool {
    !isHandingOut || total.map { tally.known >= $0 } ?? false && tally.queued == 0 && tally.waiting == 0
  }

  /// Whether waiting items will get their turn.
  private var isHandingOut: Bool { state == .running || state == .paused }

  /// Whether the time left is mostly based on an earlier run of the same items.
  package func isTimeLeftFromPast(at now: Instant) -> Bool { past != nil && evidence(at: now).isMostlyKnown }

  /// Returns how long the running items will still take, in nanoseconds, based on an earlier run.
  ///
  /// It is nil if the earlier run does not know all of them.
  package func runningTimeLeft(at now: Instant) -> Int64? {
    guard let past else { return nil }
    var longest = 0.0
    for item in runningItems {
      guard let time = past.time(of: item.id) else { return nil }
      longest = max(longest, time - Double(now.nanoseconds(since: item.start)))
    }
    return Int64(min(longest, 9e18))
  }

  private func lastItems(at now: Instant) -> TimeLeft {
    guard let longest = runningItems.min(by: { ($0.start, $0.id) < ($1.start, $1.id) }) else { return .unknown }
    return .lastItems(
      running: tally.running, longest: longest.id, elapsed: max(0, now.nanoseconds(since: longest.start)))
  }

  private func evidence(at now: Instant) -> TimeLeft.Evidence {
    let running = slots.reduce(0) { $0 + Double($1.elapsed(at: now) ?? 0) }
    let timed = latency.total + retriedTime + running
    var busy = timed
    if let mean = latency.mean, mean < Self.shortItem { busy = max(busy, workerTime(at: now)) }
    return TimeLeft.Evidence(
      finished: finished + requeued, busy: busy, busyRunning: running,
      remaining: tally.queued + tally.waiting + tally.running,
      threads: targetWorkers, variation: latency.variation,
      known: known(at: now, stretch: timed > 0 ? busy / timed : 1))
  }

  /// Returns what an earlier run says.
  ///
  /// - Parameter stretch: The cost of an item with the gaps around it, as a multiple of its time.
  private func known(at now: Instant, stretch: Double) -> TimeLeft.Known? {
    guard let past, past.items > 0 else { return nil }
    var known = TimeLeft.Known(items: past.items, work: past.work * stretch, ended: past.ended)
    known.longest = past.longestItem.flatMap { past.time(of: $0) } ?? 0
    for slot in slots {
      guard let item = slot.item, let time = past.time(of: item.id) else { continue }
      let elapsed = Double(max(0, now.nanoseconds(since: item.start)))
      let done = min(elapsed, time)
      known.elapsed += elapsed
      known.work = max(0, known.work - done)
      if item.id == past.longestItem { known.longest = time - done }
    }
    return known
  }

  /// Returns the total time that workers were alive outside of pauses, in nanoseconds.
  func workerTime(at now: Instant) -> Double {
    isPaused ? workerTime : workerTime + Double(liveWorkers) * Double(max(0, now.nanoseconds(since: latest)))
  }
}
