import Foundation
import Testing

@testable import pfor_bench

/// The table of loops, and the equal work of its contenders.
struct LoopTests {
  @Test func peerLineIsRead() {
    let line = PeerLine("onetbb n=5 threads=2 spin=0 ns_per_item=12.50 checksum=ff\n")
    #expect(line?.nanosecondsPerItem == 12.5)
    #expect(line?.checksum == 255)
  }

  @Test(arguments: ["", "rayon ns_per_item=1.0", "rayon checksum=ff", "rayon ns_per_item=fast checksum=ff"])
  func lineWithoutTimeOrChecksumIsNone(_ line: String) { #expect(PeerLine(line) == nil) }

  @Test func oursIsMeasuredAgainstTheFastest() {
    let figures = LoopFigures(row: .tiny, series: [series("ours", 21), series("slow", 30), series("fast", 20)])
    #expect(figures.rival?.name == "fast")
    #expect(abs(figures.ratio - 1.05) < 1e-9)
    #expect(figures.report.rows.map(\.goal) == ["≤ 1.1 met", "", ""])
  }

  @Test func missedGoalIsReported() {
    let figures = LoopFigures(row: .tiny, series: [series("ours", 23), series("theirs", 20)])
    #expect(figures.report.rows[0].goal == "≤ 1.1 MISSED")
  }

  @Test func withoutPeersNothingIsClaimed() {
    let rows = LoopFigures(row: .tiny, series: [series("ours", 1)]).report.rows
    #expect(rows.map(\.goal) == [""])
    #expect(rows.map(\.ratio) == [""])
  }

  @Test func skewedWorkDiffersInOneItemOfAThousand() {
    let (even, skewed) = (
      LoopWork(items: 2_000, threads: 1, steps: 3), LoopWork(items: 2_000, threads: 1, steps: 3, isSkewed: true)
    )
    #expect(even.positions.filter { even.body($0) != skewed.body($0) } == [500, 1_500])
  }

  @Test func allFormsDoTheSameWork() throws {
    let work = LoopWork(items: 3_000, threads: 2, steps: 5)
    let expected = work.positions.map { work.body($0) }
    #expect(OwnLoops.array(work) == expected)
    #expect(OwnLoops.generator(work) == expected)
    #expect(try OwnLoops.asynchronous(work) == expected)
    #expect(try OwnLoops.observed(work) == expected)
    #expect(try OwnLoops.handle(work) == expected)
  }

  @Test func anAbsentPeerIsReportedAsMissing() throws {
    let folder = try ScratchFolder()
    let workshop = PeerWorkshop(folder: folder.path("nowhere"), scratch: folder)
    #expect(workshop.command(.rayon, for: LoopRow.tiny.work) == nil)
    #expect(workshop.missing["rayon"]?.contains("no such file") == true)
  }

  private func series(_ name: String, _ wall: Double) -> Series { Series(name: name, samples: [Sample(wall: wall)]) }
}
