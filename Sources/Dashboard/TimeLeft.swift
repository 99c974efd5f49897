public import ParallelFor

/// How long a run will still take, as far as that can be said.
public enum TimeLeft: Equatable, Sendable {
  /// Nothing has ended yet, or hardly anything beside what runs; or nobody knows how many items there are, or no
  /// thread is asked for.
  case unknown
  /// So many nanoseconds, settled.
  case about(Int64)
  /// Between so many nanoseconds, while items are few or very unequal.
  case between(Int64, Int64)
  /// No item waits any more: so many still run, and the longest has run for `elapsed` nanoseconds.
  case lastItems(running: Int, longest: ItemID, elapsed: Int64)
  /// Nothing is left.
  case none

  /// What an estimate is made from.
  public struct Evidence: Equatable, Sendable {
    /// Items that ended by themselves.
    public var finished: Int
    /// Nanoseconds that workers spent on items: those that ended, and the running ones so far.
    public var busy: Double
    /// The part of `busy` that belongs to running items.
    public var busyRunning: Double
    /// Items still to end, running ones included.
    public var remaining: Int
    /// Workers asked for.
    public var threads: Int
    /// Standard deviation over mean of the finished items' latencies, if known.
    public var variation: Double?

    /// Makes the evidence.
    public init(
      finished: Int, busy: Double, busyRunning: Double, remaining: Int, threads: Int, variation: Double? = nil
    ) {
      self.finished = finished
      self.busy = busy
      self.busyRunning = busyRunning
      self.remaining = remaining
      self.threads = threads
      self.variation = variation
    }
  }

  /// Half the width of a range is two standard errors; narrower than this it is not worth showing.
  private static let settled = 0.1
  private static let widest = 2.0
  /// A range whose end is so many times its beginning is as good as none.
  private static let saysNothing = 20.0

  /// Estimates from finished items per busy worker-second, times the threads that are asked for now.
  ///
  /// The running items' time so far counts as busy, so that a stuck item makes the estimate longer; what they have
  /// already been worked on counts as done.
  public static func estimate(from evidence: Evidence) -> TimeLeft {
    guard evidence.remaining > 0 else { return .none }
    guard evidence.finished > 0, evidence.threads > 0 else { return .unknown }
    let perItem = evidence.busy / Double(evidence.finished)
    let work = Double(evidence.remaining) * perItem - evidence.busyRunning
    let time = max(work, perItem) / Double(evidence.threads)
    let width = uncertainty(of: evidence)
    if evidence.finished < evidence.threads { return early(time, width, evidence) }
    if width <= settled { return .about(nanoseconds(time)) }
    return .between(nanoseconds(time / (1 + width)), nanoseconds(time * (1 + width)))
  }

  /// While fewer items have ended than there are threads, most of the time was spent on running items, and how much is
  /// left depends on when these end: at the soonest at once.
  private static func early(_ time: Double, _ width: Double, _ evidence: Evidence) -> TimeLeft {
    let perItem = (evidence.busy - evidence.busyRunning) / Double(evidence.finished)
    let soonest = Double(evidence.remaining) * perItem / Double(evidence.threads)
    let low = min(time / (1 + width), soonest), high = time * (1 + width)
    return high > low * saysNothing ? .unknown : .between(nanoseconds(low), nanoseconds(high))
  }

  /// The estimate, where it is known that so many nanoseconds will go by at least.
  func atLeast(_ least: Int64) -> TimeLeft {
    switch self {
    case .about(let time): .about(max(time, least))
    case .between(let low, let high): .between(max(low, least), max(high, least))
    case .unknown, .lastItems, .none: self
    }
  }

  /// Two standard errors of the mean time an item takes, as a fraction of it.
  private static func uncertainty(of evidence: Evidence) -> Double {
    let items = Double(evidence.finished)
    let variation = max(evidence.variation ?? 1, evidence.finished < 10 ? 0.5 : 0.05)
    return min(widest, 2 * variation / items.squareRoot())
  }

  private static func nanoseconds(_ value: Double) -> Int64 { Int64(min(value, 9e18)) }
}
