import Synchronization
import TestSupport
import Testing

@testable import ParallelFor

/// One worker's range, which others shorten while the worker goes through it.
struct LoopLaneTests {
  private func lane(_ range: Range<Int>) -> LoopLane {
    let lane = LoopLane(needsFence: true)
    lane.begin(range)
    return lane
  }

  private func walk(_ lane: LoopLane) -> [Int] {
    var position = lane.start
    var ran: [Int] = []
    while lane.mayRun(position) {
      ran.append(position)
      position += 1
    }
    return ran
  }

  @Test func theOwnerRunsItsRange() {
    #expect(walk(lane(3..<7)) == [3, 4, 5, 6])
  }

  @Test func aThiefTakesTheFarHalf() {
    let lane = lane(0..<8)
    #expect(lane.takeHalf() == 4..<8)
    #expect(lane.takeHalf() == 2..<4)
    #expect(walk(lane) == [0, 1])
  }

  @Test func positionsThatAreCutOffDoNotRun() {
    let lane = lane(0..<8)
    lane.truncate(to: 5)
    #expect(walk(lane) == [0, 1, 2, 3, 4])
  }

  /// The owner stores its position before it loads the limit, so its position can be beyond the limit for a moment.
  @Test func nothingBehindTheRangeIsRunWhenItIsCutAtTheEnd() {
    let lane = lane(0..<3)
    lane.next.store(4, ordering: .relaxed)
    lane.truncate(to: 0)
    #expect(lane.mayRun(3) == false)
    #expect(lane.takeHalf() == nil)
  }

  @Test func everyPositionRunsOnceOrIsTakenInAnyInterleaving() {
    for round in 0..<2_000 {
      let lane = lane(0..<20)
      let hasEnded = Atomic(false)
      let taken = Mutex<[Int]>([])
      let isStarted = WorkerThread.start(name: "thief", .endless) {
        if let range = lane.takeHalf() { taken.withLock { $0 += Array(range) } }
        if round % 2 == 0 { lane.truncate(to: 0) }
        hasEnded.store(true, ordering: .releasing)
      }
      #expect(isStarted)
      let ran = walk(lane)
      #expect(eventually { hasEnded.load(ordering: .acquiring) })
      let all = ran + taken.withLock { $0 }
      #expect(Set(all).count == all.count, "round \(round): \(all)")
      #expect(all.allSatisfy { 0..<20 ~= $0 }, "round \(round): \(all)")
      if round % 2 == 1 { #expect(all.sorted() == Array(0..<20)) }
    }
  }
}
