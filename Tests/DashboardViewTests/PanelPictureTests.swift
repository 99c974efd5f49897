import Attempts
import Dashboard
import ParallelFor
import Screen
import Synchronization
import TestSupport
import Testing
import Themes

@testable import DashboardView

/// Each panel alone, at six sizes, one below the other in one picture: `Screens/panel-NAME.screen`.
@Suite struct PanelPictureTests {
  private static let sizes = [(80, 24), (120, 40), (200, 60), (40, 10), (20, 5), (1, 1)]
    .map { Size(width: $0.0, height: $0.1) }

  /// Draws a panel into an area, framed or not as on a screen of that size.
  private typealias Draw = (_ drawing: Drawing, _ isFramed: Bool, _ area: Rect, _ grid: inout CellGrid) -> Void

  @Test func header() {
    check("header", rows: 2) { HeaderPanel(drawing: $0).draw(in: $2, of: &$3) }
  }

  /// The recorder has fallen behind, and an earlier run took twice the time for each item.
  @Test func headerOfARunWithAPast() {
    var scene = Self.scene
    var times = ItemTimes()
    for _ in 0..<2_000 { times.append(200_000_000) }
    var past = PastWork(times)
    for item in scene.finished.values { past.ended(item.id.position, latency: item.nanoseconds) }
    scene.dashboard.learn(past)
    scene.dashboard.observe(RecordingLag.Sample(written: 9, waiting: 3_200, isFull: true), at: scene.now)
    check("header-past", scene, rows: 2) { HeaderPanel(drawing: $0).draw(in: $2, of: &$3) }
    #expect(ProgressLine.text(scene.dashboard, at: scene.now, width: 120).contains("recording behind: 3,200"))
  }

  @Test func progress() {
    check("progress", rows: 1) { ProgressPanel(drawing: $0).draw(in: $2, of: &$3) }
  }

  @Test func tabs() {
    check("tabs", rows: 1) { TabsPanel(drawing: $0).draw(in: $2, of: &$3) }
  }

  @Test func footer() {
    check("footer", rows: 1) { FooterPanel(drawing: $0, now: $0.now).draw(in: $2, of: &$3) }
  }

  @Test func workers() {
    check("workers") { WorkersPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  @Test func latency() {
    check("latency") { LatencyPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  @Test func slow() {
    check("slow") { SlowPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  /// Five numbers of threads, of which the largest does no more than the one before, and one that is being measured.
  @Test func threads() {
    check("threads", Self.manyThreads(5)) { ThreadsPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  /// With a database, the page tells what its server does beside the threads.
  @Test func threadsOfADatabase() {
    var scene = Self.manyThreads(3)
    var activity = ServerActivity()
    for _ in 0..<10 { activity.add([Reason(.cpu), Reason(.cpu), Reason(.lock, subject: "transactionid")]) }
    scene.dashboard.learn(running: [:], activity)
    check("threads-server", scene) { ThreadsPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  /// Three machines: one that fails items, one that has lost a worker, and one whose agents have just started.
  @Test func nodes() {
    var scene = Self.scene
    var sums = NodeSums()
    for number in 1...40 {
      let isBad = number % 4 == 0
      let latency = Int64(number) * 10_000_000
      sums.add("n1", .succeeded, latency: latency, isLost: false)
      sums.add("n2", isBad ? .failed(Failure("exit status 1")) : .succeeded, latency: latency / 3, isLost: number == 7)
    }
    let slots = [1: "n1", 2: "n1", 3: "n2", 4: "a-machine-with-a-long-name.example.org"]
    scene.dashboard.learn(Dictionary(uniqueKeysWithValues: slots.map { (WorkerID($0.key), $0.value) }), sums)
    check("nodes", scene) { NodesPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  @Test func noNodes() {
    check("nodes-none", rows: 6) { NodesPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  @Test func threadsBeforeAnythingIsKnown() {
    check("threads-one", Self.manyThreads(1), rows: 8) {
      ThreadsPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3)
    }
  }

  /// A server that does ten items at a time has been given more and more threads.
  private static func manyThreads(_ count: Int) -> Scene {
    let threads = [1, 2, 5, 10, 20].prefix(count)
    let target = Mutex(1)
    var simulator = RunSimulator(items: 20_000, threads: 1) { _, random in
      let load = Double(max(10, target.withLock { $0 }))
      return (Int64(load * 10_000_000 * Double.random(in: 0.5...1.5, using: &random)), .succeeded)
    }
    var scene = Scene("threads", &simulator)
    var machine = MachineFacts(availableMemory: 6 << 30, totalMemory: 8 << 30)
    var ticks = MachineFacts.ProcessorTime(busy: 0, all: 0)
    for threads in threads {
      target.withLock { $0 = threads }
      simulator.setThreads(threads)
      for _ in 0..<20 {
        simulator.advance(by: 1_000_000_000)
        scene.take(from: &simulator)
        ticks = MachineFacts.ProcessorTime(busy: ticks.busy + Double(min(200, 15 * threads)), all: ticks.all + 200)
        machine.processorTime = ticks
        scene.dashboard.learn(machine)
        scene.dashboard.prepareFrame(at: scene.now)
      }
    }
    return scene
  }

  @Test func failures() {
    var scene = Self.scene
    scene.learnFailures()
    check("failures", scene) { FailuresPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  @Test func report() {
    var (scene, simulator) = Scene.orders("report")
    simulator.stop(.interrupt)
    simulator.advanceToEnd()
    scene.take(from: &simulator)
    scene.learnFailures()
    scene.dashboard.resumeCommand = "pfor-tui resume --failed 20261130-120000-x7"
    check("report", scene) { ReportPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  /// Four reasons, and running items that wait.
  @Test func why() {
    let scene = Self.scene.withReasons()
    check("why", scene) { WhyPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
    check("slow-why", scene, rows: 12) { SlowPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
    check("workers-why", scene, rows: 9) { WorkersPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  @Test func results() {
    var scene = Self.scene
    scene.search("ORDER")
    check("results", scene) { ResultsPanel(drawing: $0, isFramed: $1).draw(in: $2, of: &$3) }
  }

  @Test func detail() {
    var scene = Self.scene
    _ = scene.dashboard.perform(.show(.results))
    _ = scene.dashboard.perform(.moveToStart)
    _ = scene.dashboard.perform(.open)
    let id = scene.dashboard.openItem ?? ItemID(0)
    scene.dashboard.showDetail(.failedOrder(id))
    check("detail", scene) { drawing, _, area, grid in
      DetailPanel(drawing: drawing, id: id).draw(in: area, of: &grid)
    }
  }

  /// Two attempts before the last one, and the resources that the last one's process used.
  @Test func detailOfARetriedItem() {
    var scene = Self.scene
    _ = scene.dashboard.perform(.show(.results))
    _ = scene.dashboard.perform(.moveToStart)
    _ = scene.dashboard.perform(.open)
    let id = scene.dashboard.openItem ?? ItemID(0)
    var detail = ItemDetail.failedOrder(id)
    detail.attempt = 3
    detail.process = ProcessEnding(exitStatus: 22, cpu: 31_000_000, peakMemory: 12_345_678)
    detail.earlier = [
      EndedAttempt(
        worker: 1, start: 0, latency: 1_234_000_000, outcome: .failed(Failure("\u{1b}[2J\tno route"))),
      EndedAttempt(attempt: 2, worker: 12, start: 0, latency: 30_000_000_000, outcome: .timedOut),
    ]
    scene.dashboard.showDetail(detail)
    check("detail-retried", scene, rows: 12) { drawing, _, area, grid in
      DetailPanel(drawing: drawing, id: id).draw(in: area, of: &grid)
    }
  }

  @Test func help() {
    check("help") { drawing, _, area, grid in HelpOverlay(drawing: drawing, top: 0).draw(in: area, of: &grid) }
  }

  @Test(arguments: [("leave", Command.quit), ("kill", .killItem)])
  func dialogs(name: String, command: Command) {
    var scene = Self.scene
    _ = scene.dashboard.perform(command)
    guard case .dialog(let dialog) = scene.dashboard.overlay else {
      Issue.record("\(command) asks nothing")
      return
    }
    check("dialog-\(name)") { drawing, _, area, grid in
      ConfirmOverlay(drawing: drawing, dialog: dialog).draw(in: area, of: &grid)
    }
  }

  @Test(arguments: [Prompt.Kind.threads, .search, .filterText])
  func prompts(kind: Prompt.Kind) {
    check("prompt-\(kind)", rows: 1) { drawing, _, area, grid in
      let text = kind == .threads ? "12" : "orders/2026/作者 timeout"
      PromptLine(drawing: drawing).draw(Prompt(kind: kind, text: text), in: area, of: &grid)
    }
  }

  @Test func filterMenu() {
    check("filter-menu", rows: 1) { drawing, _, area, grid in
      PromptLine(drawing: drawing).drawFilterMenu(in: area, of: &grid)
    }
  }

  /// Names that begin and end alike, some of them long enough to be cut everywhere.
  private static let scene = Scene.orders(threads: 12) {
    "/srv/exports/2026/11/customers/region-europe-central/order-\(10_000 + $0 * 37 % 9_973).json"
  }.0

  private func check(
    _ name: String, _ scene: Scene = scene, rows: Int = .max, sourceLocation: SourceLocation = #_sourceLocation,
    draw: Draw
  ) {
    let heights = Self.sizes.map { min($0.height, rows) }
    var grid = CellGrid(width: 200, height: heights.reduce(Self.sizes.count, +), role: ThemeRole.text.role)
    var y = 0
    for (size, height) in zip(Self.sizes, heights) {
      grid.write("\(size.width)x\(size.height)", x: 0, y: y, role: ThemeRole.border.role)
      let isFramed = size.width >= 76 && size.height >= 20
      let area = Rect(x: 0, y: y + 1, width: size.width, height: height)
      draw(scene.drawing(listRows: ListArea(area, isFramed: isFramed).list.height), isFramed, area, &grid)
      y = area.maxY
    }
    assertScreen(grid, "panel-\(name)", sourceLocation: sourceLocation)
  }
}

extension Scene {
  /// Failures for several reasons, some of which begin alike.
  mutating func learnFailures() {
    var groups = FailureGroups()
    let url = "curl: (22) The requested URL returned error: "
    for position in 0..<40 {
      let line = url + (position < 22 ? "500" : "404")
      groups.add(ItemID(3 + position * 5), FailureReason("exit status 22", line: line, label: "order"))
    }
    groups.add(ItemID(400), FailureReason("timed out", line: "", label: ""))
    groups.add(ItemID(500), FailureReason("exit status 1", line: "\u{1B}[31m作者 cannot be read", label: ""))
    dashboard.learn(groups)
  }

  /// Returns the data for a panel whose list has this many rows.
  fileprivate func drawing(listRows: Int) -> Drawing {
    var dashboard = dashboard
    dashboard.rows.lists = Dictionary(uniqueKeysWithValues: Panel.allCases.map { ($0, listRows) })
    dashboard.showResults(dashboard.visibleResults.compactMap(row))
    return Drawing(dashboard, at: now, theme: Themes.standard, glyphs: .unicode)
  }

  /// Looks for a text in the results.
  fileprivate mutating func search(_ text: String) {
    _ = dashboard.perform(.search)
    for character in text { _ = dashboard.type(.character(character)) }
    _ = dashboard.type(.submit)
  }
}
