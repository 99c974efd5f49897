#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Chooses the number of threads of a run by measuring how much the run does with it; a value.
///
/// It doubles the number while that clearly helps, and then closes in on the smallest number that does as much as any.
/// Each comparison alternates between the two numbers, so that a server that slows down, or items that grow, are not
/// blamed on the threads. Between comparisons it holds the number, with ever longer rests.
///
/// * Throughput is the number of workers divided by the mean time that a worker takes for a success, including its
///   failures and what the worker does between items.
/// * A block of items counts once the workers are as many as wanted, and each has ended an item begun before.
/// * Of two numbers that do about as much, it prefers the smaller one.
package struct ThreadTuner: Sendable {
  /// How it measures. The tests try others, which must do worse.
  package struct Rules: Sendable {
    /// Which blocks of a comparison run with the candidate.
    package var pattern = [false, true, true, false]
    /// The number of items in a block, for each worker.
    package var endsPerWorker = 8
    /// The number of items in every block; nil to let it depend on the workers.
    package var fixedEnds: Int?
    /// How often a comparison that is not clear is repeated.
    package var mostCycles = 3

    package init() {}
  }

  /// What the run knows when items have ended.
  package struct Facts {
    package var now: Instant
    /// Whether the workers are as many as wanted.
    package var isSettled: Bool
    /// The number of workers without an item.
    package var idle: Int
    /// Whether they are idle because results are not taken.
    package var isHeld: Bool
    /// The number of items that have not begun, as far as it is known.
    package var left: Int

    package init(now: Instant, isSettled: Bool, idle: Int, isHeld: Bool, left: Int) {
      self.now = now
      self.isSettled = isSettled
      self.idle = idle
      self.isHeld = isHeld
      self.left = left
    }
  }

  /// The number of threads from now on, and what was decided, if anything was.
  package struct Step: Equatable {
    package var threads: Int
    package var decisions: [ThreadDecision]
  }

  enum Stage {
    /// Measures the number in force.
    case base
    /// Measures twice the number that was measured before.
    case ramp(LogTimes, began: Instant)
    /// Compares two numbers.
    case trial(ThreadTrial, isProbe: Bool)
    /// Holds the number until a time.
    case rest(until: Instant)
    /// Holds the number while workers have nothing to do.
    case starved
  }

  /// Items that end while the number of threads is the same.
  struct Block {
    var times = LogTimes()
    /// How many more items belong to the time before; nil until the workers are as many as wanted.
    var toSkip: Int?
    /// How many items ended while others could have run.
    var idleEnds = 0
    var heldEnds = 0

    mutating func add(_ nanoseconds: Int64) {
      guard let toSkip else { return }
      if toSkip > 0 { self.toSkip = toSkip - 1 } else { times.add(nanoseconds: nanoseconds) }
    }
  }

  let rules: Rules
  /// The largest number of threads.
  package private(set) var most: Int
  /// The number of threads that it keeps; a comparison may use another.
  package private(set) var best: Int
  /// The number of threads in force.
  private(set) var threads: Int
  /// The largest number that is known to be too few; 0 for none.
  private var floor = 0
  /// The smallest number that is known to gain nothing; nil for none.
  private var ceiling: Int?
  /// The number with which items began to fail, and until when it is avoided.
  private var limit: (threads: Int, until: Instant)?
  private var stage = Stage.base
  private var block = Block()
  private var began: Instant?
  private var lastReason: ThreadDecision.Reason?
  private var changes = ChangeDetector()
  private var failures = FailureWatch()
  /// The end of each worker's last success, by slot; nil if it has waited since.
  private var lastEnds: [Instant?] = []
  /// The number of fruitless probes in a row, that of all probes, and how long the last comparison took.
  private var fruitless = 0
  private var trialTime: Int64 = 0
  private var probes = 0

  package init(from threads: Int, upTo most: Int, rules: Rules = Rules()) {
    self.most = max(1, most)
    best = min(max(1, threads), self.most)
    self.threads = best
    self.rules = rules
  }

  /// The first decision, when it takes over.
  package var opening: Step {
    Step(threads: best, decisions: [ThreadDecision(threads: best, reason: .measuring)])
  }
}

// MARK: - What happens

extension ThreadTuner {
  /// Records that a worker waits or has left.
  package mutating func workerRested(_ slot: Int) {
    if slot <= lastEnds.count { lastEnds[slot - 1] = nil }
  }

  /// Records the end of an attempt.
  package mutating func attemptEnded(by slot: Int, from start: Instant, to end: Instant, isSuccess: Bool) {
    failures.ended(isSuccess: isSuccess)
    guard isSuccess else { return }
    while lastEnds.count < slot { lastEnds.append(nil) }
    let began = lastEnds[slot - 1] ?? start
    lastEnds[slot - 1] = end
    block.add(end.nanoseconds(since: began))
  }

  /// Records that neighbouring items succeeded one after the other.
  package mutating func attemptsSucceeded(_ count: Int, from start: Instant, to end: Instant) {
    failures.ended(isSuccess: true)
    block.add(end.nanoseconds(since: start) / Int64(max(1, count)))
  }

  /// Records that the system refused more threads.
  package mutating func threadsAreLimited(to count: Int) {
    most = max(1, count)
    (best, threads) = (min(best, most), most)
    stage = .base
    block = Block()
  }

  /// Decides what follows, after the ends of attempts.
  package mutating func decide(_ facts: Facts) -> Step? {
    if began == nil { began = facts.now }
    if failures.areRising, let step = shed(.errors, facts) { return step }
    guard facts.left > 0 else { return nil }
    observe(facts)
    guard block.times.count >= endsWanted else { return nil }
    let full = block
    block = Block(toSkip: 0)
    failures.blockEnded()
    if full.idleEnds * 5 > full.times.count { return starve(full) }
    return follow(full, facts)
  }

  /// Halves the number of threads at once, because the machine has too little memory or too much to do.
  package mutating func machineIsShort(_ facts: Facts) -> Step? { shed(.machine, facts) }

  private mutating func observe(_ facts: Facts) {
    if block.toSkip == nil, facts.isSettled { block.toSkip = threads }
    guard block.toSkip == 0, facts.idle > 0, facts.idle * 10 >= threads else { return }
    block.idleEnds += 1
    if facts.isHeld { block.heldEnds += 1 }
  }

  /// How many items the block needs. Twice the threads show a gain with half a block.
  private var endsWanted: Int {
    if let fixed = rules.fixedEnds { return fixed }
    switch stage {
    case .base, .ramp, .starved: return max(24, threads * rules.endsPerWorker / 2)
    case .trial, .rest: return max(32, threads * rules.endsPerWorker)
    }
  }

  private mutating func follow(_ full: Block, _ facts: Facts) -> Step? {
    switch stage {
    case .base:
      changes.start(full.times)
      return explore(after: full.times, facts)
    case .ramp(let before, let began): return judgeRamp(before, full, began, facts)
    case .trial(let trial, let isProbe):
      var trial = trial
      trial.add(full.times)
      return judge(trial, isProbe, facts)
    case .rest(let until):
      if changes.isChange(full.times) { return exploreAgain(.changed) }
      return facts.now >= until ? probe(facts) : nil
    case .starved: return exploreAgain(.measuring)
    }
  }
}

// MARK: - Exploring

extension ThreadTuner {
  /// A step up or down by at most this factor ends the search.
  private static let finestUp = 1.15, finestDown = 1.3
  private static let probeStep = 1.25
  /// The share of the items left that a comparison may take.
  private static let largestShare = 0.4

  /// Tries the next number, or rests if the best one is known.
  private mutating func explore(after base: LogTimes?, _ facts: Facts) -> Step? {
    guard let next = candidate(at: facts.now) else { return rest(facts) }
    guard canAfford(next, facts) else { return rest(facts, because: .ending) }
    if next >= 2 * best {
      guard let base else { return exploreAgain(.measuring, forgets: false) }
      stage = .ramp(base, began: facts.now)
      return set(next, ThreadDecision(threads: best, reason: .trying, other: next))
    }
    return begin(next, isProbe: false, facts)
  }

  /// The number to try next: the middle of the wider side of what is not known; nil if both sides are narrow.
  private func candidate(at now: Instant) -> Int? {
    let upper = upperEnd(at: now)
    let up = upper.map { Double($0) / Double(best) } ?? (best < most ? .infinity : 1)
    let down = floor > 0 ? Double(best) / Double(floor) : best > 1 ? 4 : 1
    if up > down || down <= Self.finestDown {
      guard up > Self.finestUp else { return nil }
      if let upper { return middle(best, upper) ?? (down > Self.finestDown ? lower : nil) }
      return min(most, 2 * best)
    }
    return lower ?? (up > Self.finestUp ? upper.flatMap { middle(best, $0) } : nil)
  }

  private var lower: Int? { floor == 0 ? (best > 1 ? max(1, best / 2) : nil) : middle(floor, best) }

  /// The smallest number that is not worth a try; nil if there is none up to twice the best.
  private func upperEnd(at now: Instant) -> Int? {
    [ceiling, avoided(at: now)].compactMap(\.self).min()
  }

  private func avoided(at now: Instant) -> Int? { limit.flatMap { $0.until > now ? $0.threads : nil } }

  private func middle(_ low: Int, _ high: Int) -> Int? {
    let middle = Int((Double(low) * Double(high)).squareRoot().rounded())
    return low < middle && middle < high ? middle : nil
  }

  private func canAfford(_ next: Int, _ facts: Facts) -> Bool {
    let largest = max(next, best)
    let blocks = next >= 2 * best ? 1.0 : Double(rules.pattern.count)
    let ends = rules.fixedEnds ?? max(32, largest * rules.endsPerWorker)
    return blocks * Double(ends + largest) <= Self.largestShare * Double(facts.left)
  }

  private mutating func begin(_ next: Int, isProbe: Bool, _ facts: Facts) -> Step? {
    let trial = ThreadTrial(base: best, candidate: next, pattern: rules.pattern, began: facts.now)
    stage = .trial(trial, isProbe: isProbe)
    return set(trial.threads, ThreadDecision(threads: best, reason: .trying, other: next))
  }

  private mutating func judgeRamp(_ before: LogTimes, _ full: Block, _ began: Instant, _ facts: Facts) -> Step? {
    var trial = ThreadTrial(base: best, candidate: threads, pattern: [false, true], began: began)
    trial.add(before)
    trial.add(full.times)
    let verdict = trial.verdict(isLast: full.times.count >= 4 * endsWanted)
    guard verdict != .open else {
      block = full
      return nil
    }
    return settle(trial, verdict, after: verdict == .better ? full.times : nil, isProbe: false, facts)
  }

  private mutating func judge(_ trial: ThreadTrial, _ isProbe: Bool, _ facts: Facts) -> Step? {
    let verdict = trial.isAtCycleEnd ? trial.verdict(isLast: trial.cycles >= rules.mostCycles) : .open
    guard verdict == .open else { return settle(trial, verdict, after: nil, isProbe: isProbe, facts) }
    stage = .trial(trial, isProbe: isProbe)
    return set(trial.threads, nil)
  }

  /// Draws the conclusion of a comparison and goes on.
  private mutating func settle(
    _ trial: ThreadTrial, _ verdict: ThreadTrial.Verdict, after base: LogTimes?, isProbe: Bool, _ facts: Facts
  ) -> Step? {
    trialTime = facts.now.nanoseconds(since: trial.began)
    let isUp = trial.candidate > trial.base, isMore = verdict == .better
    if isUp == isMore { move(to: trial.candidate, from: trial.base, isUp: isUp, isProbe) } else { keep(trial) }
    fruitless = isUp == isMore ? 0 : isProbe ? fruitless + 1 : fruitless
    let other = best == trial.base ? trial.candidate : trial.base
    let decision = conclusion(of: trial, other: other)
    lastReason = decision.reason
    let next = isProbe && isUp != isMore ? rest(facts) : explore(after: base, facts)
    return Step(threads: next?.threads ?? best, decisions: [decision] + (next?.decisions ?? []))
  }

  private mutating func move(to count: Int, from base: Int, isUp: Bool, _ isProbe: Bool) {
    best = count
    if isUp {
      floor = base
      // What a probe finds, the earlier search did not: the work has changed.
      if isProbe { ceiling = nil }
    } else {
      ceiling = base
      if isProbe { floor = 0 }
    }
  }

  private mutating func keep(_ trial: ThreadTrial) {
    if trial.candidate > best { ceiling = trial.candidate } else { floor = trial.candidate }
  }

  private func conclusion(of trial: ThreadTrial, other: Int) -> ThreadDecision {
    let (log, error) = trial.gain
    let gain = exp(best == trial.base ? log : -log) - 1
    let isUp = best == trial.candidate ? trial.candidate > trial.base : trial.candidate < trial.base
    let reason: ThreadDecision.Reason =
      best == trial.candidate ? (isUp ? .gained : .enough) : (isUp ? .tooFew : .noGain)
    return ThreadDecision(threads: best, reason: reason, other: other, gain: gain, error: error * (1 + gain))
  }
}

// MARK: - Holding

extension ThreadTuner {
  /// A rest is at least this many times as long as the comparison before it. Half of a comparison runs with the other
  /// number, which may do a fifth less. So probes cost at most 2 %.
  private static let leastRest: Int64 = 4
  /// A rest is no longer than this part of the time so far, or the least rest. Only a probe notices a server that
  /// could do more.
  private static let longestRest: Int64 = 20
  private static let avoidance: Int64 = 120_000_000_000

  private mutating func rest(_ facts: Facts, because reason: ThreadDecision.Reason? = nil) -> Step? {
    let elapsed = began.map { facts.now.nanoseconds(since: $0) } ?? 0
    let least = max(trialTime, 50_000_000) * Self.leastRest
    let wanted = least << Int64(min(fruitless, 10))
    stage = .rest(until: facts.now + min(wanted, max(least, elapsed / Self.longestRest)))
    return set(best, reason.flatMap { $0 == lastReason ? nil : ThreadDecision(threads: best, reason: $0) })
  }

  /// Tries a number near the best one, because the work may have changed.
  private mutating func probe(_ facts: Facts) -> Step? {
    let highest = min(most, avoided(at: facts.now).map { $0 - 1 } ?? most)
    let up = min(highest, max(best + 1, Int((Double(best) * Self.probeStep).rounded())))
    let down = max(1, min(best - 1, Int((Double(best) / Self.probeStep).rounded())))
    probes += 1
    // Two probes in three look for more, because items that take longer tell by themselves that there is less.
    let next = (probes % 3 != 0 && up > best) || down == best ? max(up, best) : down
    guard next != best, canAfford(next, facts) else { return rest(facts, because: .ending) }
    return begin(next, isProbe: true, facts)
  }

  private mutating func exploreAgain(_ reason: ThreadDecision.Reason, forgets: Bool = true) -> Step? {
    if forgets { (floor, ceiling, fruitless) = (0, nil, 0) }
    stage = .base
    return set(best, ThreadDecision(threads: best, reason: reason))
  }

  private mutating func starve(_ full: Block) -> Step? {
    let reason: ThreadDecision.Reason = full.heldEnds * 2 > full.idleEnds ? .output : .input
    stage = .starved
    return set(best, reason == lastReason ? nil : ThreadDecision(threads: best, reason: reason))
  }

  /// Returns to the best number if a larger one is tried, or else halves it.
  private mutating func shed(_ reason: ThreadDecision.Reason, _ facts: Facts) -> Step? {
    failures.shed()
    let failing = threads
    if threads <= best { best = max(1, best / 2) }
    guard failing > best else { return nil }
    limit = (failing, facts.now + Self.avoidance)
    if let known = ceiling, known <= best { ceiling = nil }
    floor = min(floor, best - 1)
    stage = .base
    return set(best, ThreadDecision(threads: best, reason: reason, other: failing))
  }

  /// Sets the number of threads and starts a block.
  private mutating func set(_ count: Int, _ decision: ThreadDecision?) -> Step? {
    if let decision { lastReason = decision.reason }
    let changes = count != threads
    if changes { block = Block() }
    threads = count
    return changes || decision != nil ? Step(threads: count, decisions: decision.map { [$0] } ?? []) : nil
  }
}
