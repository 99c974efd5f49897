import Dashboard
import DashboardView
import ParallelFor
import Screen
import TestSupport
import Testing

@Suite struct FormattingTests {
  private let format = Formatting()

  @Test(
    arguments: [
      (nil, "–"), (0, "0 s"), (999, "999 ns"), (1_000, "1.0 µs"), (12_345, "12 µs"), (999_999, "999 µs"),
      (1_234_567, "1.2 ms"), (999_000_000, "999 ms"), (1_000_000_000, "1.0 s"), (59_999_000_000, "59.9 s"),
      (60_000_000_000, "1m 00s"), (65_000_000_000, "1m 05s"), (3_599_000_000_000, "59m 59s"),
      (3_600_000_000_000, "1h 00m"), (359_999_000_000_000, "99h 59m"), (360_000_000_000_000, "100 h"),
      (-5, "0 s"), (Int64.max, "2,562,047 h"),
    ] as [(Int64?, String)])
  func durations(nanoseconds: Int64?, text: String) { #expect(format.duration(nanoseconds) == text) }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (10_000_000, "10,000,000"), (-1_234, "-1,234"),
  ])
  func counts(count: Int, text: String) { #expect(format.count(count) == text) }

  @Test(
    arguments: [
      (nil, "–/s"), (0, "0/s"), (0.314, "0.31/s"), (0.999, "1.0/s"), (4.06, "4.1/s"), (99.4, "99.4/s"), (99.6, "100/s"),
      (12_345.6, "12,346/s"), (Double.infinity, "–/s"), (Double.nan, "–/s"),
    ] as [(Double?, String)])
  func rates(rate: Double?, text: String) { #expect(format.rate(rate) == text) }

  @Test(arguments: [
    (1, "1 byte"), (9_999, "9,999 bytes"), (10_000, "10 kB"), (1_250_000, "1.2 MB"), (3_400_000_000, "3.4 GB"),
    (1_000_000_000_000_000, "1000.0 TB"),
  ])
  func sizes(bytes: Int, text: String) { #expect(format.bytes(bytes) == text) }

  @Test(arguments: [(0, 10, "0 %"), (999, 1000, "99 %"), (1000, 1000, "100 %"), (0, 0, "100 %")])
  func percents(part: Int, whole: Int, text: String) { #expect(format.percent(part, of: whole) == text) }

  @Test(
    arguments: [(120, 100, "×1.2"), (995, 100, "×10"), (34_000, 100, "×340"), (1, 1000, "×0.10")]
      as [(Int64, Int64, String)])
  func timesMedian(latency: Int64, median: Int64, text: String) {
    #expect(format.timesMedian(latency, median: median) == text)
    #expect(format.timesMedian(latency, median: nil) == "–")
  }
}

@Suite struct KeymapTests {
  @Test func everyKeyOfTheTableMeansItsCommand() {
    let dashboard = Dashboard(title: "", source: "")
    for entry in Command.table {
      for notation in entry.keys {
        guard let key = Key.parse(notation) else {
          Issue.record("\(notation) is no key")
          continue
        }
        #expect(Keymap().meaning(of: key, in: dashboard) == .command(entry.command))
      }
    }
  }

  @Test func aPromptTakesLettersAndADialogOnlyItsOwn() {
    var dashboard = Scene.orders(seconds: 1).0.dashboard
    _ = dashboard.perform(.search)
    #expect(Keymap().meaning(of: .character("q"), in: dashboard) == .text(.character("q")))
    #expect(Keymap().meaning(of: .control("c"), in: dashboard) == .command(.interrupt))
    _ = dashboard.perform(.back)
    _ = dashboard.perform(.quit)
    #expect(Keymap().meaning(of: .character("s"), in: dashboard) == .command(.choose("s")))
    #expect(Keymap().meaning(of: .character("q"), in: dashboard) == nil)
    #expect(Keymap().meaning(of: .character("p"), in: dashboard) == nil)
    #expect(Keymap().meaning(of: .escape, in: dashboard) == .command(.back))
    #expect(Keymap().meaning(of: .resize, in: dashboard) == nil)
  }
}

@Suite struct SummaryTests {
  @Test func tellsWhatHappened() {
    var (scene, simulator) = Scene.orders(items: 400)
    simulator.advanceToEnd()
    scene.take(from: &simulator)
    let lines = Summary.lines(scene.dashboard, at: scene.now, width: 80, command: "pfor-tui orders.txt -- curl {}")
    #expect(
      lines == [
        "done: 393 ok, 7 failed of 400 items",
        "in 12.0 s, 33.3/s",
        "latency: p50 102 ms  p90 150 ms  p95 157 ms  p99 1.3 s  max 2.3 s",
        "slowest:",
        "    2.3 s     ×22  #378 order-13976",
        "    2.0 s     ×20  #173 order-16364",
        "    1.9 s     ×19  #1 order-10000",
        "    1.4 s     ×14  #70 order-12553",
        "    1.3 s     ×13  #24 order-10851",
        "failed:",
        "  #131 order-14810: exit status 22",
        "  #146 order-15365: exit status 22",
        "  #245 order-19028: exit status 22",
        "  #252 order-19287: exit status 22",
        "  #254 order-19361: exit status 22",
        "  #338 order-12496: exit status 22",
        "  #367 order-13569: exit status 22",
        "run it again: pfor-tui orders.txt -- curl {}",
      ])
  }

  @Test(
    arguments: [
      (1_000, "all sessions: 600 ok, 9 failed, 1 timed out of 1,000 items, 390 left"),
      (nil, "all sessions: 600 ok, 9 failed, 1 timed out"),
    ] as [(Int?, String)])
  func aResumedSessionIsDistinguishedFromTheWholeRun(total: Int?, whole: String) {
    var (scene, simulator) = Scene.orders(items: 400)
    simulator.advanceToEnd()
    scene.take(from: &simulator)
    let all = AllSessions(succeeded: 600, failed: 9, timedOut: 1, total: total)
    let lines = Summary.lines(scene.dashboard, at: scene.now, width: 80, allSessions: all)
    #expect(lines.prefix(2) == ["done: 393 ok, 7 failed in this session", whole])
  }

  @Test func namesTwentyFailuresAndCountsTheRest() {
    var simulator = RunSimulator(items: 50, threads: 2) { _, _ in (1, .failed(Failure("exit status 1"))) }
    simulator.advanceToEnd()
    let scene = Scene("", &simulator)
    let lines = Summary.lines(scene.dashboard, at: scene.now, width: 80)
    let named = lines.filter { $0.hasSuffix(": exit status 1") }
    #expect(named.count == 20)
    #expect(lines.contains("  and 30 more"))
  }

  @Test func groupsMoreFailuresThanItNames() {
    var simulator = RunSimulator(items: 25, threads: 2) { _, _ in (1, .failed(Failure("exit status 22"))) }
    simulator.advanceToEnd()
    var dashboard = Scene("", &simulator).dashboard
    var groups = FailureGroups()
    for position in 0..<25 {
      let line = position < 15 ? "error 500" : "error 404"
      groups.add(ItemID(position), FailureReason("exit status 22", line: line, label: ""))
    }
    dashboard.learn(groups)
    let lines = Summary.lines(dashboard, at: simulator.now, width: 80)
    let named = ["  15 × exit status 22: error 500 (#1 … #15)", "  10 × exit status 22: error 404 (#16 … #25)"]
    #expect(lines.suffix(3) == ["failed:"] + named)
    let progress = ProgressLine.text(dashboard, at: simulator.now, width: 200)
    #expect(progress.contains("15× exit status 22: error 500"), "\(progress)")
  }

  @Test func aLongNameDoesNotPushTheReasonOut() {
    let name = "/srv/" + String(repeating: "long/", count: 30) + "last.json"
    var simulator = RunSimulator(items: 1, threads: 1, label: { _ in name }) { _, _ in
      (1, .failed(Failure("exit status 22")))
    }
    simulator.advanceToEnd()
    let lines = Summary.lines(Scene("", &simulator).dashboard, at: simulator.now, width: 60)
    #expect(lines.last?.hasPrefix("  #1 /srv/long") == true)
    #expect(lines.last?.hasSuffix("last.json: exit status 22") == true)
  }

  @Test func saysWhatAFailedItemSaid() {
    var simulator = RunSimulator(items: 3, threads: 1) { index, _ in
      (1, index == 1 ? .timedOut : .failed(Failure("exit status \(index)")))
    }
    simulator.advanceToEnd()
    let lines = Summary.lines(Scene("", &simulator).dashboard, at: simulator.now, width: 60) {
      [ItemID(0): "", ItemID(1): "still waiting", ItemID(2): "no such host: \(String(repeating: "x", count: 60))"][$0]
    }
    #expect(
      lines.suffix(3).map { $0.split(separator: ": ", maxSplits: 1).last } == [
        "exit status 0", "timed out: still waiting", "exit status 2: no such host: xxxxxxxxxxxxxxxxx…",
      ])
  }

  @Test func saysWhatNeverRan() {
    var (scene, simulator) = Scene.orders()
    simulator.stop(.interrupt)
    simulator.advanceToEnd()
    scene.take(from: &simulator)
    let lines = Summary.lines(scene.dashboard, at: scene.now, width: 80)
    #expect(lines[0] == "stopped: 417 ok, 7 failed, 5 stopped of 2,000 items")
    #expect(lines.contains("never ran: 1,571 items"))
  }

  @Test func isHarmlessAndFits() {
    for scene in EverySizeTests.scenes {
      for width in [0, 1, 20, 80] {
        let lines = Summary.lines(
          scene.dashboard, at: scene.now, width: width, command: "a\u{1b}[2J\u{9b}", errors: { _ in "b\u{1b}[2J\u{9b}" }
        )
        for line in lines.dropLast() { #expect(TextWidth.columns(of: line) <= max(1, width)) }
        let text = lines.joined()
        let controls = text.unicodeScalars.filter { $0.properties.generalCategory == .control }
        #expect(controls.isEmpty)
      }
    }
  }
}

@Suite struct ProgressLineTests {
  @Test func saysTheMost() {
    let scene = Scene.orders().0
    let line = ProgressLine.text(scene.dashboard, at: scene.now, width: 200)
    #expect(line == "424/2,000 21 % · 5 threads · 36.6/s · 7 failed · p50 102 ms p99 1.2 s · 39 s – 52 s left")
  }

  /// Threads without an item leave when no item is left for them.
  @Test func saysHowManyThreadsAreLeft() {
    var (scene, simulator) = Scene.orders(items: 20, threads: 5, seconds: 0)
    while scene.dashboard.live.liveWorkers != 2 {
      simulator.advance(by: 1_000_000)
      scene.take(from: &simulator)
    }
    #expect(ProgressLine.text(scene.dashboard, at: scene.now, width: 120).contains(" · 2 of 5 threads · "))
  }

  @Test func threadsThatLeaveARunThatWindsUpAreNotComing() {
    var (scene, simulator) = Scene.orders(threads: 5)
    simulator.finish()
    while scene.dashboard.live.tally.running != 2 {
      simulator.advance(by: 1_000_000)
      scene.take(from: &simulator)
    }
    #expect(scene.dashboard.live.tally.queued > 0)
    #expect(ProgressLine.text(scene.dashboard, at: scene.now, width: 120).contains(" · 2 of 5 threads · "))
  }

  @Test func fitsIntoAnyWidth() {
    for scene in [Scene.orders().0] + EverySizeTests.scenes {
      for width in 0...120 {
        let line = ProgressLine.text(scene.dashboard, at: scene.now, width: width)
        #expect(TextWidth.columns(of: line) <= width)
      }
    }
  }
}
