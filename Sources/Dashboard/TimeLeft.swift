package import ParallelFor

/// How long a run will still take, as far as that is known.
package enum TimeLeft: Equatable, Sendable {
  /// Nothing or hardly anything has ended yet, the number of items is unknown, or no thread is asked for.
  case unknown
  /// A reliable number of nanoseconds.
  case about(Int64)
  /// A range of nanoseconds, while items are few or very unequal.
  case between(Int64, Int64)
  /// No item waits: `running` items still run, and the longest has run for `elapsed` nanoseconds.
  case lastItems(running: Int, longest: ItemID, elapsed: Int64)
  /// Nothing is left.
  case none

  /// The basis of an estimate.
  struct Evidence: Equatable, Sendable {
    /// The number of items that ended in this session.
    var finished: Int
    /// The time that workers spent on ended items, and on running ones so far, in nanoseconds.
    var busy: Double
    /// The part of `busy` that belongs to running items.
    var busyRunning: Double
    /// The number of items that have not ended, including running ones.
    var remaining: Int
    /// The number of workers asked for.
    var threads: Int
    /// The standard deviation of the finished items' latencies divided by their mean, if known.
    var variation: Double?
    /// What an earlier run says about some of the remaining items.
    var known: Known?
  }

  /// What an earlier run says about items that have not ended.
  struct Known: Equatable, Sendable {
    /// The number of such items, including running ones.
    var items: Int
    /// How long they will still keep workers busy, in nanoseconds.
    var work: Double
    /// How long the running ones among them have run, in nanoseconds.
    var elapsed = 0.0
    /// How long the longest of them will still take, in nanoseconds.
    var longest = 0.0
    /// The number of items of the earlier run that have ended in this one, which confirm the estimate.
    var ended = 0
  }

  /// The width, as a fraction, up to which a range is not worth showing. A width is two standard errors.
  private static let settled = 0.1
  private static let widest = 2.0
  /// The ratio of the ends of a range above which it says nothing.
  private static let saysNothing = 20.0

  /// Estimates the time left from the times of an earlier run, or else from the busy time per finished item.
  ///
  /// The estimate is for the number of threads asked for now. The time of running items so far counts as busy, so that
  /// a stuck item makes the estimate longer. The work already spent on them counts as done.
  static func estimate(from evidence: Evidence) -> TimeLeft {
    guard evidence.remaining > 0 else { return .none }
    guard evidence.perItem != nil, evidence.threads > 0 else { return .unknown }
    let (unknown, known) = (evidence.unknownWork, evidence.known?.work ?? 0)
    let time = max((unknown + known) / Double(evidence.threads), evidence.known?.longest ?? 0)
    let doubt = unknown * uncertainty(of: evidence) + known * (evidence.known.map { uncertainty(of: $0) } ?? 0)
    let width = doubt / max(1, unknown + known)
    if evidence.finished > 0, evidence.finished < evidence.threads, !evidence.isMostlyKnown {
      return early(time, width, evidence)
    }
    if width <= settled { return .about(nanoseconds(time)) }
    return .between(nanoseconds(time / (1 + width)), nanoseconds(time * (1 + width)))
  }

  /// Estimates while fewer items have ended than there are threads.
  ///
  /// Most of the time was then spent on running items, so the time left depends on when they end, which may be at once.
  private static func early(_ time: Double, _ width: Double, _ evidence: Evidence) -> TimeLeft {
    let perItem = (evidence.busy - evidence.busyRunning) / Double(evidence.finished)
    let soonest = Double(evidence.remaining) * perItem / Double(evidence.threads)
    let low = min(time / (1 + width), soonest), high = time * (1 + width)
    return high > low * saysNothing ? .unknown : .between(nanoseconds(low), nanoseconds(high))
  }

  /// Returns the estimate, raised to a known minimum in nanoseconds.
  func atLeast(_ least: Int64) -> TimeLeft {
    switch self {
    case .about(let time): .about(max(time, least))
    case .between(let low, let high): .between(max(low, least), max(high, least))
    case .unknown, .lastItems, .none: self
    }
  }

  /// Returns two standard errors of the mean time of an item, as a fraction of the mean.
  private static func uncertainty(of evidence: Evidence) -> Double {
    let items = Double(evidence.finished)
    let variation = max(evidence.variation ?? 1, evidence.finished < 10 ? 0.5 : 0.05)
    return min(widest, 2 * variation / items.squareRoot())
  }

  /// Returns how far the times of an earlier run may be off, as a fraction of them.
  private static func uncertainty(of known: Known) -> Double { 0.6 / Double(known.ended + 4).squareRoot() }

  private static func nanoseconds(_ value: Double) -> Int64 { Int64(min(value, 9e18)) }
}

extension TimeLeft.Evidence {
  /// The expected time of an item without an earlier time, in nanoseconds; nil while nothing is known.
  var perItem: Double? {
    if finished > 0 { return busy / Double(finished) }
    return known.flatMap { $0.items > 0 ? $0.work / Double($0.items) : nil }
  }

  /// How long such items will still keep workers busy, in nanoseconds.
  var unknownWork: Double {
    let items = remaining - (known?.items ?? 0)
    guard items > 0, let perItem else { return 0 }
    return max(Double(items) * perItem - (busyRunning - (known?.elapsed ?? 0)), perItem)
  }

  /// Whether at least half of the work is known from an earlier run.
  var isMostlyKnown: Bool { known.map { $0.work > 0 && $0.work >= unknownWork } ?? false }
}

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

  /// Whether queued items will start. Once the run is finishing or stopping, they never do.
  package var isHandingOut: Bool { state == .running || state == .paused }

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
    let running = everyWorker.reduce(0) { $0 + Double($1.elapsed(at: now) ?? 0) }
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
    for item in runningItems {
      guard let time = past.time(of: item.id) else { continue }
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
