/// What a run does about items that fail or take too long.
///
/// The default tries every item once, for as long as it takes, and runs all items whatever happens to some.
public struct RunPolicy: Sendable, Equatable {
  /// How often an item is tried at most; at least 1.
  public var attempts: Int
  /// How long to wait before an item is tried again.
  public var backoff: Backoff
  /// How long an attempt may take; nil for as long as it likes.
  public var timeout: ItemTimeout?
  /// How long an attempt whose time is up may take to end after it was asked, before it is insisted; in nanoseconds.
  public var grace: Int64
  /// When the run gives up on the items that have not begun; nil for never.
  public var halt: HaltPolicy?
  /// In how many nanoseconds from its start the run should be over: no item begins that is not likely to end by then,
  /// judged by the time that nine in ten items have not exceeded. Nil for no such limit.
  public var timeBudget: Int64?

  /// Makes a policy.
  ///
  /// - Parameters:
  ///   - attempts: how often an item is tried at most; values below 1 count as 1.
  ///   - backoff: how long to wait before an item is tried again.
  ///   - timeout: how long an attempt may take.
  ///   - grace: nanoseconds between asking an attempt to end and insisting.
  ///   - halt: when the run gives up on the items that have not begun.
  ///   - timeBudget: in how many nanoseconds from its start the run should be over.
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

/// How long an attempt at an item may take.
public enum ItemTimeout: Sendable, Equatable {
  /// A number of nanoseconds.
  case fixed(Int64)
  /// A multiple of the median of the items that have succeeded so far; no limit before the third of them.
  case timesMedian(Double)
}

/// How long a run waits before it tries an item again: longer each time, and not the same for all.
public struct Backoff: Sendable, Equatable {
  /// Nanoseconds before the second attempt.
  public var first: Int64
  /// By how much each wait is longer than the last.
  public var factor: Double
  /// No wait is longer than this, in nanoseconds.
  public var longest: Int64
  /// Which part of a wait is left to chance, from 0 to 1, so that items that failed together do not come back together.
  public var jitter: Double

  /// Makes a backoff.
  ///
  /// - Parameters:
  ///   - first: nanoseconds before the second attempt; 0 tries again at once.
  ///   - factor: by how much each wait is longer than the last; at least 1.
  ///   - longest: the longest wait in nanoseconds.
  ///   - jitter: which part of a wait is left to chance, from 0 to 1.
  public init(
    first: Int64 = 0, factor: Double = 2, longest: Int64 = 300_000_000_000, jitter: Double = 0.5
  ) {
    self.first = max(0, first)
    self.factor = max(1, factor)
    self.longest = max(0, longest)
    self.jitter = min(max(jitter, 0), 1)
  }

  /// Nanoseconds to wait after an attempt has failed.
  ///
  /// The chance is drawn from the item and the attempt: equal runs wait equally, and items differ.
  package func delay(after attempt: Int, of position: Int) -> Int64 {
    var delay = Double(first)
    for _ in 1..<max(1, attempt) where delay < Double(longest) { delay *= factor }
    let chance = Double(Self.scatter(UInt64(bitPattern: Int64(position)) &* 64 &+ UInt64(attempt)) >> 11) / 0x1p53
    return Int64(min(delay, Double(longest)) * (1 - jitter * chance))
  }

  /// The finisher of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): neighbouring numbers become unlike ones.
  private static func scatter(_ number: UInt64) -> UInt64 {
    var mixed = number &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
