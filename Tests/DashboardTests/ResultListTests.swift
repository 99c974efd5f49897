import Dashboard
import ParallelFor
import TestSupport
import Testing

@Suite struct ResultListTests {
  private func dashboard(finished count: Int, threads: Int = 2) -> (Dashboard, EventScript) {
    var (dashboard, script) = Dashboard.running(items: 10_000_000, threads: threads)
    for position in threads..<count {
      let outcome: Outcome = position % 10 == 3 ? .failed(Failure("no")) : .succeeded
      dashboard.apply(script(.itemFinished(script.finished(position, outcome, label: "item \(position)"))))
    }
    dashboard.rows.lists[.results] = 5
    _ = dashboard.perform(.show(.results))
    return (dashboard, script)
  }

  private func positions(_ dashboard: Dashboard) -> [Int] { dashboard.visibleResults.map(\.position) }

  @Test func followsTheEnd() {
    var (dashboard, script) = dashboard(finished: 100)
    #expect(positions(dashboard) == [95, 96, 97, 98, 99])
    dashboard.apply(script(.itemStarted(script.started(100, worker: 3))))
    #expect(positions(dashboard) == [96, 97, 98, 99, 100])
  }

  @Test func staysAtTheSelectedRow() {
    var (dashboard, script) = dashboard(finished: 100)
    _ = dashboard.perform(.pageUp)
    let seen = positions(dashboard)
    #expect(dashboard.results.selectedID == ItemID(94))
    dashboard.apply(script(.itemStarted(script.started(100, worker: 3))))
    #expect(positions(dashboard) == seen)
    _ = dashboard.perform(.moveToStart)
    #expect(positions(dashboard) == [0, 1, 2, 3, 4])
    _ = dashboard.perform(.moveToEnd)
    #expect(dashboard.results.follows)
  }

  @Test func rowsOfRunningAndUnloadedItemsAreMadeFromFacts() {
    var (dashboard, script) = dashboard(finished: 100)
    dashboard.showResults([ResultRow(id: ItemID(50), label: "x", state: .succeeded)])
    #expect(dashboard.resultRow(ItemID(0), at: script.now).state == .running)
    #expect(dashboard.resultRow(ItemID(50), at: script.now).label == "x")
    #expect(dashboard.resultRow(ItemID(51), at: script.now).state == .queued)
    dashboard.apply(script(.runFinished(.stopped)))
    #expect(dashboard.resultRow(ItemID(51), at: script.now).state == .neverRan)
  }

  @Test func aFilterScansAndTakesItemsThatEndMeanwhile() {
    var (dashboard, script) = dashboard(finished: 100)
    _ = dashboard.perform(.filter)
    #expect(dashboard.perform(.choose("f")) == [.screen(.scanFilter(.failed))])
    #expect(dashboard.results.isScanning)
    dashboard.apply(script(.itemFinished(script.finished(103, .failed(Failure("no"))))))
    dashboard.filterMatched([ItemID(3), ItemID(13)], scanned: 20, done: false)
    dashboard.filterMatched([ItemID(13), ItemID(23)], scanned: 100, done: true)
    #expect(positions(dashboard) == [3, 13, 23, 103])
    #expect(!dashboard.results.isScanning)
    #expect(dashboard.perform(.back) == [])
    #expect(dashboard.results.filter == .all)
  }

  @Test func theSelectionStaysOnItsItemWhileMatchesArrive() {
    var (dashboard, _) = dashboard(finished: 100)
    _ = dashboard.perform(.filter)
    _ = dashboard.perform(.choose("f"))
    dashboard.filterMatched([50, 60, 70].map(ItemID.init), scanned: 1, done: false)
    _ = dashboard.perform(.moveToStart)
    #expect(dashboard.results.selectedID == ItemID(50))
    dashboard.filterMatched([10, 20, 65].map(ItemID.init), scanned: 2, done: true)
    #expect(dashboard.results.selectedID == ItemID(50))
  }

  @Test func runningFilterNeedsNoScan() {
    var (dashboard, script) = dashboard(finished: 100)
    _ = dashboard.perform(.filter)
    #expect(dashboard.perform(.choose("r")) == [])
    #expect(positions(dashboard) == [0, 1])
    dashboard.apply(script(.itemFinished(script.finished(0))))
    #expect(positions(dashboard) == [1])
    dashboard.apply(script(.itemStarted(script.started(100))))
    #expect(positions(dashboard) == [1, 100])
  }

  @Test func textIsFoundWithoutRegardToCase() {
    #expect(ResultFilter.text("ERR", isIn: "an error"))
    #expect(ResultFilter.text("作", isIn: "作者"))
    #expect(!ResultFilter.text("x", isIn: ""))
    var (dashboard, script) = dashboard(finished: 100)
    _ = dashboard.perform(.filter)
    _ = dashboard.perform(.choose("t"))
    for character in "Late" { _ = dashboard.type(.character(character)) }
    #expect(dashboard.type(.submit) == [.screen(.scanFilter(.text("Late")))])
    dashboard.apply(script(.itemFinished(script.finished(101, label: "a late one"))))
    dashboard.apply(script(.itemFinished(script.finished(102, label: "another"))))
    #expect(positions(dashboard) == [101])
  }

  @Test func searchSelectsWhatWasFoundEvenOutsideOfTheFilter() {
    var (dashboard, script) = dashboard(finished: 100)
    _ = dashboard.perform(.filter)
    _ = dashboard.perform(.choose("f"))
    _ = dashboard.perform(.search)
    for character in "abc" { _ = dashboard.type(.character(character)) }
    #expect(dashboard.type(.submit) == [.screen(.search(text: "abc", from: ItemID(0), forward: true))])
    #expect(dashboard.currentNotice(at: script.now)?.text == "searching for abc")
    dashboard.searchEnded(found: ItemID(42))
    #expect(dashboard.currentNotice(at: script.now) == nil)
    #expect(dashboard.results.filter == .all)
    #expect(dashboard.results.selectedID == ItemID(42))
    #expect(dashboard.takeEffects() == [.screen(.scanFilter(.all))])
    #expect(dashboard.perform(.searchNext) == [.screen(.search(text: "abc", from: ItemID(43), forward: true))])
    dashboard.notice("the disk is full", at: script.now)
    dashboard.searchEnded(found: ItemID(43))
    #expect(dashboard.currentNotice(at: script.now)?.text == "the disk is full")
    #expect(dashboard.perform(.searchNext) == [.screen(.search(text: "abc", from: ItemID(44), forward: true))])
    dashboard.searchEnded(found: nil)
    #expect(dashboard.currentNotice(at: script.now)?.text == "not found: abc")
    #expect(dashboard.perform(.searchPrevious) == [.screen(.search(text: "abc", from: ItemID(42), forward: false))])
  }

  @Test(arguments: [0, 1, 3, 1_000])
  func visibleRowsFitAndHoldTheSelection(rows: Int) {
    var (dashboard, _) = dashboard(finished: 100)
    dashboard.rows.lists[.results] = rows
    for command in [Command.moveToStart, .pageDown, .moveDown, .moveUp, .pageUp, .moveToEnd, .pageUp] {
      _ = dashboard.perform(command)
      let visible = dashboard.visibleResults
      #expect(visible.count == min(rows, 100))
      if rows > 0, let selected = dashboard.results.selectedID { #expect(visible.contains(selected)) }
    }
  }
}
