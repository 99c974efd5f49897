import Dashboard
import ParallelFor
import Testing

@testable import PForApp

@Suite struct PastTrackerTests {
  private func ended(_ position: Int, _ outcome: Outcome = .succeeded, latency: Int64 = 7) -> RunEvent {
    let item = FinishedItem(
      id: ItemID(position), worker: WorkerID(1), start: Instant(nanoseconds: 1), end: Instant(nanoseconds: 1 + latency),
      outcome: outcome, label: "")
    return RunEvent(sequence: 0, instant: item.end, kind: .itemFinished(item))
  }

  private var times: ItemTimes {
    var times = ItemTimes()
    for time in 0..<200 { times.append(time == 150 ? nil : 1_000) }
    return times
  }

  @Test func itIsTheSameWhetherItemsEndBeforeOrAfterTheirTimesAreKnown() {
    let (early, late) = (PastTracker(), PastTracker())
    late.learn(times)
    for tracker in [early, late] {
      tracker.note([ended(0), ended(70, .cancelled), ended(150)])
      tracker.kept(199)
      // One was retried by hand, and one is not in the earlier run.
      tracker.note([ended(0, latency: 9), ended(500)])
    }
    #expect(early.work == nil)
    early.learn(times)
    #expect(early.work == late.work)
    #expect(early.work?.items == 196)
  }

  @Test func withoutAnEarlierRunNothingIsKnown() {
    let tracker = PastTracker()
    tracker.note([ended(3)])
    tracker.learn(nil)
    tracker.note([ended(4)])
    #expect(tracker.work == nil)
  }
}
