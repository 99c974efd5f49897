import ParallelFor
import Testing

@testable import pfor_bench

/// What `pfor-bench auto` shows of the automatic number of threads, for shorter runs.
struct AutoBenchTests {
  /// The best number is the one that the whole benchmark finds.
  @Test(arguments: [("W1", 4), ("W4", 8), ("W5", 7), ("W10", 5), ("W11", 12), ("W14", 8)])
  func anAutomaticRunIsNearlyAsFastAsTheBest(name: String, best: Int) throws {
    var work = try #require(AutoWork.all.first { $0.name.hasPrefix(name + " ") })
    work.items = min(work.items, 5_000)
    let figures = AutoFigures(work, FixedRuns(work, best: best), start: 8, seeds: 1)
    #expect(figures.loss < 0.15, "\(figures.loss)")
    #expect(figures.found == 1, "\(figures.finals)")
  }

  @Test func runsAreTheSameEachTime() throws {
    var work = try #require(AutoWork.all.first { $0.name.hasPrefix("W2 ") })
    work.items = 2_000
    let times = (0..<2).map { _ in
      var run = AutoRun(work, seed: 5, threads: 4, tuner: ThreadTuner(from: 4, upTo: 64))
      return run.play()
    }
    #expect(times[0] == times[1])
  }
}
