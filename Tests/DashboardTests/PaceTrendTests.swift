import TestSupport
import Testing

@testable import Dashboard

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whether items take steadily longer or shorter.
@Suite struct PaceTrendTests {
  /// The change that is expected after 400 attempts of which each has a time in milliseconds, with some noise.
  private func change(left: Int, seed: UInt64 = 1, _ time: (Int) -> Double) -> ThreadCurve.Time? {
    var random = SeededGenerator(seed: seed)
    var trend = PaceTrend(threads: 4)
    for attempt in 0..<400 { trend.add(Int64(1e6 * time(attempt) * Double.random(in: 0.5...1.5, using: &random))) }
    return trend.change(left: left, recent: 400)
  }

  @Test(arguments: [(200, 2.0), (400, 2.5), (800, 3.5)])
  func whatGrowsSteadilyIsExpectedToGoOn(left: Int, times: Double) throws {
    let change = try #require(change(left: left) { 100 + Double($0) / 2 })
    // The first 400 take 200 on average.
    let truth = log((100 + Double(400 + left / 2) / 2) / 200)
    #expect(abs(change.logTime - truth) < 1.3 * change.error, "\(change), truth \(truth)")
    #expect(change.logTime < truth, "it may stop at once")
  }

  @Test func whatFallsSteadilyIsExpectedToGoOn() throws {
    let change = try #require(change(left: 200) { 400 - Double($0) / 2 })
    #expect(change.logTime < -0.2)
    #expect(try #require(self.change(left: 1_000_000) { 400 - Double($0) / 2 }).logTime > -1.5, "no time is nothing")
  }

  @Test func oneSuddenChangeIsNoTrend() {
    for place in stride(from: 20, to: 400, by: 20) {
      #expect(change(left: 200) { $0 < place ? 100 : 200 } == nil, "longer from \(place) on")
      #expect(change(left: 200) { $0 < place ? 200 : 100 } == nil, "shorter from \(place) on")
    }
  }

  @Test func chanceIsNoTrend() {
    let found = (1...500).count { change(left: 200, seed: UInt64($0)) { _ in 100 } != nil }
    #expect(found == 0, "\(found) of 500")
  }

  @Test func fewAttemptsAreNoTrend() {
    var trend = PaceTrend(threads: 4)
    for attempt in 0..<60 { trend.add(Int64(1_000_000 * (attempt + 1))) }
    #expect(trend.change(left: 100, recent: 60) == nil)
  }
}
