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
  /// The time between asking an attempt to end, because its time is up, and insisting.
  public var grace: Duration
  /// When the run gives up on items that have not started; nil for never.
  public var halt: HaltPolicy?
  /// The time from its start within which the run should be over; nil for no limit. An item does not start if it is not
  /// likely to end by then. The estimate is the time that nine in ten items have not exceeded.
  public var timeBudget: Duration?
  /// The least time between the starts of two items; zero for none.
  public var delay: Duration
  /// The maximum number of attempts at an item that are repeated because the machine that ran them was lost.
  package var losses = 0

  /// Makes a policy from its properties. `attempts` below 1 count as 1.
  public init(
    attempts: Int = 1, backoff: Backoff = Backoff(), timeout: ItemTimeout? = nil, grace: Duration = .seconds(10),
    halt: HaltPolicy? = nil, timeBudget: Duration? = nil, delay: Duration = .zero
  ) {
    self.attempts = max(1, attempts)
    self.backoff = backoff
    self.timeout = timeout
    self.grace = max(.zero, grace)
    self.halt = halt
    self.timeBudget = timeBudget
    self.delay = max(.zero, delay)
  }

  /// Whether decisions depend on how long items took.
  var needsLatencies: Bool {
    if case .timesMedian = timeout { return true }
    return timeBudget != nil
  }

  /// The time limit of every attempt in nanoseconds; nil if there is none, or it is not fixed.
  var fixedLimit: Int64? { if case .fixed(let limit) = timeout { limit.nanoseconds } else { nil } }
}

/// The time limit of an attempt at an item.
public enum ItemTimeout: Sendable, Equatable {
  /// A fixed time.
  case fixed(Duration)
  /// A multiple of the median time of the items that have succeeded so far; no limit before the third success.
  case timesMedian(Double)
}

/// How long a run waits before it tries an item again. The wait grows with each attempt and differs between items.
public struct Backoff: Sendable, Equatable {
  /// The wait before the second attempt.
  public var first: Duration
  /// The factor by which each wait is longer than the last; at least 1.
  public var factor: Double
  /// The maximum wait.
  public var longest: Duration
  /// The random fraction of a wait, from 0 to 1. It spreads out items that failed at the same time.
  public var jitter: Double

  /// Makes a backoff from its properties. The default tries again at once.
  public init(
    first: Duration = .zero, factor: Double = 2, longest: Duration = .seconds(300), jitter: Double = 0.5
  ) {
    self.first = max(.zero, first)
    self.factor = max(1, factor)
    self.longest = max(.zero, longest)
    self.jitter = min(max(jitter, 0), 1)
  }

  /// Returns the nanoseconds to wait after an attempt has failed.
  ///
  /// The random part is computed from the item and the attempt. So equal runs wait equally, and items differ.
  package func delay(after attempt: Int, of position: Int) -> Int64 {
    let longest = Double(longest.nanoseconds)
    var delay = Double(first.nanoseconds)
    for _ in 1..<max(1, attempt) where delay < longest { delay *= factor }
    let chance = Double(Self.scatter(UInt64(bitPattern: Int64(position)) &* 64 &+ UInt64(attempt)) >> 11) / 0x1p53
    return Int64(min(min(delay, longest) * (1 - jitter * chance), 9e18))
  }

  /// The finisher of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), which scatters neighbouring numbers.
  private static func scatter(_ number: UInt64) -> UInt64 {
    var mixed = number &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// When a run gives up on items that have not started, and what it does with running items.
public struct HaltPolicy: Sendable, Equatable {
  /// What happens to running items.
  public enum Manner: Sendable, Equatable {
    /// They run to their end.
    case soon
    /// They are asked to end.
    case now
  }

  /// Which ended items are counted.
  public enum Counted: Sendable, Equatable, CaseIterable {
    /// Items that failed, timed out or were stopped by the user.
    case unsuccessful
    /// Items that succeeded.
    case succeeded
    /// All ended items.
    case ended
  }

  /// How many counted items halt the run.
  public enum Limit: Sendable, Equatable {
    /// A number of items.
    case count(Int)
    /// A fraction of the ended items, from 0 to 1; applies from the third counted item on.
    case fraction(Double)
  }

  /// The number of counted items from which a fraction is meaningful.
  static let leastForFraction = 3

  /// What happens to running items.
  public var manner: Manner
  /// Which ended items are counted.
  public var counted: Counted
  /// How many counted items halt the run.
  public var limit: Limit

  /// Makes a policy, such as `HaltPolicy(.soon, after: .count(3))` to halt after the third failure.
  public init(_ manner: Manner, after limit: Limit, _ counted: Counted = .unsuccessful) {
    self.manner = manner
    self.counted = counted
    self.limit = limit
  }

  /// Whether the limit is reached.
  func isReached(succeeded: Int, ended: Int) -> Bool {
    let count =
      switch counted {
      case .unsuccessful: ended - succeeded
      case .succeeded: succeeded
      case .ended: ended
      }
    return switch limit {
    case .count(let enough): count >= max(1, enough)
    case .fraction(let part): count >= Self.leastForFraction && Double(count) >= part * Double(ended)
    }
  }
}

/// Limits on the items, results and events that may wait in a run.
///
/// At a limit, the feeder or the workers wait. Nothing is dropped, and nothing grows without bound.
public struct RunLimits: Sendable, Equatable {
  /// The maximum number of items that are read and not yet handed to a worker.
  public var readAhead: Int
  /// The maximum distance from the oldest undelivered result to an item that is handed to a worker.
  public var deliveryWindow: Int
  /// The maximum number of events that wait to be taken.
  public var eventBacklog: Int
  /// The maximum number of failed items that are kept, with their inputs, for ``ParallelRun/retry(_:)``.
  public var keptFailures: Int
  /// The maximum number of items that a worker claims at once.
  package var largestClaim = 512
  /// Whether no item starts before all have been read, because all decide which one is first.
  package private(set) var startsAfterInput = false

  /// Makes limits. The defaults suit one command or query per item.
  public init(
    readAhead: Int = 4_096, deliveryWindow: Int = 16_384, eventBacklog: Int = 131_072, keptFailures: Int = 1_024
  ) {
    self.readAhead = readAhead
    self.deliveryWindow = deliveryWindow
    self.eventBacklog = eventBacklog
    self.keptFailures = keptFailures
  }

  /// Removes the limits that would keep items from starting in any order.
  package mutating func allowAnyOrder() {
    startsAfterInput = true
    // A quarter, because limits are doubled and added to positions.
    readAhead = .max / 4
    deliveryWindow = .max / 4
  }
}
