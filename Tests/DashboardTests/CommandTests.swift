import ParallelFor
import TestSupport
import Testing

@testable import Dashboard

@Suite struct CommandTests {
  @Test func tableNamesAndKeysAreUnique() {
    let names = Command.table.map(\.name), keys = Command.table.flatMap(\.keys)
    #expect(Set(names).count == names.count)
    #expect(Set(keys).count == keys.count)
    #expect(Set(Command.table.map(\.command)).count == names.count)
    for entry in Command.table { #expect(Command(name: entry.name) == entry.command) }
    #expect(Command(name: "set-threads", argument: "8") == .setThreads(8))
    #expect(Command(name: "set-threads", argument: "many") == nil)
    #expect(Command(name: "no such") == nil)
  }

  @Test func everyPageHasItsKeyAndEveryPanelItsPage() {
    for page in Page.allCases {
      let entry = Command.table.first { $0.command == .show(page) }
      #expect(entry?.keys == ["\(page.rawValue)"], "\(page)")
    }
    for panel in Panel.allCases { #expect(Page.own.contains { $0.panel == panel }, "\(panel)") }
  }

  @Test func thePageAtTheEndIsShownUnlessTheUserHasGivenACommand() {
    for (command, page) in [(nil, Page.why), (.moveDown, .overview), (.show(.threads), .threads)] as [(Command?, Page)]
    {
      var (dashboard, script) = Dashboard.running(items: 1, threads: 1)
      dashboard.pageAtEnd = .why
      if let command { _ = dashboard.perform(command) }
      dashboard.apply(script(.itemFinished(script.finished(0, worker: 1))))
      #expect(dashboard.page != .why)
      dashboard.apply(script(.runFinished(.completed)))
      #expect(dashboard.page == page)
    }
  }

  @Test func helpStopsAtItsLastLine() {
    var dashboard = Dashboard(title: "", source: "")
    (dashboard.rows.help, dashboard.rows.wholeHelp) = (5, 20)
    _ = dashboard.perform(.help)
    for (command, top) in [(Command.moveToEnd, 15), (.moveDown, 15), (.moveUp, 14), (.pageUp, 9), (.moveToStart, 0)] {
      _ = dashboard.perform(command)
      #expect(dashboard.overlay == .help(top: top))
    }
  }

  @Test func threadsAreAskedForAndChangeOnlyByTheAnswer() {
    var (dashboard, script) = Dashboard.running(items: 100, threads: 5)
    #expect(dashboard.perform(.moreThreads) == [.run(.setThreads(6))])
    #expect(dashboard.facts.targetWorkers == 5)
    dashboard.apply(script(.targetWorkersChanged(6)))
    #expect(dashboard.perform(.manyMoreThreads) == [.run(.setThreads(11))])
    // The run gave less than was asked for. The next request counts from there.
    dashboard.apply(script(.targetWorkersChanged(10)))
    #expect(dashboard.perform(.fewerThreads) == [.run(.setThreads(9))])
  }

  @Test func minusStopsAtOneAndThePromptDrains() {
    var (dashboard, script) = Dashboard.running(items: 100, threads: 2)
    #expect(dashboard.perform(.manyFewerThreads) == [.run(.setThreads(1))])
    dashboard.apply(script(.targetWorkersChanged(1)))
    #expect(dashboard.perform(.fewerThreads) == [])
    #expect(dashboard.perform(.promptThreads) == [])
    for key in [PromptKey.character("x"), .character("0")] { #expect(dashboard.type(key) == []) }
    #expect(dashboard.overlay == .prompt(Prompt(kind: .threads, text: "0")))
    #expect(dashboard.type(.submit) == [.run(.setThreads(0))])
    #expect(dashboard.overlay == nil)
  }

  @Test func noMoreThreadsThanItemsAreLeftAreAskedFor() {
    var (dashboard, script) = Dashboard.running(items: 12, threads: 5)
    _ = dashboard.perform(.promptThreads)
    for key in "99999" { _ = dashboard.type(.character(key)) }
    #expect(dashboard.type(.submit) == [.run(.setThreads(12))])
    #expect(dashboard.currentNotice(at: script.now)?.text.hasPrefix("more threads than items") == true)
    for position in 0..<3 { dashboard.apply(script(.itemFinished(script.finished(position, worker: position + 1)))) }
    #expect(dashboard.perform(.setThreads(100)) == [.run(.setThreads(9))])
    // The number never falls by itself, because the user chose it.
    for position in 3..<5 { dashboard.apply(script(.itemFinished(script.finished(position, worker: position + 1)))) }
    for position in 5..<10 {
      dashboard.apply(script(.itemStarted(script.started(position, worker: 1))))
      dashboard.apply(script(.itemFinished(script.finished(position, worker: 1))))
    }
    #expect(dashboard.mostThreads == 5 && dashboard.perform(.moreThreads) == [])
  }

  @Test func anUnknownNumberOfItemsHasTheUsualLimit() {
    var dashboard = Dashboard(title: "", source: "")
    var script = EventScript()
    dashboard.apply(script(.runStarted(targetWorkers: 5)))
    #expect(dashboard.perform(.setThreads(99_999)) == [.run(.setThreads(Dashboard.mostThreads))])
  }

  @Test func aCrowdOfCommandsIsAskedAbout() {
    var (dashboard, _) = Dashboard.running(items: 1_000, threads: 5)
    func typed(_ text: String) -> [Effect] {
      _ = dashboard.perform(.promptThreads)
      for key in text { _ = dashboard.type(.character(key)) }
      return dashboard.type(.submit)
    }
    #expect(typed("64") == [.run(.setThreads(64))])
    dashboard.processors = 2
    #expect(typed("8") == [.run(.setThreads(8))])
    #expect(typed("64") == [])
    #expect(dashboard.perform(.open) == [] && dashboard.overlay == nil)
    _ = typed("64")
    #expect(dashboard.perform(.choose("y")) == [.run(.setThreads(64))])
  }

  @Test func aKeyWithoutEffectSaysWhy() {
    var (dashboard, script) = Dashboard.running(items: 2, threads: 1)
    func notice(_ command: Command) -> String? {
      dashboard.lastNotice = nil
      #expect(dashboard.perform(command, at: script.now) == [])
      return dashboard.currentNotice(at: script.now)?.text
    }
    #expect(notice(.fewerThreads) == "one thread is left; t and 0 start no further items")
    #expect(notice(.unmarkAll) == "nothing is marked")
    _ = dashboard.perform(.show(.latency))
    #expect(notice(.open) == "no item is selected")
    dashboard.apply(script(.runFinishing))
    #expect(notice(.togglePause) == "the run is ending and starts no further items")
    #expect(notice(.moreThreads) == "the run starts no further items")
    dashboard.apply(script(.runFinished(.finishedEarly)))
    #expect(notice(.togglePause) == "the run is over")
  }

  @Test func pauseFollowsTheState() {
    var (dashboard, script) = Dashboard.running(items: 100, threads: 2)
    #expect(dashboard.perform(.togglePause) == [.run(.pause)])
    dashboard.apply(script(.runPaused))
    #expect(dashboard.perform(.togglePause) == [.run(.resume)])
    dashboard.apply(script(.runFinishing))
    #expect(dashboard.facts.state == .draining)
    #expect(dashboard.perform(.togglePause) == [])
  }

  // MARK: Leaving

  @Test func quitAsksOnlyWhileThereIsSomethingToLose() {
    var (dashboard, script) = Dashboard.running(items: 1, threads: 1)
    #expect(dashboard.perform(.quit) == [])
    #expect(dashboard.asksAboutLeaving)
    #expect(dashboard.perform(.back) == [])
    dashboard.apply(script(.itemFinished(script.finished(0))))
    dashboard.apply(script(.runFinished(.completed)))
    #expect(dashboard.perform(.quit) == [.screen(.quit)])
    #expect(dashboard.perform(.interrupt) == [.screen(.quit)])
  }

  @Test func interruptAsksThenStopsThenKills() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 2)
    #expect(dashboard.perform(.interrupt) == [])
    #expect(dashboard.perform(.interrupt) == [.run(.stop(.interrupt))])
    #expect(dashboard.perform(.interrupt) == [.run(.stop(.kill))])
    dashboard.apply(script(.runStopping(.kill)))
    #expect(dashboard.takeEffects() == [])
    for slot in 1...2 { dashboard.apply(script(.itemFinished(script.finished(slot - 1, worker: slot, .cancelled)))) }
    dashboard.apply(script(.runFinished(.stopped)))
    #expect(dashboard.takeEffects() == [.screen(.quit)])
  }

  @Test func finishLeavesWhenTheRunIsOver() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 1)
    _ = dashboard.perform(.quit)
    #expect(dashboard.perform(.choose("f")) == [.run(.finish)])
    dashboard.apply(script(.runFinishing))
    dashboard.apply(script(.itemFinished(script.finished(0))))
    dashboard.apply(script(.runFinished(.finishedEarly)))
    #expect(dashboard.takeEffects() == [.screen(.quit)])
    #expect(dashboard.takeEffects() == [])
  }

  @Test func enterTakesTheHarmlessAnswerUnlessMoved() {
    var (dashboard, _) = Dashboard.running(items: 9, threads: 1)
    _ = dashboard.perform(.quit)
    #expect(dashboard.perform(.open) == [])
    #expect(dashboard.overlay == nil)
    _ = dashboard.perform(.quit)
    _ = dashboard.perform(.moveDown)
    _ = dashboard.perform(.moveDown)
    #expect(dashboard.perform(.open) == [.run(.stop(.interrupt))])
  }

  @Test(
    arguments: [
      (.search, "zebra", "ab zebra"), (.search, "two\r\nlines\n", "ab two lines"), (.search, "\n\n", "ab "),
      (.search, "bell\u{7}and\u{1B}[A", "ab bell and [A"), (.filterText, "x\ty", "ab x y"), (.threads, "12", "12"),
      (.threads, " 12\n", "12"), (.threads, "8 threads", ""), (.threads, "1e3", ""), (.threads, "1234567", "12345"),
      (.threads, "", ""),
    ] as [(Prompt.Kind, String, String)])
  func pastedTextArrivesInAPromptAndSubmitsNothing(kind: Prompt.Kind, pasted: String, expected: String) {
    var dashboard = Dashboard(title: "", source: "")
    switch kind {
    case .threads: _ = dashboard.perform(.promptThreads)
    case .search: _ = dashboard.perform(.search)
    case .filterText: _ = [Command.filter, .choose("/")].flatMap { dashboard.perform($0) }
    }
    for character in "ab " { _ = dashboard.type(.character(character)) }
    #expect(dashboard.type(.paste(pasted)) == [])
    #expect(dashboard.overlay == .prompt(Prompt(kind: kind, text: expected)))
  }

  @Test func aLongPasteIsCut() {
    var dashboard = Dashboard(title: "", source: "")
    _ = dashboard.perform(.search)
    _ = dashboard.type(.paste(String(repeating: "a", count: 5_000)))
    #expect(dashboard.overlay == .prompt(Prompt(kind: .search, text: String(repeating: "a", count: 200))))
  }

  @Test(arguments: [Overlay.help(top: 0), .filterMenu, .prompt(Prompt(kind: .search))])
  func escapeOnlyCloses(overlay: Overlay) {
    var (dashboard, _) = Dashboard.running(items: 9, threads: 1)
    switch overlay {
    case .help: _ = dashboard.perform(.help)
    case .filterMenu: _ = dashboard.perform(.filter)
    case .prompt, .dialog, .copyMenu: _ = dashboard.perform(.search)
    }
    #expect(dashboard.overlay == overlay)
    #expect(dashboard.perform(.back) == [])
    #expect(dashboard.overlay == nil)
  }

  @Test func killAsksAboutTheSelectedItem() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 3)
    _ = dashboard.perform(.moveDown)
    #expect(dashboard.perform(.killItem) == [])
    #expect(dashboard.perform(.choose("n")) == [])
    _ = dashboard.perform(.killItem)
    #expect(dashboard.perform(.choose("t")) == [.run(.interrupt(ItemID(1), .interrupt))])
    _ = dashboard.perform(.killItem)
    #expect(dashboard.perform(.choose("k")) == [.run(.interrupt(ItemID(1), .kill))])
    dashboard.apply(script(.itemFinished(script.finished(1, worker: 2))))
    _ = dashboard.perform(.killItem)
    #expect(dashboard.overlay == nil)
  }

  // MARK: The display

  @Test func freezingKeepsTheScreenWhileFactsChange() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 1)
    let then = script.now + 5
    _ = dashboard.perform(.toggleFreeze, at: then)
    dashboard.apply(script(.itemFinished(script.finished(0))))
    #expect(dashboard.facts.tally.succeeded == 0)
    #expect(dashboard.live.tally.succeeded == 1)
    #expect(dashboard.shownInstant(script.now) == then)
    _ = dashboard.perform(.toggleFreeze, at: script.now)
    #expect(dashboard.facts.tally.succeeded == 1)
  }

  @Test func aFrozenPageStaysAsItIs() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 1)
    _ = dashboard.perform(.toggleFreeze, at: script.now)
    #expect(dashboard.perform(.open) == [.screen(.loadDetail(ItemID(0)))])
    dashboard.apply(script(.itemFinished(script.finished(0))))
    #expect(dashboard.takeEffects() == [])
    #expect(dashboard.perform(.toggleFreeze, at: script.now) == [.screen(.loadDetail(ItemID(0)))])
  }

  @Test func aFrozenDisplaySaysThatARequestIsNotShown() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 1)
    _ = dashboard.perform(.toggleFreeze, at: script.now)
    #expect(dashboard.perform(.moreThreads, at: script.now) == [.run(.setThreads(2))])
    #expect(dashboard.currentNotice(at: script.now)?.text == "the display is frozen: Z shows the effect")
  }

  @Test func openingLoadsAndLoadsAgainWhenTheItemEnds() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 1)
    #expect(dashboard.perform(.open) == [.screen(.loadDetail(ItemID(0)))])
    dashboard.showDetail(ItemDetail(id: ItemID(5), label: "late answer to an older question"))
    #expect(dashboard.detail == nil)
    dashboard.apply(script(.itemFinished(script.finished(0))))
    #expect(dashboard.takeEffects() == [.screen(.loadDetail(ItemID(0)))])
    #expect(dashboard.perform(.back) == [])
    #expect(dashboard.openItem == nil)
  }

  @Test func tabMovesTheFocusAndKeepsThePageOfOnePanel() {
    var (dashboard, _) = Dashboard.running(items: 9, threads: 1)
    for panel in [Panel.failures, .latency, .slow, .results, .workers] {
      _ = dashboard.perform(.nextPanel)
      #expect(dashboard.focus == panel)
      #expect(dashboard.page == .overview)
    }
    _ = dashboard.perform(.show(.slow))
    _ = dashboard.perform(.previousPanel)
    #expect(dashboard.page == .latency)
    _ = dashboard.perform(.back)
    #expect(dashboard.page == .overview)
  }

  @Test func noticesPass() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 1)
    dashboard.notice("disk is full", at: script.now)
    #expect(dashboard.currentNotice(at: script.now + 1)?.text == "disk is full")
    #expect(dashboard.currentNotice(at: script.now + Notice.duration) == nil)
  }
}

extension Dashboard {
  fileprivate var asksAboutLeaving: Bool {
    if case .dialog(let dialog) = overlay { dialog.kind == .leave && dialog.selected == 0 } else { false }
  }
}
