import Foundation
import ParallelFor
import TestSupport
import Testing

@testable import Dashboard

/// A server that does a number of items at a time; others wait for their turn.
private func server(places: Int, item: Int64 = 100_000_000) -> (Int, inout SeededGenerator) -> Int64 {
  { threads, random in
    let noise = Double.random(in: 0.9...1.1, using: &random)
    return Int64(Double(item) * max(1, Double(threads) / Double(places)) * noise)
  }
}

/// Runs each number of threads for some seconds in turn.
private func facts(
  _ plan: [(threads: Int, seconds: Int64)], seed: UInt64 = 1,
  latency: @escaping (Int, inout SeededGenerator) -> Int64
) -> RunFacts {
  let threads = Box(plan[0].threads)
  var simulator = RunSimulator(items: 1_000_000, threads: plan[0].threads, seed: seed) { _, random in
    (latency(threads.value, &random), .succeeded)
  }
  for part in plan {
    threads.value = part.threads
    simulator.setThreads(part.threads)
    simulator.advance(by: part.seconds * 1_000_000_000)
  }
  var dashboard = Dashboard(title: "", source: "")
  for event in simulator.takeEvents() { dashboard.apply(event) }
  return dashboard.facts
}

private final class Box {
  var value: Int
  init(_ value: Int) { self.value = value }
}

@Suite struct ThreadRatesTests {
  @Test func eachNumberOfThreadsHasItsRateAndItsLatency() throws {
    let points = facts([(4, 10), (8, 10)], latency: server(places: 8)).threadRates.points
    #expect(points.map(\.threads) == [4, 8])
    #expect(abs(points[0].rate - 40) < 2)
    #expect(abs(points[1].rate - 80) < 4)
    #expect(points.allSatisfy { $0.error < 0.1 && abs($0.p50 - 100_000_000) < 5_000_000 && $0.p95 >= $0.p50 })
  }

  @Test func fewItemsAreNotCompared() {
    let facts = facts([(4, 10), (8, 1)], latency: server(places: 8))
    #expect(facts.threadRates.points.map(\.threads) == [4])
    #expect(facts.threadRates.unmeasured?.threads == 8)
    #expect(facts.threadAdvice == .unknown)
  }

  @Test func pausesDoNotCount() {
    var simulator = RunSimulator(items: 100_000, threads: 5) { _, _ in (50_000_000, .succeeded) }
    var dashboard = Dashboard(title: "", source: "")
    simulator.advance(by: 2_000_000_000)
    simulator.pause()
    simulator.advance(by: 100_000_000_000)
    simulator.resume()
    simulator.advance(by: 3_000_000_000)
    for event in simulator.takeEvents() { dashboard.apply(event) }
    #expect(abs((dashboard.facts.threadRates.points.first?.rate ?? 0) - 100) < 10)
  }

  @Test func failuresAreNoWorkDone() {
    var simulator = RunSimulator(items: 100_000, threads: 5) { position, _ in
      (50_000_000, position.isMultiple(of: 2) ? .failed(Failure("no")) : .succeeded)
    }
    var dashboard = Dashboard(title: "", source: "")
    simulator.advance(by: 5_000_000_000)
    for event in simulator.takeEvents() { dashboard.apply(event) }
    #expect(abs((dashboard.facts.threadRates.points.first?.rate ?? 0) - 50) < 5)
  }

  /// While the last items run, fewer workers have one than were asked for.
  @Test func theLastItemsDoNotCount() throws {
    var simulator = RunSimulator(items: 400, threads: 8) { position, _ in
      (position < 399 ? 100_000_000 : 60_000_000_000, .succeeded)
    }
    var dashboard = Dashboard(title: "", source: "")
    simulator.advance(by: 100_000_000_000)
    for event in simulator.takeEvents() { dashboard.apply(event) }
    #expect(dashboard.facts.state == .done)
    #expect(abs(try #require(dashboard.facts.threadRates.points.first).rate - 80) < 5)
  }

  /// Sums of batches know what single items hide: that neighbours are slow together.
  @Test func theErrorKnowsThatNeighboursDepend() throws {
    var (alone, together) = (BatchTimes(itemsPerBatch: 4), BatchTimes(itemsPerBatch: 4))
    var random = SeededGenerator(seed: 1)
    var slow = false
    for item in 0..<4_000 {
      if item.isMultiple(of: 200) { slow.toggle() }
      together.pass(slow ? 20 : 10)
      together.countItem()
      alone.pass(Bool.random(using: &random) ? 20 : 10)
      alone.countItem()
    }
    let errors = (alone: try #require(alone.error), together: try #require(together.error))
    #expect(errors.alone < 0.02 && errors.together > 2 * errors.alone)
  }
}

@Suite struct ThreadAdviceTests {
  @Test func aServerThatIsTheLimitNeedsNoMoreThreads() throws {
    let advice = facts([(4, 20), (9, 20)], latency: server(places: 4)).threadAdvice
    guard case .tooMany(let here, let enough) = advice else {
      Issue.record("\(advice)")
      return
    }
    #expect(here.threads == 9 && enough.threads == 4)
    #expect(abs(Double(here.p50) / Double(enough.p50) - 9.0 / 4) < 0.15)
  }

  @Test func aServerWithRoomMayDoMore() {
    guard case .growing(let here, let smaller) = facts([(4, 20), (8, 20)], latency: server(places: 64)).threadAdvice
    else {
      Issue.record("other advice")
      return
    }
    #expect(here.threads == 8 && smaller.threads == 4)
    #expect(here.gain(over: smaller).isClearGain)
  }

  @Test func aNumberThatALargerOneDoesNotBeatIsEnough() {
    let facts = facts([(2, 20), (8, 20), (4, 20)], latency: server(places: 4))
    guard case .enough(let here, let larger) = facts.threadAdvice else {
      Issue.record("other advice")
      return
    }
    #expect(here.threads == 4 && larger.threads == 8)
  }

  @Test func aServerThatGetsWorseNeedsFewer() {
    let worse: (Int, inout SeededGenerator) -> Int64 = { threads, random in
      Int64(Double(threads * threads) * 10_000_000 * Double.random(in: 0.9...1.1, using: &random))
    }
    let facts = facts([(2, 20), (6, 20)], latency: worse)
    guard case .fewer(let here, let best) = facts.threadAdvice else {
      Issue.record("other advice")
      return
    }
    #expect(here.threads == 6 && best.threads == 2 && facts.threadAdvice.isActionable)
  }

  @Test func aNumberThatALargerOneBeatsIsTooSmall() {
    guard case .more(_, let best) = facts([(8, 20), (2, 20)], latency: server(places: 64)).threadAdvice else {
      Issue.record("other advice")
      return
    }
    #expect(best.threads == 8)
  }

  /// A server that slows by itself is not blamed on threads once a number of threads has been tried twice.
  @Test func driftIsNotBlamedOnThreads() {
    let calls = Box(0)
    let slowing: (Int, inout SeededGenerator) -> Int64 = { threads, random in
      calls.value += 1
      let noise = Double.random(in: 0.9...1.1, using: &random)
      return Int64((100_000_000 + Double(calls.value) * 250_000) * noise)
    }
    guard case .drifted(let point, let drift) = facts([(4, 20), (8, 20), (4, 20)], latency: slowing).threadAdvice else {
      Issue.record("other advice")
      return
    }
    #expect(point.threads == 4 && drift.after < drift.before)
  }

  /// Both numbers of threads share a server that is the limit, and items differ as an exponential distribution does.
  @Test func noiseAloneNamesHardlyEverABetterNumber() {
    let noisy: (Int, inout SeededGenerator) -> Int64 = { threads, random in
      Int64(Double(threads) * -25_000_000 * log(Double.random(in: 0.0001..<1, using: &random)))
    }
    let wrong = (0..<40 as Range<UInt64>).filter { seed in
      switch facts([(4, 8), (5, 8)], seed: seed, latency: noisy).threadAdvice {
      case .tooMany, .unclear, .unknown: false
      default: true
      }
    }
    #expect(wrong.count <= 1, "\(wrong)")
  }

  @Test func theKneeIsTheSmallestNumberThatIsNearTheBest() {
    let facts = facts([(1, 20), (2, 20), (4, 20), (8, 20)], latency: server(places: 4))
    #expect(ThreadAdvice.knee(of: facts.threadRates.points) == 4)
    #expect(ThreadAdvice.knee(of: Array(facts.threadRates.points.prefix(1))) == nil)
  }
}

@Suite struct ScalingCurveTests {
  private func points(
    _ threads: [Double], rate: (Double) -> Double
  ) -> [(threads: Double, rate: Double, error: Double)] {
    threads.map { ($0, rate($0), 0.02) }
  }

  @Test func itFindsTheCoefficientsOfAnExactCurve() throws {
    let law: (Double) -> Double = { 100 * $0 / (1 + 0.05 * ($0 - 1) + 0.002 * $0 * ($0 - 1)) }
    let curve = try #require(ScalingCurve(points([1, 2, 4, 8, 16, 32], rate: law)))
    for threads in [1.0, 3, 12, 32, 64] { #expect(abs(curve.rate(at: threads) / law(threads) - 1) < 1e-6) }
    #expect(abs(curve.peak - (0.95 / 0.002).squareRoot()) < 1e-6)
  }

  @Test func aRateThatNeverFallsHasNoPeak() throws {
    let curve = try #require(ScalingCurve(points([1, 2, 4, 8]) { 10 * $0 }))
    #expect(curve.peak == .infinity)
    #expect(abs(curve.rate(at: 16) - 160) < 1e-6)
  }

  @Test func aBandNeedsFourPointsAndAPeakSix() {
    let worse: (Int, inout SeededGenerator) -> Int64 = { threads, random in
      let load = 1 + 0.02 * Double(threads * threads)
      return Int64(20_000_000 * load * Double.random(in: 0.9...1.1, using: &random))
    }
    let three = facts([1, 2, 4].map { ($0, 20) }, latency: worse).threadRates.points
    #expect(ScalingBand(three) == nil)
    let four = facts([1, 2, 4, 8].map { ($0, 20) }, latency: worse).threadRates.points
    #expect(ScalingBand(four)?.peak == nil)
    #expect(ScalingBand(four)?.rates(at: 4).contains(four[2].rate) == true)
    let six = facts([1, 2, 4, 8, 12, 16].map { ($0, 20) }, latency: worse).threadRates.points
    let peak = ScalingBand(six)?.peak
    // The rate is N / (1 + 0.02 N²), which is highest at √50.
    #expect(peak.map { $0.lowerBound < 7.5 && $0.upperBound > 6.6 } == true, "\(String(describing: peak))")
  }
}
