import ParallelFor
import TestSupport
import Testing

@testable import Dashboard

@Suite struct ThroughputTests {
  private func facts(perSecond: Int, seconds: Int) -> (RunFacts, Instant) {
    let gap = Int64(1_000_000_000 / perSecond)
    var simulator = RunSimulator(items: 100_000_000, threads: 1) { _, _ in (gap, .succeeded) }
    var dashboard = Dashboard(title: "", source: "")
    for _ in 0..<seconds {
      simulator.advance(by: 1_000_000_000)
      for event in simulator.takeEvents() { dashboard.apply(event) }
    }
    return (dashboard.facts, simulator.now)
  }

  @Test(arguments: [(1, 30), (50, 2), (200, 15), (10, 700)])
  func rateIsWhatHappened(perSecond: Int, seconds: Int) throws {
    let (facts, now) = facts(perSecond: perSecond, seconds: seconds)
    let rate = try #require(facts.throughput.rate(at: now))
    #expect(abs(rate - Double(perSecond)) <= Double(perSecond) * 0.1)
  }

  @Test func historyIsAsLongAsTheRunAndAtMostAsWideAsAsked() {
    let (facts, now) = facts(perSecond: 20, seconds: 8)
    let history = facts.throughput.history(columns: 100, at: now)
    #expect(history.count == 8)
    #expect(history.dropFirst().allSatisfy { abs($0 - 20) <= 1 })
    #expect(facts.throughput.history(columns: 3, at: now).count == 3)
    #expect(facts.throughput.history(columns: 0, at: now).isEmpty)
    #expect(facts.throughput.history(columns: 3, at: now + 60_000_000_000) == [0, 0, 0])
  }

  @Test func thereIsNoRateBeforeAnythingEnded() {
    let dashboard = Dashboard(title: "", source: "")
    #expect(dashboard.facts.throughput.rate(at: Instant(nanoseconds: 5)) == nil)
  }
}

@Suite struct LatencySummaryTests {
  private func facts(_ latencies: [Int64]) -> RunFacts {
    var dashboard = Dashboard(title: "", source: "")
    var script = EventScript()
    dashboard.apply(script(.runStarted(targetWorkers: 1)))
    for (position, latency) in latencies.enumerated() {
      dashboard.apply(script(.itemFinished(script.finished(position, latency: latency))))
    }
    dashboard.apply(script(.runFinished(.completed)))
    return dashboard.facts
  }

  @Test(arguments: [0, 1, 9, 10, 19, 20, 99, 100])
  func percentilesNeedSamples(count: Int) {
    let values = facts([Int64](repeating: 5_000_000, count: count)).latency.percentiles
    #expect((values.p50 != nil) == (count >= 1))
    #expect((values.p90 != nil) == (count >= 10))
    #expect((values.p95 != nil) == (count >= 20))
    #expect((values.p99 != nil) == (count >= 100))
  }

  @Test func percentilesAreExactToOnePerCent() throws {
    var random = SeededGenerator(seed: 3)
    let latencies = (0..<5000).map { _ in Int64.random(in: 1_000...50_000_000_000, using: &random) }
    let summary = facts(latencies).latency
    let sorted = latencies.sorted()
    for (value, share) in [
      (summary.percentiles.p50, 0.5), (summary.percentiles.p90, 0.9), (summary.percentiles.p99, 0.99),
    ] {
      let exact = Double(sorted[Int((share * 5000).rounded(.up)) - 1])
      #expect(abs(Double(try #require(value)) - exact) <= exact * 0.01)
    }
    #expect(summary.maximum == sorted.last)
    #expect(summary.minimum == sorted.first)
  }

  @Test(arguments: [1, 7, 60])
  func bucketsHoldEveryItem(columns: Int) {
    let latencies = (1...999).map { Int64($0 * $0 * 1000) }
    let summary = facts(latencies).latency
    #expect(summary.buckets(columns).count == columns)
    #expect(summary.buckets(columns).reduce(0, +) == 999)
    #expect(summary.edge(0, of: columns) <= 1000)
    #expect(facts([]).latency.buckets(columns).isEmpty)
    #expect(facts([0, 0]).latency.buckets(columns).reduce(0, +) == 2)
  }

  @Test func stoppedItemsDoNotCount() {
    var dashboard = Dashboard(title: "", source: "")
    var script = EventScript()
    dashboard.apply(script(.itemFinished(script.finished(0, .cancelled))))
    #expect(dashboard.facts.latency.count == 0)
    #expect(dashboard.facts.tally.cancelled == 1)
  }
}

@Suite struct SlowTests {
  @Test func listIsExactlyTheSlowest() {
    var random = SeededGenerator(seed: 11)
    var dashboard = Dashboard(title: "", source: "")
    var script = EventScript()
    let latencies = (0..<5000).map { _ in Int64.random(in: 0...3000, using: &random) }
    for (position, latency) in latencies.enumerated() {
      dashboard.apply(script(.itemFinished(script.finished(position, latency: latency))))
    }
    let slowest = dashboard.facts.slowest.sorted()
    #expect(slowest.count == SlowList.capacity)
    #expect(slowest.map(\.latency) == Array(latencies.sorted(by: >).prefix(SlowList.capacity)))
  }

  @Test func limitIsTheLowerOfBoth() {
    #expect(SlowThreshold(absolute: 5, factor: nil).limit(median: nil, of: 0) == 5)
    #expect(SlowThreshold().limit(median: nil, of: 0) == nil)
    #expect(SlowThreshold().limit(median: 1_000, of: 4) == nil)
    #expect(SlowThreshold().limit(median: 1_000, of: 5) == 3_000)
    #expect(SlowThreshold(absolute: 2_000, factor: 3).limit(median: 1_000, of: 10) == 2_000)
    #expect(SlowThreshold(absolute: 9_000, factor: 3).limit(median: 1_000, of: 10) == 3_000)
  }

  @Test func runningItemsAreListedAmongTheFinishedOnes() {
    var (dashboard, script) = Dashboard.running(items: 100, threads: 1)
    dashboard.apply(script(.itemFinished(script.finished(7, worker: 2, latency: 2_000_000_000))))
    let start = dashboard.facts.runningItems[0].start
    #expect(dashboard.facts.slowItems(at: start + 1_000_000_000).map(\.id) == [ItemID(7), ItemID(0)])
    let later = dashboard.facts.slowItems(at: start + 3_000_000_000)
    #expect(later.map(\.id) == [ItemID(0), ItemID(7)])
    #expect(later[0].state == .running)
  }
}
