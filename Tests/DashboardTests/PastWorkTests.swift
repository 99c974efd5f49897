import ParallelFor
import Testing

@testable import Dashboard

private let second: Int64 = 1_000_000_000

/// The times of an earlier run, in seconds.
private func times(_ seconds: [Double?]) -> ItemTimes {
  var times = ItemTimes()
  for time in seconds { times.append(time.map { Int64($0 * 1e9) }) }
  return times
}

@Suite struct ItemTimesTests {
  @Test(arguments: [1, 2, 1_023, 1_024, 2_047, 2_048, 2_049, 4_095, 4_096, 999_999, 3_600 * second, .max])
  func aTimeIsRightToAThousandth(time: Int64) throws {
    var times = ItemTimes()
    times.append(nil)
    times.append(time)
    let kept = try #require(times[1])
    #expect(kept <= time && Double(time - kept) <= Double(time) / 1_024)
    #expect(time >= 2_048 || kept == time)
    #expect(times[0] == nil && times[2] == nil && times[-1] == nil)
  }

  @Test func noTimeIsStillATime() {
    var times = ItemTimes()
    for time in [0, -5] as [Int64] { times.append(time) }
    #expect(times[0] == 1 && times[1] == 1 && times.count == 2)
  }
}

@Suite struct PastWorkTests {
  private func range(_ left: TimeLeft) -> TimeLeft.Range? {
    switch left {
    case .estimate(let range): range
    case .lastItems(let range, _, _, _): range
    case .none, .unknown, .atLeast: nil
    }
  }

  private func seconds(_ left: TimeLeft) -> Double? { range(left).map { Double($0.middle) / 1e9 } }

  /// Two workers run items 1 and 2 of four; the events are a millisecond apart.
  private func dashboard(_ past: PastWork) -> (Dashboard, EventScript) {
    var (dashboard, script) = Dashboard.running(items: 4, threads: 2)
    dashboard.learn(past)
    return (dashboard, script)
  }

  @Test func eachItemCountsWithItsOwnTime() throws {
    let (dashboard, script) = dashboard(PastWork(times([10, 20, 30, 40])))
    // Two workers: 10 and 30, 20 and 40.
    let left = try #require(range(dashboard.facts.timeLeft(at: script.now)))
    #expect(abs(Double(left.middle) / 1e9 - 60) < 10 && left.low < left.middle && left.middle < left.high)
    #expect(left.isFromPast)
    // The longest has not started: nothing ends before it.
    let late = try #require(seconds(dashboard.facts.timeLeft(at: script.now + 15 * second)))
    #expect(late > 35 && late < 60)
    #expect(range(Self.without(dashboard).facts.timeLeft(at: script.now)) == nil)
  }

  private static func without(_ dashboard: Dashboard) -> Dashboard {
    var plain = dashboard
    plain.learn(nil)
    return plain
  }

  @Test func thePaceOfThisRunCorrectsThePast() throws {
    var past = PastWork(times([Double?](repeating: 1, count: 400)))
    for position in 0..<200 { past.ended(position, latency: 2 * second) }
    var (dashboard, script) = Dashboard.running(items: 400, threads: 1)
    for position in 0..<200 {
      dashboard.apply(script(.itemFinished(script.finished(position, latency: 2 * second))))
    }
    dashboard.learn(past)
    let left = try #require(seconds(dashboard.facts.timeLeft(at: script.now)))
    #expect(abs(left - 400) < 20)
  }

  /// However many items wait, none of them is shared among workers.
  @Test func nothingEndsBeforeTheLongestItem() throws {
    var seconds = [Double?](repeating: 1, count: 400)
    seconds[100] = 3_600
    var (dashboard, script) = Dashboard.running(items: 400, threads: 8)
    dashboard.learn(PastWork(times(seconds)))
    let left = try #require(range(dashboard.facts.timeLeft(at: script.now)))
    #expect(left.middle > 3_300 * second && left.high < 6_000 * second, "\(left)")
  }

  /// The range narrows as items show that the past was right.
  @Test func theRangeNarrows() throws {
    var widths: [Double] = []
    for ended in [0, 10, 40] {
      var past = PastWork(times([Double?](repeating: 1, count: 200)))
      for position in 0..<ended { past.ended(position, latency: second) }
      var (dashboard, script) = Dashboard.running(items: 200, threads: 1)
      for position in 0..<ended {
        dashboard.apply(script(.itemFinished(script.finished(position, latency: second))))
      }
      dashboard.learn(past)
      let left = try #require(range(dashboard.facts.timeLeft(at: script.now)))
      widths.append(Double(left.high) / Double(left.low))
    }
    #expect(widths[0] > widths[1] && widths[1] > widths[2])
  }

  @Test func itemsThatDidNotRunProveNothing() {
    var past = PastWork(times([nil, 1, 1, 1]))
    past.ended(3, latency: nil)
    past.ended(0, latency: 5 * second)
    #expect(past.items == 2)
    let other = PastWork(times([nil, 1, 1, nil]))
    #expect(past.work == other.work && past.spread == other.spread)
  }

  @Test func theLastItemsHaveTheirTimesToo() throws {
    var (dashboard, script) = Dashboard.running(items: 2, threads: 2)
    dashboard.learn(PastWork(times([10, 4])))
    let left = try #require(range(dashboard.facts.timeLeft(at: script.now)))
    #expect(abs(Double(left.middle) / 1e9 - 10) < 3 && left.isFromPast)
    dashboard.learn(PastWork(times([10, nil])))
    #expect(range(dashboard.facts.timeLeft(at: script.now))?.isFromPast == false)
    dashboard.apply(script(.itemFinished(script.finished(1, worker: 2))))
    #expect(range(dashboard.facts.timeLeft(at: script.now))?.isFromPast == true)
  }
}
