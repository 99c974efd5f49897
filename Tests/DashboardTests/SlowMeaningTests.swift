import ParallelFor
import Testing

@testable import Dashboard

/// The meaning of *slow* at one time: the limit, the count and the marks come from the same figures.
@Suite struct SlowMeaningTests {
  private static let millisecond: Int64 = 1_000_000

  private func dashboard(_ latencies: [Int64], slow: SlowThreshold = SlowThreshold()) -> Dashboard {
    var dashboard = Dashboard(title: "", source: "", slow: slow)
    var script = EventScript()
    dashboard.apply(script(.runStarted(targetWorkers: 1)))
    for (position, latency) in latencies.enumerated() {
      dashboard.apply(script(.itemFinished(script.finished(position, latency: latency * Self.millisecond))))
    }
    return dashboard
  }

  /// Items that were slow by an earlier median may not be slow by the present one.
  @Test func theCountFollowsTheLimit() throws {
    let early = [Int64](repeating: 10, count: 20) + [Int64](repeating: 100, count: 5)
    #expect(dashboard(early).facts.slowFinished == 5)
    let later = dashboard(early + [Int64](repeating: 100, count: 200))
    #expect(later.facts.slowFinished == 0)
    let limit = try #require(later.facts.slowLimit)
    #expect(later.facts.slowest.sorted().allSatisfy { $0.latency < limit })
  }

  @Test func theCountIsThatOfTheMarkedRows() throws {
    let latencies: [Int64] = (0..<900).map { (position: Int64) -> Int64 in
      position % 90 == 0 ? 2_000 + position : 100 + position % 7
    }
    let facts = dashboard(latencies).facts
    let limit = try #require(facts.slowLimit)
    #expect(facts.slowFinished == 10)
    #expect(facts.slowest.sorted().count { $0.latency >= limit } == 10)
  }

  @Test func moreThanAreKeptAreCountedToo() {
    let latencies: [Int64] = (0..<8_000).map { $0 % 4 == 0 ? 1_000 : 100 }
    #expect(dashboard(latencies).facts.slowFinished == 2_000)
  }

  @Test func whereMostAreSlowNoneIsAnException() {
    let facts = dashboard([200, 200, 200, 10], slow: SlowThreshold(absolute: 100 * Self.millisecond, factor: nil)).facts
    #expect(facts.slowFinished == 3)
    #expect(!facts.isSlowExceptional(at: facts.latest))
    #expect(dashboard([10, 10, 10, 10, 10, 200]).facts.isSlowExceptional(at: facts.latest))
  }

  /// After a change, nearly all running items take long. Then none of them is marked.
  @Test(arguments: [(4, 9, true), (7, 9, false), (2, 3, true), (3, 3, true)])
  func nearlyAllRunningItemsAreNoException(slow: Int, running: Int, isExceptional: Bool) {
    var dashboard = dashboard([Int64](repeating: 10, count: 20))
    var script = EventScript()
    script.now = dashboard.live.latest
    for slot in 1...slow { dashboard.apply(script(.itemStarted(script.started(20 + slot, worker: slot)))) }
    script.now = script.now + 500 * Self.millisecond
    for slot in slow..<running { dashboard.apply(script(.itemStarted(script.started(21 + slot, worker: slot + 1)))) }
    #expect(dashboard.facts.slowRunning(at: script.now) == slow)
    #expect(dashboard.facts.isSlowExceptional(at: script.now) == isExceptional)
  }
}
