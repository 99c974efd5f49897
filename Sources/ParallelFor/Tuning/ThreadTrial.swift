#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A comparison of two numbers of threads, in blocks of items.
struct ThreadTrial {
  /// How an estimate compares with the least gain that counts.
  enum Verdict { case better, notBetter, open }

  /// A step up must gain this share of what it would if twice the threads did twice the work: 15 % for twice as many
  /// threads, 4.6 % for a quarter more. A step down may lose no more.
  static let leastElasticity = 0.2
  /// How many standard errors a gain must be above nothing, to use more threads, and below the least one, to use fewer.
  private static let certaintyOfMore = 1.6, certaintyOfFewer = 1.3

  /// The number that is in force.
  let base: Int
  /// The number that is tried.
  let candidate: Int
  /// Which blocks of a cycle run with the candidate.
  let pattern: [Bool]
  let began: Instant
  /// The blocks so far, in the order of the pattern.
  private var blocks: [LogTimes] = []

  init(base: Int, candidate: Int, pattern: [Bool], began: Instant) {
    self.base = base
    self.candidate = candidate
    self.pattern = pattern
    self.began = began
  }

  /// The number of threads of the next block.
  var threads: Int { pattern[blocks.count % pattern.count] ? candidate : base }

  /// The number of whole cycles, which is 0 in the middle of the first one.
  var cycles: Int { blocks.count / pattern.count }

  var isAtCycleEnd: Bool { blocks.count % pattern.count == 0 }

  mutating func add(_ block: LogTimes) { blocks.append(block) }

  /// The logarithm of the candidate's throughput divided by that of the base, and its standard error.
  ///
  /// A cycle has as many blocks of one number as of the other, placed so that a steady drift affects both alike.
  var gain: (log: Double, error: Double) {
    var logs = (0.0, 0.0), variance = 0.0
    for (index, block) in blocks.enumerated() {
      if pattern[index % pattern.count] { logs.1 += block.logMean } else { logs.0 += block.logMean }
      variance += block.variance
    }
    let half = Double(max(1, blocks.count)) / 2
    return (log(Double(candidate) / Double(base)) + (logs.0 - logs.1) / half, variance.squareRoot() / half)
  }

  /// Whether the larger of the two numbers does clearly more.
  ///
  /// - Parameter isLast: whether no further block follows. Then an estimate that is not clear counts against the larger
  ///   number if that one is the candidate, and as it is otherwise.
  func verdict(isLast: Bool) -> Verdict {
    let step = log(Double(max(candidate, base)) / Double(min(candidate, base)))
    let least = Self.leastElasticity * step
    let (estimate, error) = gain
    let more = candidate > base ? estimate : -estimate
    if more >= least, more >= Self.certaintyOfMore * error { return .better }
    if more + Self.certaintyOfFewer * error < least { return .notBetter }
    guard isLast else { return .open }
    return candidate < base && more >= least ? .better : .notBetter
  }
}
