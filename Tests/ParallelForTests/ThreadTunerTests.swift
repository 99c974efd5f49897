import TestSupport
import Testing

@testable import ParallelFor

/// Drives a tuner with items whose time depends on the number of threads.
private struct TunedRun {
  var tuner: ThreadTuner
  var threads: Int
  var now = Instant(nanoseconds: 0)
  var left: Int
  var decisions: [ThreadDecision] = []
  var counts: [Int] = []

  init(from threads: Int, upTo most: Int = 64, left: Int = 1_000_000) {
    tuner = ThreadTuner(from: threads, upTo: most)
    self.threads = tuner.best
    self.left = left
  }

  /// Ends an item of each worker.
  ///
  /// - Parameter time: the milliseconds of an item; nil for an item that fails in one.
  mutating func turn(idle: Int = 0, isHeld: Bool = false, time: (Int) -> Double?) {
    let inFlight = threads
    for slot in 1...inFlight {
      let milliseconds = time(inFlight)
      let end = now + Int64((milliseconds ?? 1) * 1e6)
      tuner.attemptEnded(by: slot, from: now, to: end, isSuccess: milliseconds != nil)
      left = max(0, left - 1)
      let facts = ThreadTuner.Facts(now: end, isSettled: true, idle: idle, isHeld: isHeld, left: left)
      if let step = tuner.decide(facts) {
        threads = step.threads
        decisions += step.decisions
        counts.append(step.threads)
      }
    }
    now = now + Int64((time(inFlight) ?? 1) * 1e6)
  }

  mutating func turns(_ count: Int, time: (Int) -> Double?) { for _ in 0..<count { turn(time: time) } }

  var reasons: [ThreadDecision.Reason] { decisions.map(\.reason) }
}

@Suite struct ThreadTunerTests {
  /// The time of an item on a server with so many places.
  private static func places(_ count: Int) -> (Int) -> Double { { 10 * Double(max($0, count)) / Double(count) } }

  @Test(arguments: [
    (places: 4, start: 8, most: 64, found: 4...5), (places: 16, start: 4, most: 64, found: 16...18),
    (places: 1, start: 8, most: 64, found: 1...1), (places: 1_000, start: 8, most: 50, found: 50...50),
    (places: 6, start: 32, most: 64, found: 6...7),
  ])
  func findsTheSmallestNumberThatDoesAsMuchAsAny(places: Int, start: Int, most: Int, found: ClosedRange<Int>) {
    var run = TunedRun(from: start, upTo: most)
    run.turns(3_000, time: Self.places(places))
    #expect(found.contains(run.tuner.best), "\(run.tuner.best)")
    #expect(run.counts.allSatisfy { (1...most).contains($0) })
  }

  @Test func doublesAndThenReturns() {
    var run = TunedRun(from: 8)
    run.turns(60, time: Self.places(16))
    #expect(run.decisions.prefix(3).map(\.other) == [16, 8, 32])
    #expect(run.reasons.prefix(3) == [.trying, .gained, .trying])
    let refused = run.decisions.first { $0.reason == .noGain }
    #expect(refused?.other == 32 && abs(refused?.gain ?? 1) < 0.01 && refused?.threads == 16)
  }

  @Test func comparesInTurnsSoThatADriftIsNotBlamedOnTheThreads() {
    var run = TunedRun(from: 8, upTo: 10)
    run.turns(20, time: Self.places(8))
    var turns = 0.0
    while run.reasons.last != .noGain, turns < 400 {
      turns += 1
      run.turn { Self.places(8)($0) * (1 + turns / 100) }
    }
    let gain = run.decisions.last { $0.other == 10 }?.gain ?? 1
    #expect(abs(gain) < 0.03, "\(gain)")
  }

  @Test func goesBackAtOnceWhenItemsFail() {
    var run = TunedRun(from: 8)
    while run.threads < 16 { run.turn(time: Self.places(100)) }
    run.turn { $0 > 8 ? nil : 10 }
    #expect(run.threads == 8)
    #expect(run.decisions.last == ThreadDecision(threads: 8, reason: .errors, other: 16))
    let before = run.decisions.count
    run.turns(500) { $0 > 12 ? nil : 10 }
    let later = run.decisions.dropFirst(before)
    #expect(!later.contains { ($0.other ?? 0) >= 16 }, "sixteen is avoided for two minutes")
    #expect((9...12).contains(run.tuner.best))
  }

  @Test func aUsualShareOfFailuresIsNoReason() {
    var random = SeededGenerator(seed: 7)
    var run = TunedRun(from: 8)
    run.turns(1_000) { _ in Int.random(in: 0..<5, using: &random) == 0 ? nil : 10 }
    #expect(!run.reasons.contains(.errors))
  }

  @Test func halvesTheNumberWhenTheMachineIsShort() {
    var run = TunedRun(from: 8)
    let facts = ThreadTuner.Facts(now: run.now, isSettled: true, idle: 0, isHeld: false, left: 100)
    let step = run.tuner.machineIsShort(facts)
    #expect(step?.threads == 4)
    #expect(step?.decisions == [ThreadDecision(threads: 4, reason: .machine, other: 8)])
  }

  @Test(arguments: [(false, ThreadDecision.Reason.input), (true, .output)])
  func holdsTheNumberWhileWorkersHaveNothingToDo(isHeld: Bool, reason: ThreadDecision.Reason) {
    var run = TunedRun(from: 8)
    for _ in 0..<200 { run.turn(idle: 4, isHeld: isHeld, time: Self.places(100)) }
    #expect(run.reasons == [reason])
    #expect(run.threads == 8)
    run.turns(20, time: Self.places(100))
    #expect(run.threads > 8, "it goes on when workers are busy")
  }

  @Test func holdsTheNumberWhenFewItemsAreLeft() {
    var run = TunedRun(from: 8, left: 60)
    run.turns(7, time: Self.places(100))
    #expect(run.reasons == [.ending])
    #expect(run.threads == 8)
  }

  @Test func measuresAgainWhenItemsChange() {
    var run = TunedRun(from: 4)
    run.turns(2_000, time: Self.places(16))
    #expect((16...18).contains(run.tuner.best))
    run.turns(2_000, time: Self.places(4))
    #expect(run.reasons.contains(.changed))
    #expect((4...5).contains(run.tuner.best), "\(run.tuner.best)")
  }

  @Test func probesCostLittleWhileItHolds() {
    var run = TunedRun(from: 8)
    run.turns(3_000, time: Self.places(8))
    let before = run.now
    var work = 0.0
    for _ in 0..<20_000 {
      work += 10 * Double(min(8, run.threads))
      run.turn(time: Self.places(8))
    }
    let ideal = work / 8
    let spent = Double(run.now.nanoseconds(since: before)) / 1e6
    #expect(spent < 1.03 * ideal, "\(spent / ideal)")
  }

  @Test func refusedThreadsAreTheLimit() {
    var run = TunedRun(from: 8)
    run.tuner.threadsAreLimited(to: 5)
    run.threads = 5
    run.turns(500, time: Self.places(100))
    #expect(run.tuner.most == 5 && run.tuner.best == 5)
  }

  /// Whatever happens, numbers stay within their bounds, and every decision tells the number that is kept.
  @Test(arguments: 0..<200)
  func staysWithinItsBounds(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let most = Int.random(in: 1...80, using: &random)
    var run = TunedRun(
      from: Int.random(in: 1...90, using: &random), upTo: most, left: .random(in: 0...20_000, using: &random))
    for _ in 0..<300 {
      let idle = Int.random(in: 0..<8, using: &random) == 0 ? run.threads : 0
      let fails = Int.random(in: 0..<20, using: &random) == 0
      let time = Double.random(in: 0.001...50, using: &random)
      let count = run.decisions.count
      run.turn(idle: idle, isHeld: idle % 2 == 1) { _ in fails ? nil : time }
      #expect((1...most).contains(run.threads))
      #expect(run.decisions.dropFirst(count).allSatisfy { (1...most).contains($0.threads) })
      if run.decisions.count > count { #expect(run.decisions.last?.threads == run.tuner.best) }
    }
  }
}

@Suite struct LogTimesTests {
  @Test func knowsTheMeanOfLogNormalTimesAndItsError() {
    var random = SeededGenerator(seed: 3)
    var means: [Double] = []
    var variances = 0.0
    for _ in 0..<400 {
      var times = LogTimes()
      for _ in 0..<100 {
        // The sum of twelve uniform numbers is nearly normal.
        let normal = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
        times.add(nanoseconds: Int64(1e6 * LogTimesTests.power(normal)))
      }
      means.append(times.logMean)
      variances += times.variance / 400
    }
    let mean = means.reduce(0, +) / 400
    let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400
    // Twice a normal number of spread log 2 has the mean exp(log(2)² / 2) = 1.27; log(1.27e6) = 14.06.
    #expect(abs(mean - 14.056) < 0.02, "\(mean)")
    #expect(abs(variance / variances - 1) < 0.25, "\(variance) \(variances)")
  }

  /// Two to the power of a number.
  private static func power(_ exponent: Double) -> Double {
    let whole = exponent.rounded(.down), rest = (exponent - whole) * 0.693_147_180_56
    let series = 1 + rest * (1 + rest / 2 * (1 + rest / 3 * (1 + rest / 4 * (1 + rest / 5 * (1 + rest / 6)))))
    return Double(sign: .plus, exponent: Int(whole), significand: series)
  }
}

@Suite struct AutomaticThreadsTests {
  let now = Instant(nanoseconds: 0)

  @Test func everyDecisionIsAnEventAndAFixedNumberEndsIt() {
    var pool = PoolStateMachine(targetWorkers: 3, limits: RunLimits(), order: .input, isObserved: true, at: now)
    _ = pool.setThreads(.automatic(upTo: 16, from: 2), at: now)
    #expect(pool.target == 2 && pool.tunedThreads == 2)
    pool.endTuning(at: now)
    _ = pool.setTargetWorkers(5, at: now)
    pool.endTuning(at: now)
    #expect(
      pool.log.take().map(\.kind).dropFirst() == [
        .automaticThreads(ThreadDecision(threads: 2, reason: .measuring)), .targetWorkersChanged(2),
        .automaticThreads(nil), .targetWorkersChanged(5),
      ])
    _ = pool.setThreads(.automatic, at: now)
    #expect(pool.tuner?.most == 16, "the limit given before")
  }

  @Test func aRunChoosesItsThreads() throws {
    let results = try (0..<400).parallelMap(threads: .automatic(upTo: 4)) { $0 * 2 }
    #expect(results == (0..<400).map { $0 * 2 })
    let run = (0..<2_000).startParallelRun(threads: 1, isObserved: true) { item, _ in item }
    run.setThreads(.automatic(upTo: 3))
    var events: [RunEvent] = []
    while let batch = run.takeDelivered() {
      events += run.takeEvents()
      #expect(batch.allSatisfy { (try? $0.1.get()) == $0.0.position })
    }
    run.waitUntilOver()
    events += run.takeEvents()
    #expect(events.contains { $0.kind == .automaticThreads(ThreadDecision(threads: 1, reason: .measuring)) })
    #expect(events.allSatisfy { if case .targetWorkersChanged(let count) = $0.kind { count <= 3 } else { true } })
  }

  @Test func anAsynchronousMapChoosesItsElementsInFlight() async throws {
    let results = try await (0..<200).parallelMap(threads: .automatic(upTo: 4)) { item in
      await Task.yield()
      return item + 1
    }
    #expect(results == (1...200).map(\.self))
  }
}
