import ParallelFor
import TestSupport
import Testing

@testable import Dashboard

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

private let second: Int64 = 1_000_000_000

@Suite struct TimeLeftTests {
  private func range(_ left: TimeLeft) -> TimeLeft.Range? {
    switch left {
    case .estimate(let range): range
    case .lastItems(let range, _, _, _): range
    case .none, .unknown, .atLeast: nil
    }
  }

  /// Plays a run and compares the shown range with the truth at each step.
  private func play(
    _ simulator: inout RunSimulator, for time: Int64, _ dashboard: inout Dashboard
  ) {
    simulator.advance(by: time)
    for event in simulator.takeEvents() { dashboard.apply(event) }
  }

  private func truth(_ simulator: RunSimulator) -> Int64 {
    var whole = simulator
    whole.advanceToEnd()
    return whole.now.nanoseconds(since: simulator.now)
  }

  @Test func isUnknownBeforeTheFirstEndAndWithoutThreads() {
    var simulator = RunSimulator(items: 9, threads: 2) { _, _ in (second, .succeeded) }
    var dashboard = Dashboard(title: "", source: "")
    play(&simulator, for: second / 2, &dashboard)
    #expect(dashboard.facts.timeLeft(at: simulator.now) == .unknown)
    play(&simulator, for: second, &dashboard)
    #expect(range(dashboard.facts.timeLeft(at: simulator.now)) != nil)
    simulator.setThreads(0)
    play(&simulator, for: 0, &dashboard)
    #expect(dashboard.facts.timeLeft(at: simulator.now) == .unknown)
    simulator.setThreads(2)
    simulator.advanceToEnd()
    play(&simulator, for: 0, &dashboard)
    #expect(dashboard.facts.timeLeft(at: simulator.now) == TimeLeft.none)
  }

  /// The times of the items are known to the nanosecond, so the estimate also knows how workers share them.
  @Test(arguments: [(1, 40), (3, 41), (8, 100)])
  func equalItemsEndWhenTheyMust(threads: Int, items: Int) throws {
    var simulator = RunSimulator(items: items, threads: threads) { _, _ in (second, .succeeded) }
    var dashboard = Dashboard(title: "", source: "")
    play(&simulator, for: Int64(items / threads / 2) * second + second / 3, &dashboard)
    let left = try #require(range(dashboard.facts.timeLeft(at: simulator.now)))
    #expect(abs(Double(left.middle) / Double(truth(simulator)) - 1) < 0.1, "\(left), \(truth(simulator))")
  }

  /// Right after the start, little is known except how long the unfinished items have run.
  @Test(arguments: [5, 40])
  func theFirstRangesHoldTheTruth(threads: Int) throws {
    var simulator = RunSimulator(items: 20 * threads, threads: threads, seed: 5) { _, random in
      (Int64.random(in: 800_000_000...1_200_000_000, using: &random), .succeeded)
    }
    var dashboard = Dashboard(title: "", source: "")
    var ranges = 0
    while dashboard.facts.finished < threads {
      let left = dashboard.facts.timeLeft(at: simulator.now)
      if let range = range(left) {
        let truth = truth(simulator)
        #expect(range.low * 4 / 5 < truth && truth < range.high, "\(left) after \(dashboard.facts.finished)")
        ranges += 1
      } else {
        #expect(left == .unknown)
      }
      if dashboard.facts.finished == 0 { #expect(left == .unknown) }
      play(&simulator, for: 100_000_000, &dashboard)
    }
    #expect(ranges > 0)
  }

  @Test func theRangeNarrowsWithItems() throws {
    var simulator = RunSimulator(items: 5_000, threads: 4, seed: 3) { _, random in
      (Int64.random(in: 10_000_000...1_000_000_000, using: &random), .succeeded)
    }
    var dashboard = Dashboard(title: "", source: "")
    var last = Double.infinity
    for seconds in [2, 8, 32, 128] as [Int64] {
      play(&simulator, for: seconds * second, &dashboard)
      let left = try #require(range(dashboard.facts.timeLeft(at: simulator.now)))
      #expect((left.low...left.high).contains(truth(simulator)))
      let width = Double(left.high) / Double(left.low)
      #expect(width < last)
      last = width
    }
  }

  @Test func aStuckItemMakesItLonger() throws {
    func left(stuck: Bool) throws -> Int64 {
      var simulator = RunSimulator(items: 1_000, threads: 2) { position, _ in
        (stuck && position == 100 ? 1_000 * second : second / 10, .succeeded)
      }
      var dashboard = Dashboard(title: "", source: "")
      play(&simulator, for: 25 * second, &dashboard)
      return try #require(range(dashboard.facts.timeLeft(at: simulator.now))).middle
    }
    #expect(try left(stuck: true) > left(stuck: false) * 3 / 2)
  }

  @Test func aPauseDoesNotSpoilIt() {
    var simulator = RunSimulator(items: 1000, threads: 2) { _, _ in (100_000_000, .succeeded) }
    var dashboard = Dashboard(title: "", source: "")
    simulator.advance(by: 10 * second)
    simulator.pause()
    play(&simulator, for: second, &dashboard)
    dashboard.prepareFrame(at: simulator.now)
    let before = dashboard.facts.timeLeft(at: simulator.now)
    play(&simulator, for: 3_600 * second, &dashboard)
    dashboard.prepareFrame(at: simulator.now)
    #expect(dashboard.facts.timeLeft(at: simulator.now) == before && range(before) != nil)
    #expect(dashboard.facts.state == .paused)
    #expect(dashboard.facts.stopwatch.active(at: simulator.now) == 10 * second)
    #expect(dashboard.facts.stopwatch.wall(at: simulator.now) == 3_611 * second)
  }

  @Test func theLastItemsAreNamed() throws {
    var (dashboard, script) = Dashboard.running(items: 3, threads: 3)
    let start = dashboard.facts.runningItems[0].start
    dashboard.apply(script(.itemFinished(script.finished(1, worker: 2, latency: second))))
    let now = script.now + 5 * second
    guard case .lastItems(let left, 2, ItemID(0), let elapsed) = dashboard.facts.timeLeft(at: now) else {
      Issue.record("\(dashboard.facts.timeLeft(at: now))")
      return
    }
    #expect(elapsed == now.nanoseconds(since: start))
    // An item that has run longer than any other may run for as long again, or much longer.
    let range = try #require(left)
    #expect(range.low < 5 * second && range.high > 5 * second && !range.isNarrow)
  }

  @Test func withoutATotalItIsALowerLimit() {
    var simulator = RunSimulator(items: 100, threads: 2, tellsTotal: false) { _, _ in (1_000_000, .succeeded) }
    simulator.advance(by: 20_000_000)
    var dashboard = Dashboard(title: "", source: "")
    for event in simulator.takeEvents() { dashboard.apply(event) }
    guard case .atLeast(let time) = dashboard.facts.timeLeft(at: simulator.now) else {
      Issue.record("\(dashboard.facts.timeLeft(at: simulator.now))")
      return
    }
    #expect(time > 0 && time <= truth(simulator))
  }

  // MARK: - Threads

  /// A server that does ten items a second, however many threads ask.
  private func flat(_ first: Int, then second: Int, after time: Int64) -> (Dashboard, now: Instant, left: Int64) {
    var random = SeededGenerator(seed: 7)
    let gap = 100_000_000
    var (dashboard, script) = Dashboard.running(items: 400, threads: first)
    var threads = first
    var running = (0..<first).map { $0 }
    var (next, ended) = (first, 0)
    let change = script.now + 10 * 1_000_000_000
    var isChanged = false
    while script.now < change + time {
      script.now = script.now + Int64(gap + Int.random(in: -20_000_000...20_000_000, using: &random))
      let position = running.removeFirst()
      let start = dashboard.facts.runningItem(ItemID(position))
      let item = FinishedItem(
        id: ItemID(position), worker: start?.worker ?? WorkerID(1), start: start?.start ?? script.now, end: script.now,
        outcome: .succeeded, label: "")
      dashboard.apply(script(.itemFinished(item)))
      ended += 1
      if running.count >= threads { dashboard.apply(script(.workerStopped(item.worker))) }
      if !isChanged, script.now >= change {
        isChanged = true
        threads = second
        dashboard.apply(script(.targetWorkersChanged(second)))
        if second > first {
          for worker in first + 1...second { dashboard.apply(script(.workerStarted(WorkerID(worker)))) }
        } else {
          dashboard.apply(script(.workerStopped(item.worker)))
          for item in dashboard.facts.runningItems.dropFirst() {
            dashboard.apply(script(.workerDraining(item.worker)))
          }
        }
      }
      while running.count < threads, next < 400 {
        let worker = (1...max(first, second)).first { id in
          !dashboard.facts.runningItems.contains { $0.worker == WorkerID(id) }
        }
        dashboard.apply(
          script(
            .itemStarted(StartedItem(id: ItemID(next), worker: WorkerID(worker ?? 1), start: script.now, label: ""))))
        running.append(next)
        next += 1
      }
    }
    return (dashboard, script.now, Int64((400 - ended) * gap))
  }

  /// Right after the change, the range reaches from no gain to a full one. A few seconds of work show the truth.
  @Test(arguments: [(1, 6), (6, 1)])
  func aChangeOfThreadsIsNotBelievedBeforeItIsMeasured(first: Int, then: Int) throws {
    let (early, soon, leftThen) = flat(first, then: then, after: 150_000_000)
    let before = try #require(range(early.facts.timeLeft(at: soon)))
    #expect(before.low < leftThen * 11 / 10 && leftThen * 9 / 10 < before.high, "\(before), \(leftThen)")
    #expect(before.high > 2 * before.low)
    let (late, now, left) = flat(first, then: then, after: 8 * 1_000_000_000)
    let after = try #require(range(late.facts.timeLeft(at: now)))
    #expect(abs(Double(after.middle) / Double(left) - 1) < 0.15, "\(after), \(left)")
  }

  @Test func theCurveKnowsItsExtremesAndItsPoints() throws {
    var curve = ThreadCurve()
    #expect(curve.time(at: 4) == nil)
    curve.set(.init(logTime: log(1e9), error: 0.05), at: 4)
    let doubled = try #require(curve.time(at: 8))
    // Between no gain, where an item takes twice as long, and a full one.
    #expect(exp(doubled.logTime) > 1e9 && exp(doubled.logTime) < 2e9 && doubled.error > 0.25)
    curve.set(.init(logTime: log(2e9), error: 0.05), at: 8)
    let more = try #require(curve.time(at: 16))
    #expect(abs(exp(more.logTime) / 4e9 - 1) < 0.01 && more.error < 0.2)
    let between = try #require(curve.time(at: 6))
    #expect(abs(exp(between.logTime) / 1.5e9 - 1) < 0.01)
    #expect(curve.time(at: 4).map { exp($0.logTime) } == curve.time(at: 4).map { _ in exp(log(1e9)) })
  }
}

@Suite struct LatencyWindowTests {
  @Test func bucketsHoldTheirLatencies() {
    for latency in [1, 1_023, 1_024, 1_151, 1_152, 5_000_000, 123_456_789, 3_600 * second] as [Int64] {
      let index = LatencyBucket.index(of: latency)
      #expect(latency < 1_024 ? index == 0 : LatencyBucket.edge(index) <= Double(latency))
      #expect(Double(latency) < LatencyBucket.edge(index + 1))
    }
    #expect(LatencyBucket.index(of: .max) == LatencyBucket.count - 1 && LatencyBucket.index(of: -1) == 0)
  }

  @Test(arguments: 1...20)
  func itGrowsWhileNothingChanges(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var window = LatencyWindow()
    for _ in 0..<5_000 { window.add(Int64.random(in: 1_000_000...100_000_000, using: &random)) }
    #expect(window.count == 5_000 && window.unrest == 0 && window.whole.count == 5_000)
  }

  @Test(arguments: [2.0, 0.5, 1.3])
  func itForgetsWhatNoLongerHolds(ratio: Double) {
    var random = SeededGenerator(seed: 1)
    var window = LatencyWindow()
    for _ in 0..<2_000 { window.add(Int64.random(in: 80_000_000...120_000_000, using: &random)) }
    for _ in 0..<500 { window.add(Int64(ratio * Double.random(in: 80e6...120e6, using: &random))) }
    #expect(abs(window.whole.mean / (ratio * 1e8) - 1) < 0.03 && window.count < 700)
    #expect(window.unrest > 0)
  }
}

@Suite struct SurvivalTests {
  private func ended(_ latencies: [Int64]) -> [Double] {
    var counts = [Double](repeating: 0, count: LatencyBucket.count)
    for latency in latencies { counts[LatencyBucket.index(of: latency)] += 1 }
    return counts
  }

  @Test func withoutRunningItemsItIsTheSample() {
    let survival = Survival(ended: ended((1...1_000).map { $0 * 1_000_000 }), ages: [])
    #expect(abs(survival.mean / 500e6 - 1) < 0.02)
    for share in [0.9, 0.5, 0.1] {
      let time = survival.time(beyond: share)
      #expect(abs(time / ((1 - share) * 1e9) - 1) < 0.05)
      #expect(abs(survival.probability(beyond: time) - share) < 0.01)
    }
  }

  /// Items that still run are the longer ones. Without them, the mean would be too small.
  @Test func runningItemsCount() {
    var random = SeededGenerator(seed: 2)
    var (done, ages): ([Int64], [Double]) = ([], [])
    for _ in 0..<4_000 {
      let latency = Int64.random(in: 1_000_000...1_000_000_000, using: &random)
      let age = Int64.random(in: 1_000_000...1_000_000_000, using: &random)
      if latency <= age { done.append(latency) } else { ages.append(Double(age)) }
    }
    let naive = done.reduce(0) { $0 + Double($1) } / Double(done.count)
    let survival = Survival(ended: ended(done), ages: ages)
    #expect(abs(survival.mean / 500e6 - 1) < 0.05 && naive < 400e6)
  }

  @Test func anItemThatHasRunLongRunsLonger() {
    let survival = Survival(ended: ended([1_000_000, 2_000_000]), ages: [60e9])
    let rests = [0.1, 0.5, 0.9].map { survival.rest(age: 60e9, at: $0) }
    #expect(rests == rests.sorted() && rests[1] > 10e9 && rests[1] < 120e9)
  }
}
