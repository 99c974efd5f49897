public import ParallelFor

/// How long a run will still take, as far as that can be said.
public enum TimeLeft: Equatable, Sendable {
  /// Nothing has ended yet, or hardly anything beside what runs; or nobody knows how many items there are, or no
  /// thread is asked for.
  case unknown
  /// A settled number of nanoseconds.
  case about(Int64)
  /// A range of nanoseconds, while items are few or very unequal.
  case between(Int64, Int64)
  /// No item waits any longer: `running` items still run, and the longest has run for `elapsed` nanoseconds.
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
    /// What an earlier run tells of some of the remaining items.
    public var known: Known?

    /// Makes the evidence.
    public init(
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

  /// What an earlier run tells of items that have still to end.
  public struct Known: Equatable, Sendable {
    /// How many such items there are, running ones included.
    public var items: Int
    /// Nanoseconds that they will still keep workers busy.
    public var work: Double
    /// Nanoseconds that those of them that run have run.
    public var elapsed: Double
    /// Nanoseconds that the one that takes the longest will still take, on whichever worker.
    public var longest: Double
    /// How many items of the earlier run have ended in this one, and prove it right.
    public var ended: Int

    /// Makes what is known.
    public init(items: Int, work: Double, elapsed: Double = 0, longest: Double = 0, ended: Int = 0) {
      self.items = items
      self.work = work
      self.elapsed = elapsed
      self.longest = longest
      self.ended = ended
    }
  }

  /// Half the width of a range is two standard errors; narrower than this it is not worth showing.
  private static let settled = 0.1
  private static let widest = 2.0
  /// A range whose end is more than this many times its beginning says nothing.
  private static let saysNothing = 20.0

  /// Estimates from the times of an earlier run as far as there are any, and else from finished items per busy
  /// worker-second; both for the threads that are asked for now.
  ///
  /// The running items' time so far counts as busy, so that a stuck item makes the estimate longer; what they have
  /// already been worked on counts as done.
  public static func estimate(from evidence: Evidence) -> TimeLeft {
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

  /// While fewer items have ended than there are threads, most of the time was spent on running items, and how much is
  /// left depends on when these end: at the soonest at once.
  private static func early(_ time: Double, _ width: Double, _ evidence: Evidence) -> TimeLeft {
    let perItem = (evidence.busy - evidence.busyRunning) / Double(evidence.finished)
    let soonest = Double(evidence.remaining) * perItem / Double(evidence.threads)
    let low = min(time / (1 + width), soonest), high = time * (1 + width)
    return high > low * saysNothing ? .unknown : .between(nanoseconds(low), nanoseconds(high))
  }

  /// The estimate, raised to a known minimum in nanoseconds.
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

  /// How far the times of an earlier run may be off, as a fraction of them.
  private static func uncertainty(of known: Known) -> Double { 0.6 / Double(known.ended + 4).squareRoot() }

  private static func nanoseconds(_ value: Double) -> Int64 { Int64(min(value, 9e18)) }
}

extension TimeLeft.Evidence {
  /// The expected nanoseconds of an item without a past; nil while nothing is known.
  var perItem: Double? {
    if finished > 0 { return busy / Double(finished) }
    return known.flatMap { $0.items > 0 ? $0.work / Double($0.items) : nil }
  }

  /// Nanoseconds that such items will still keep workers busy.
  var unknownWork: Double {
    let items = remaining - (known?.items ?? 0)
    guard items > 0, let perItem else { return 0 }
    return max(Double(items) * perItem - (busyRunning - (known?.elapsed ?? 0)), perItem)
  }

  /// Whether at least half of the work is known from an earlier run.
  var isMostlyKnown: Bool { known.map { $0.work > 0 && $0.work >= unknownWork } ?? false }
}
