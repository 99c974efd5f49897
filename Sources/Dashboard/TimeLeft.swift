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
  package struct Evidence: Equatable, Sendable {
    /// The number of items that ended in this session.
    package var finished: Int
    /// The time that workers spent on ended items, and on running ones so far, in nanoseconds.
    package var busy: Double
    /// The part of `busy` that belongs to running items.
    package var busyRunning: Double
    /// The number of items that have not ended, including running ones.
    package var remaining: Int
    /// The number of workers asked for.
    package var threads: Int
    /// The standard deviation of the finished items' latencies divided by their mean, if known.
    package var variation: Double?
    /// What an earlier run says about some of the remaining items.
    package var known: Known?

    package init(
      finished: Int, busy: Double, busyRunning: Double, remaining: Int, threads: Int, variation: Double? = nil,
      known: Known? = nil
    ) {
      self.finished = finished
      self.busy = busy
      self.busyRunning = busyRunning
      self.remaining = remaining
      self.threads = threads
      self.variation = variation
      self.known = known
    }
  }

  /// What an earlier run says about items that have not ended.
  package struct Known: Equatable, Sendable {
    /// The number of such items, including running ones.
    package var items: Int
    /// How long they will still keep workers busy, in nanoseconds.
    package var work: Double
    /// How long the running ones among them have run, in nanoseconds.
    package var elapsed: Double
    /// How long the longest of them will still take, in nanoseconds.
    package var longest: Double
    /// The number of items of the earlier run that have ended in this one, which confirm the estimate.
    package var ended: Int

    /// Makes the facts from an earlier run.
    package init(items: Int, work: Double, elapsed: Double = 0, longest: Double = 0, ended: Int = 0) {
      self.items = items
      self.work = work
      self.elapsed = elapsed
      self.longest = longest
      self.ended = ended
    }
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
  package static func estimate(from evidence: Evidence) -> TimeLeft {
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
