import Testing

@testable import pfor_bench

/// The errors that `pfor-bench time-left` shows, for a few of its runs.
struct TimeLeftBenchTests {
  /// Items whose number of threads changes on a server that does no more for it, and items that fail.
  @Test(arguments: ["1, 6, 1 threads, flat", "retries", "timeouts"])
  func theDashboardsEstimateIsTheBest(name: String) throws {
    let work = try #require(VirtualWork.all.first { $0.name == name })
    var errors = TimeLeftErrors()
    for seed in 1...3 as ClosedRange<UInt64> { errors.add(TimeLeftBench.errors(work, seed: seed)) }
    for share in TimeLeftBench.shares.indices {
      let own = errors.error(of: "pfor-tui", at: share)
      for rival in Rivals.names where !errors.error(of: rival, at: share).isNaN {
        #expect(own < errors.error(of: rival, at: share) + 0.1, "\(rival) at \(TimeLeftBench.shares[share])")
      }
    }
    #expect((0.6...1).contains(errors.coverage))
  }

  @Test func runsAreTheSameEachTime() throws {
    let work = try #require(VirtualWork.all.first { $0.name == "20 items" })
    var (first, second) = (VirtualRun(work, seed: 3), VirtualRun(work, seed: 3))
    first.play(asking: [1, 2])
    second.play(asking: [1, 2])
    #expect(first.now == second.now && first.moments.count == 2)
    #expect(first.moments[1].estimates["pfor-tui"]?.seconds == second.moments[1].estimates["pfor-tui"]?.seconds)
  }
}
