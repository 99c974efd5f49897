import Jobs
import ParallelFor
import Testing

@testable import PForApp

@Suite struct ItemWaitsTests {
  private func ended(_ attempt: Int, start: Int64, end: Int64) -> FinishedItem {
    FinishedItem(
      id: ItemID(3), worker: WorkerID(1), attempt: attempt, start: Instant(nanoseconds: start),
      end: Instant(nanoseconds: end), outcome: .timedOut, label: "")
  }

  @Test func aFirstAttemptWaitsFromReadingAndAFurtherOneFromTheEndOfItsDelay() {
    let waits = ItemWaits(Backoff(first: 100, jitter: 0))
    var item = Item("a")
    #expect(waits.wait(of: item, ended(1, start: 50, end: 60)) == nil)
    item.readAt = Instant(nanoseconds: 20)
    #expect(waits.wait(of: item, ended(1, start: 50, end: 60)) == 30)
    waits.attemptFailed(ended(1, start: 50, end: 60))
    #expect(waits.wait(of: item, ended(2, start: 175, end: 180)) == 15)
    waits.attemptFailed(ended(2, start: 175, end: 180))
    #expect(waits.wait(of: item, ended(3, start: 380, end: 390)) == 0)
    #expect(waits.wait(of: item, ended(4, start: 400, end: 410)) == nil)
  }
}
