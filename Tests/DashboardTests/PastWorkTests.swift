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

@Suite struct PastTimeLeftTests {
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    var finished = 0
    var busy = 0.0
    let remaining: Int
    let known: TimeLeft.Known
    var threads = 2
    /// The middle of the estimate, in seconds.
    let left: Double
  }

  private static func known(
    _ items: Int, _ work: Double, elapsed: Double = 0, longest: Double = 0, ended: Int = 0
  ) -> TimeLeft.Known {
    TimeLeft.Known(items: items, work: work * 1e9, elapsed: elapsed * 1e9, longest: longest * 1e9, ended: ended)
  }

  static let cases = [
    Case(description: "all known, nothing ended", remaining: 4, known: known(4, 40), left: 20),
    Case(description: "other threads", remaining: 4, known: known(4, 40), threads: 8, left: 5),
    Case(description: "one item is longer than all others", remaining: 9, known: known(9, 40, longest: 30), left: 30),
    Case(description: "unknown ones take as long as known ones", remaining: 8, known: known(4, 40), left: 40),
    Case(
      description: "unknown ones take as long as those that ended", finished: 10, busy: 10, remaining: 8,
      known: known(4, 40, ended: 10), left: 22),
    Case(
      description: "what is running and known is no work done on unknown ones", finished: 10, busy: 16, remaining: 8,
      known: known(4, 34, elapsed: 6, ended: 10), left: 20.2),
    Case(
      description: "no known one is left", finished: 4, busy: 8, remaining: 6, known: known(0, 0, ended: 4), left: 6),
  ]

  @Test(arguments: cases) func knownItemsCountWithTheirOwnTimes(_ row: Case) throws {
    let running = row.known.elapsed
    let left = TimeLeft.estimate(
      from: TimeLeft.Evidence(
        finished: row.finished, busy: row.busy * 1e9, busyRunning: running, remaining: row.remaining,
        threads: row.threads, variation: 0, known: row.known))
    switch left {
    case .about(let time): #expect(abs(Double(time) / 1e9 - row.left) < 0.01)
    case .between(let low, let high):
      // A range is the estimate divided and multiplied by the same.
      #expect(abs((Double(low) * Double(high)).squareRoot() / 1e9 - row.left) < 0.01)
    case .unknown, .lastItems, .none: Issue.record("\(left)")
    }
  }

  @Test func theRangeNarrowsAsItemsProveThePastRight() {
    let estimates = [0, 10, 40].map { ended in
      TimeLeft.estimate(
        from: TimeLeft.Evidence(
          finished: ended, busy: Double(ended) * 1e9, busyRunning: 0, remaining: 10, threads: 1,
          known: Self.known(10, 10, ended: ended)))
    }
    guard case .between(let low, let high) = estimates[0], case .between(let lower, let higher) = estimates[1] else {
      Issue.record("\(estimates)")
      return
    }
    #expect(low < lower && higher < high)
    #expect(estimates[2] == .about(10 * second))
  }

  @Test func withoutThreadsNothingIsKnown() {
    let evidence = TimeLeft.Evidence(
      finished: 0, busy: 0, busyRunning: 0, remaining: 3, threads: 0, known: Self.known(3, 3))
    #expect(TimeLeft.estimate(from: evidence) == .unknown)
  }
}

@Suite struct PastWorkTests {
  private func middle(_ left: TimeLeft) -> Double? {
    switch left {
    case .about(let time): Double(time) / 1e9
    case .between(let low, let high): (Double(low) * Double(high)).squareRoot() / 1e9
    case .unknown, .lastItems, .none: nil
    }
  }

  /// Two workers run items 1 and 2 of four; the events are a millisecond apart.
  private func dashboard(_ past: PastWork) -> (Dashboard, EventScript) {
    var (dashboard, script) = Dashboard.running(items: 4, threads: 2)
    dashboard.learn(past)
    return (dashboard, script)
  }

  @Test func eachItemCountsWithItsOwnTime() throws {
    let past = PastWork(times([10, 20, 30, nil]))
    let (dashboard, script) = dashboard(past)
    // The unknown one counts like the others: 80 s on two workers.
    let left = try #require(middle(dashboard.facts.timeLeft(at: script.now)))
    #expect(abs(left - 40) < 0.1)
    #expect(dashboard.facts.isTimeLeftFromPast(at: script.now))
    // The longest has not begun: nothing ends before it.
    let late = try #require(middle(dashboard.facts.timeLeft(at: script.now + 15 * second)))
    #expect(late >= 29.9)
    #expect(middle(Self.without(dashboard).facts.timeLeft(at: script.now)) == nil)
  }

  private static func without(_ dashboard: Dashboard) -> Dashboard {
    var plain = dashboard
    plain.learn(nil)
    return plain
  }

  @Test func thisRunsPaceCorrectsTheirs() throws {
    var past = PastWork(times([Double?](repeating: 1, count: 400)))
    for position in 0..<200 { past.ended(position, latency: 2 * second) }
    var (dashboard, script) = Dashboard.running(items: 400, threads: 1)
    for position in 0..<200 {
      dashboard.apply(script(.itemFinished(script.finished(position, latency: 2 * second))))
    }
    dashboard.learn(past)
    let left = try #require(middle(dashboard.facts.timeLeft(at: script.now)))
    #expect(abs(left - 400) < 10)
  }

  @Test func whatWasNotRunProvesNothing() {
    var past = PastWork(times([nil, 1, 1, 1]))
    past.ended(3, latency: nil)
    past.ended(0, latency: 5 * second)
    #expect(past.items == 2)
    let other = PastWork(times([nil, 1, 1, nil]))
    let (dashboard, script) = dashboard(past)
    let (expected, _) = self.dashboard(other)
    #expect(dashboard.facts.timeLeft(at: script.now) == expected.facts.timeLeft(at: script.now))
  }

  @Test func theLastItemsHaveTheirTimesToo() throws {
    var (dashboard, script) = Dashboard.running(items: 2, threads: 2)
    dashboard.learn(PastWork(times([10, 4])))
    let left = try #require(dashboard.facts.runningTimeLeft(at: script.now))
    #expect(abs(Double(left) / 1e9 - 10) < 0.1)
    dashboard.learn(PastWork(times([10, nil])))
    #expect(dashboard.facts.runningTimeLeft(at: script.now) == nil)
    dashboard.apply(script(.itemFinished(script.finished(1, worker: 2))))
    #expect(dashboard.facts.runningTimeLeft(at: script.now) != nil)
  }
}
