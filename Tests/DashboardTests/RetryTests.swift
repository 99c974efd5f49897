import ParallelFor
import Testing

@testable import Dashboard

/// Items that failed and are tried again: their facts, requests and marks.
@Suite struct RetryTests {
  /// Items 0 to 5 have ended, the odd ones without success; two workers run the items 6 and 7.
  private static func ended() -> (Dashboard, EventScript) {
    var (dashboard, script) = Dashboard.running(items: 10, threads: 2)
    let outcomes: [Outcome] = [
      .succeeded, .failed(Failure("no")), .succeeded, .timedOut, .succeeded, .cancelled,
    ]
    for (position, outcome) in outcomes.enumerated() {
      dashboard.apply(script(.itemFinished(script.finished(position, worker: position % 2 + 1, outcome))))
    }
    for position in 6...7 {
      dashboard.apply(script(.itemStarted(script.started(position, worker: position - 5))))
    }
    _ = dashboard.perform(.show(.results))
    _ = dashboard.perform(.moveToStart)
    return (dashboard, script)
  }

  private static func select(_ position: Int, in dashboard: inout Dashboard) {
    _ = dashboard.perform(.moveToStart)
    for _ in 0..<position { _ = dashboard.perform(.moveDown) }
  }

  // MARK: Facts

  @Test(arguments: [(1, Outcome.failed(Failure("no"))), (3, .timedOut), (5, .cancelled)])
  func anItemIsInExactlyOneStateThroughout(position: Int, outcome: Outcome) {
    var (dashboard, script) = Self.ended()
    let before = dashboard.live.tally
    let known = before.known
    dashboard.apply(script(.itemRequeued(script.finished(position, outcome), wasRestored: false)))
    #expect(dashboard.live.tally.finished == before.finished - 1 && dashboard.live.tally.waiting == 1)
    #expect(dashboard.live.tally.known == known)
    #expect(dashboard.resultRow(ItemID(position), at: script.now).state == .waiting)
    #expect(!dashboard.live.failures.contains { $0.id == ItemID(position) })
    #expect(!dashboard.live.slowest.sorted().contains { $0.id == ItemID(position) })
    dashboard.apply(script(.itemFinished(script.finished(6))))
    dashboard.apply(script(.itemStarted(script.started(position))))
    #expect(dashboard.live.tally.waiting == 0 && dashboard.live.tally.running == 2)
    #expect(dashboard.live.tally.known == known)
    dashboard.apply(script(.itemFinished(script.finished(position))))
    #expect(dashboard.live.tally.succeeded == before.succeeded + 2)
    #expect(dashboard.live.tally.known == known && dashboard.live.waiting.isEmpty)
    #expect(dashboard.live.slowest.sorted().count { $0.id == ItemID(position) } == 1)
  }

  @Test func anItemThatNeverStartsAgainHasFailedAsBefore() {
    var (dashboard, script) = Self.ended()
    let last = script.finished(1, .failed(Failure("no")))
    dashboard.apply(script(.itemRequeued(last, wasRestored: false)))
    dashboard.apply(script(.runStopping(.interrupt)))
    dashboard.apply(script(.itemFinished(last)))
    #expect(dashboard.live.tally.failed == 1 && dashboard.live.tally.waiting == 0 && dashboard.live.tally.known == 10)
    #expect(dashboard.live.failures.map(\.id) == [ItemID(3), ItemID(1)])
  }

  @Test func aRetriedFailureOfAnEarlierRunBelongsToThisRun() {
    var (dashboard, script) = Dashboard.running(items: 10, threads: 1)
    dashboard.apply(script(.itemsRestored(RestoredTally(count: 3, succeeded: 1, end: 4))))
    let known = dashboard.live.tally.known
    dashboard.apply(script(.itemRequeued(script.finished(2, .timedOut), wasRestored: true)))
    #expect(dashboard.live.tally.failed == 1 && dashboard.live.tally.timedOut == 0 && dashboard.live.finished == 0)
    #expect(dashboard.live.tally.known == known && dashboard.live.restored.count == 2)
    dashboard.apply(script(.itemsRestored(RestoredTally(count: 2, succeeded: 1, end: 4))))
    #expect(dashboard.live.tally.failed == 1 && dashboard.live.tally.waiting == 1)
  }

  @Test func aSecondEndMakesNoItemLookLonger() {
    var (dashboard, script) = Dashboard.running(items: 100, threads: 1)
    for position in 0..<50 {
      dashboard.apply(script(.itemFinished(script.finished(position, latency: 1_000_000, .failed(Failure("no"))))))
    }
    for position in 0..<50 {
      dashboard.apply(
        script(.itemRequeued(script.finished(position, .failed(Failure("no"))), wasRestored: false)))
    }
    // A hundred items of a millisecond or two, with the time between them.
    guard case .estimate(let left) = dashboard.live.timeLeft(at: script.now) else {
      Issue.record("no estimate: \(dashboard.live.timeLeft(at: script.now))")
      return
    }
    #expect((100_000_000...400_000_000).contains(left.middle))
  }

  // MARK: Requests

  @Test func theSelectedItemIsAskedForAndChangesOnlyByTheAnswer() {
    var (dashboard, script) = Self.ended()
    Self.select(1, in: &dashboard)
    let facts = dashboard.live
    #expect(dashboard.perform(.retry) == [.retry([ItemID(1)])])
    dashboard.retryAnswered([ItemID(1)], taken: 1, at: script.now)
    #expect(dashboard.live == facts)
    #expect(dashboard.currentNotice(at: script.now)?.text == "item #2 is tried again")
    dashboard.retryAnswered([ItemID(1)], taken: 0, at: script.now)
    #expect(dashboard.currentNotice(at: script.now)?.text == "item #2 has not failed")
  }

  @Test func theOpenItemIsAskedForWhateverIsMarked() {
    var (dashboard, _) = Self.ended()
    Self.select(1, in: &dashboard)
    _ = dashboard.perform(.toggleMark)
    Self.select(3, in: &dashboard)
    _ = dashboard.perform(.open)
    #expect(dashboard.perform(.retry) == [.retry([ItemID(3)])])
    #expect(dashboard.marks == [ItemID(1)])
  }

  @Test func runningAndWaitingItemsAreNotAskedFor() {
    var (dashboard, script) = Self.ended()
    Self.select(6, in: &dashboard)
    #expect(dashboard.perform(.retry) == [])
    #expect(dashboard.currentNotice(at: script.now)?.text == "item #7 is running")
    dashboard.apply(script(.itemRequeued(script.finished(1, .failed(Failure("no"))), wasRestored: false)))
    Self.select(1, in: &dashboard)
    #expect(dashboard.perform(.retry) == [])
    #expect(dashboard.currentNotice(at: script.now)?.text == "item #2 will be tried again anyway")
  }

  @Test func aRunThatStartsNoMoreItemsSaysWhatToDo() {
    var (dashboard, script) = Self.ended()
    dashboard.resumeCommand = "pfor-tui resume --failed x"
    Self.select(1, in: &dashboard)
    dashboard.apply(script(.runFinishing))
    #expect(dashboard.perform(.retry) == [])
    #expect(dashboard.currentNotice(at: script.now)?.text.hasPrefix("the run starts no further items") == true)
    dashboard.apply(script(.runFinished(.finishedEarly)))
    #expect(dashboard.perform(.retry) == [])
    let notice = dashboard.currentNotice(at: script.now)?.text
    #expect(notice == "the run is over; to retry failed items: pfor-tui resume --failed x")
  }

  @Test func afterTheEndAllThatFailedRunsAgain() {
    var (dashboard, script) = Self.ended()
    (dashboard.resumeCommand, dashboard.canRunAgain) = ("pfor-tui resume --failed x", true)
    dashboard.apply(script(.runFinished(.completed)))
    #expect(dashboard.perform(.markFailed, at: script.now) == [])
    #expect(dashboard.currentNotice(at: script.now)?.text == "the run is over: R runs all failed items again")
    #expect(dashboard.perform(.retry, at: script.now) == [])
    #expect(dashboard.perform(.choose("n")) == [] && dashboard.overlay == nil)
    _ = dashboard.perform(.retry, at: script.now)
    #expect(dashboard.perform(.choose("y")) == [.screen(.runAgain)])
  }

  @Test func afterAnEndWithoutFailuresThereIsNothingToRunAgain() {
    var (dashboard, script) = Dashboard.running(items: 1, threads: 1)
    dashboard.canRunAgain = true
    dashboard.apply(script(.itemFinished(script.finished(0))))
    dashboard.apply(script(.runFinished(.completed)))
    #expect(dashboard.perform(.retry, at: script.now) == [])
    #expect(dashboard.currentNotice(at: script.now)?.text == "nothing has failed")
  }

  @Test func aPausedRunIsAsked() {
    var (dashboard, script) = Self.ended()
    dashboard.apply(script(.runPaused))
    Self.select(1, in: &dashboard)
    #expect(dashboard.perform(.retry) == [.retry([ItemID(1)])])
  }

  @Test func leavingAsksWhileAnItemWaits() {
    var (dashboard, script) = Dashboard.running(items: 1, threads: 1)
    let failed = script.finished(0, .failed(Failure("no")))
    dashboard.apply(script(.runPaused))
    dashboard.apply(script(.itemFinished(failed)))
    #expect(!dashboard.isBusy)
    dashboard.apply(script(.itemRequeued(failed, wasRestored: false)))
    #expect(dashboard.isBusy && dashboard.perform(.quit) == [])
  }

  // MARK: Marks

  @Test func spaceMarksAndMovesOnAndRAsksForAllMarkedItems() {
    var (dashboard, script) = Self.ended()
    Self.select(5, in: &dashboard)
    _ = dashboard.perform(.toggleMark)
    #expect(dashboard.results.selectedID == ItemID(6))
    Self.select(1, in: &dashboard)
    for _ in 0..<2 { _ = dashboard.perform(.toggleMark) }
    #expect(dashboard.marks == [ItemID(1), ItemID(2), ItemID(5)])
    Self.select(2, in: &dashboard)
    _ = dashboard.perform(.toggleMark)
    #expect(dashboard.marks == [ItemID(1), ItemID(5)])
    #expect(dashboard.perform(.retry) == [.retry([ItemID(1), ItemID(5)])])
    #expect(dashboard.marks.isEmpty)
    dashboard.retryAnswered([ItemID(1), ItemID(5)], taken: 1, at: script.now)
    #expect(dashboard.currentNotice(at: script.now)?.text.hasPrefix("1 of 2 marked items") == true)
  }

  @Test func aMarkAtTheEndHoldsTheList() {
    var (dashboard, script) = Self.ended()
    _ = dashboard.perform(.moveToEnd)
    #expect(dashboard.results.follows)
    _ = dashboard.perform(.toggleMark)
    dashboard.apply(script(.itemFinished(script.finished(6))))
    dashboard.apply(script(.itemStarted(script.started(8))))
    #expect(dashboard.results.selectedID == ItemID(7) && dashboard.marks == [ItemID(7)])
  }

  @Test func aMarkDisappearsWhenTheItemIsQueuedOrSucceeds() {
    var (dashboard, script) = Self.ended()
    for position in [1, 6] {
      Self.select(position, in: &dashboard)
      _ = dashboard.perform(.toggleMark)
    }
    dashboard.apply(script(.itemRequeued(script.finished(1, .failed(Failure("no"))), wasRestored: false)))
    #expect(dashboard.marks == [ItemID(6)])
    dashboard.apply(script(.itemFinished(script.finished(6))))
    #expect(dashboard.marks.isEmpty)
  }

  @Test func failedItemsAreMarkedAsTheyAreFound() {
    var (dashboard, script) = Self.ended()
    #expect(dashboard.perform(.markFailed) == [.screen(.findFailed(.all))])
    #expect(dashboard.isScanning)
    dashboard.apply(script(.itemRequeued(script.finished(3, .timedOut), wasRestored: false)))
    dashboard.markFound([ItemID(1), ItemID(3)], done: false, at: script.now)
    dashboard.markFound([ItemID(5)], done: true, at: script.now)
    #expect(dashboard.marks == [ItemID(1), ItemID(5)] && !dashboard.isScanning)
    #expect(dashboard.currentNotice(at: script.now)?.text == "2 marked: R tries them again")
    #expect(dashboard.perform(.unmarkAll) == [])
    #expect(dashboard.marks.isEmpty)
  }

  @Test func theFilterOfFailedItemsDropsRetriedItems() {
    var (dashboard, script) = Self.ended()
    _ = dashboard.perform(.filter)
    _ = dashboard.perform(.choose("f"))
    dashboard.filterMatched([1, 3, 5].map { ItemID($0) }, scanned: 6, done: true)
    #expect(dashboard.perform(.markFailed) == [.screen(.findFailed(.failed))])
    dashboard.apply(script(.itemRequeued(script.finished(3, .timedOut), wasRestored: false)))
    #expect(dashboard.visibleResults == [ItemID(1), ItemID(5)])
    dashboard.apply(script(.itemFinished(script.finished(6))))
    dashboard.apply(script(.itemStarted(script.started(3))))
    dashboard.apply(script(.itemFinished(script.finished(3, .cancelled))))
    #expect(dashboard.visibleResults == [ItemID(1), ItemID(3), ItemID(5)])
  }

  @Test func spaceTurnsThePageWhereTextIsRead() {
    var (dashboard, _) = Self.ended()
    dashboard.rows.help = 5
    _ = dashboard.perform(.help)
    _ = dashboard.perform(.toggleMark)
    #expect(dashboard.overlay == .help(top: 5) && dashboard.marks.isEmpty)
  }

  @Test func aReplayTriesNothingAgain() {
    let now = Instant(nanoseconds: 1)
    var dashboard = Dashboard(title: "", source: "", replay: ReplayClock(speed: 1, length: 1_000, at: now))
    #expect(dashboard.perform(.retry, at: now) == [])
    #expect(dashboard.currentNotice(at: now)?.text.contains("replay") == true)
  }
}
