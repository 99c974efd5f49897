/// What a run does about items that fail or take too long.
///
/// The default tries every item once, without a time limit, and runs all items even if some fail.
public struct RunPolicy: Sendable, Equatable {
  /// The maximum number of attempts at an item; at least 1.
  public var attempts: Int
  /// How long to wait before an item is tried again.
  public var backoff: Backoff
  /// The time limit of an attempt; nil for no limit.
  public var timeout: ItemTimeout?
  /// The nanoseconds between asking an attempt to end, because its time is up, and insisting.
  public var grace: Int64
  /// When the run gives up on items that have not started; nil for never.
  public var halt: HaltPolicy?
  /// The nanoseconds from its start within which the run should be over; nil for no limit. An item does not start if it
  /// is not likely to end by then. The estimate is the time that nine in ten items have not exceeded.
  public var timeBudget: Int64?

  /// Makes a policy.
  ///
  /// - Parameters:
  ///   - attempts: the maximum number of attempts at an item; values below 1 count as 1.
  ///   - backoff: how long to wait before an item is tried again.
  ///   - timeout: the time limit of an attempt.
  ///   - grace: the nanoseconds between asking an attempt to end and insisting.
  ///   - halt: when the run gives up on items that have not started.
  ///   - timeBudget: the nanoseconds from its start within which the run should be over.
  public init(
    attempts: Int = 1, backoff: Backoff = Backoff(), timeout: ItemTimeout? = nil, grace: Int64 = 10_000_000_000,
    halt: HaltPolicy? = nil, timeBudget: Int64? = nil
  ) {
    self.attempts = max(1, attempts)
    self.backoff = backoff
    self.timeout = timeout
    self.grace = max(0, grace)
    self.halt = halt
    self.timeBudget = timeBudget
  }

  /// Whether decisions depend on how long items took.
  var needsLatencies: Bool {
    if case .timesMedian = timeout { return true }
    return timeBudget != nil
  }
}

/// The time limit of an attempt at an item.
public enum ItemTimeout: Sendable, Equatable {
  /// A number of nanoseconds.
  case fixed(Int64)
  /// A multiple of the median time of the items that have succeeded so far; no limit before the third success.
  case timesMedian(Double)
}

/// How long a run waits before it tries an item again. The wait grows with each attempt and differs between items.
public struct Backoff: Sendable, Equatable {
  /// The nanoseconds before the second attempt.
  public var first: Int64
  /// The factor by which each wait is longer than the last.
  public var factor: Double
  /// The maximum wait, in nanoseconds.
  public var longest: Int64
  /// The random fraction of a wait, from 0 to 1. It spreads out items that failed at the same time.
  public var jitter: Double

  /// Makes a backoff.
  ///
  /// - Parameters:
  ///   - first: the nanoseconds before the second attempt; 0 tries again at once.
  ///   - factor: the factor by which each wait is longer than the last; at least 1.
  ///   - longest: the maximum wait, in nanoseconds.
  ///   - jitter: the random fraction of a wait, from 0 to 1.
  public init(
    first: Int64 = 0, factor: Double = 2, longest: Int64 = 300_000_000_000, jitter: Double = 0.5
  ) {
    self.first = max(0, first)
    self.factor = max(1, factor)
    self.longest = max(0, longest)
    self.jitter = min(max(jitter, 0), 1)
  }

  /// Returns the nanoseconds to wait after an attempt has failed.
  ///
  /// The random part is computed from the item and the attempt. So equal runs wait equally, and items differ.
  package func delay(after attempt: Int, of position: Int) -> Int64 {
    var delay = Double(first)
    for _ in 1..<max(1, attempt) where delay < Double(longest) { delay *= factor }
    let chance = Double(Self.scatter(UInt64(bitPattern: Int64(position)) &* 64 &+ UInt64(attempt)) >> 11) / 0x1p53
    return Int64(min(delay, Double(longest)) * (1 - jitter * chance))
  }

  /// The finisher of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), which scatters neighbouring numbers.
  private static func scatter(_ number: UInt64) -> UInt64 {
    var mixed = number &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
