import Dashboard
import DashboardView
import ParallelFor
import Screen
import TestSupport
import Testing
import Themes

/// The screens as literal pictures, each in `Screens/NAME.screen`.
@Suite struct PictureTests {
  static let large = Size(width: 120, height: 36)
  static let usual = Size(width: 80, height: 24)
  static let small = Size(width: 60, height: 15)
  static let smallest = Size(width: 40, height: 10)

  @Test(arguments: [large, usual, small, smallest])
  func busy(size: Size) { check(Scene.orders().0, "busy", size) }

  @Test func justStarted() { check(Scene.orders(seconds: 0.05).0, "started", Self.usual) }

  @Test func ascii() { check(Scene.orders().0, "ascii", Self.usual, glyphs: .ascii) }

  @Test func paused() {
    var (scene, simulator) = Scene.orders()
    simulator.pause()
    simulator.advance(by: 5_000_000_000)
    scene.take(from: &simulator)
    check(scene, "paused", Self.usual)
  }

  @Test func fewerThreads() {
    var (scene, simulator) = Scene.orders(threads: 9)
    simulator.setThreads(4)
    simulator.advance(by: 1_000_000)
    scene.take(from: &simulator)
    check(scene, "fewer-threads", Self.usual)
  }

  @Test func moreThreads() {
    var (scene, simulator) = Scene.orders(items: 5_000, seconds: 8)
    simulator.setThreads(8)
    simulator.advance(by: 8_000_000_000)
    scene.take(from: &simulator)
    check(scene, "more-threads", Self.large)
  }

  @Test func draining() {
    var (scene, simulator) = Scene.orders()
    simulator.finish()
    simulator.advance(by: 10_000_000)
    scene.take(from: &simulator)
    check(scene, "draining", Self.usual)
  }

  @Test func stopping() {
    var (scene, simulator) = Scene.orders()
    simulator.stop(.interrupt)
    scene.take(from: &simulator)
    check(scene, "stopping", Self.usual)
  }

  /// The failures take the rows that the workers leave free, and only these.
  @Test(arguments: [Size(width: 120, height: 36), Size(width: 80, height: 24)]) func failures(size: Size) {
    var scene = Scene.orders().0
    scene.learnFailures()
    check(scene, "failures", size)
  }

  /// The end is a report.
  @Test(arguments: [large, usual, small, smallest]) func done(size: Size) {
    var (scene, simulator) = Scene.orders(items: 400)
    simulator.advanceToEnd()
    scene.take(from: &simulator)
    scene.dashboard.resumeCommand = "pfor-tui resume --failed 20261130-120000-x7"
    scene.dashboard.canRunAgain = true
    scene.learnFailures()
    check(scene, "done", size)
  }

  /// Items and results with named values are in columns.
  @Test(arguments: [large, usual, small]) func records(size: Size) {
    var scene = Scene.orders(items: 400, seconds: 2).0
    scene.hasRecords = true
    check(scene, "records", size)
  }

  /// What all names begin with is in the heading.
  @Test(arguments: [large, usual]) func aSharedStartIsFolded(size: Size) {
    check(
      Scene.orders(seconds: 4, label: { "https://shop.example/orders/\(["a", "作者"][$0 % 2])/\($0 * 37)" }).0,
      "shared-start", size)
  }

  @Test func stopped() {
    var (scene, simulator) = Scene.orders()
    simulator.stop(.interrupt)
    simulator.advanceToEnd()
    scene.take(from: &simulator)
    check(scene, "stopped", Self.usual)
  }

  @Test func manyWorkersLongestFirst() {
    var scene = Scene.orders(items: 100_000, threads: 500, seconds: 5).0
    _ = scene.dashboard.perform(.show(.workers))
    _ = scene.dashboard.perform(.sort)
    check(scene, "500-workers", Self.usual)
  }

  @Test func unknownTotal() { check(Scene.orders(tellsTotal: false).0, "unknown-total", Self.usual) }

  @Test func waitingForASlowItem() {
    var simulator = RunSimulator(items: 1_000, threads: 3) { position, _ in
      (position == 16 ? 60_000_000_000 : 100_000_000, .succeeded)
    }
    simulator.advance(by: 8_000_000_000)
    check(Scene("", &simulator), "waiting", Self.usual)
  }

  @Test func lastItems() {
    var (scene, simulator) = Scene.orders(items: 2_000, threads: 5, seconds: 1)
    while scene.dashboard.live.tally.queued > 0 || scene.dashboard.live.tally.running > 3 {
      simulator.advance(by: 10_000_000)
      scene.take(from: &simulator)
    }
    check(scene, "last-items", Self.usual)
  }

  /// The timeline of the whole run, and of its last part.
  @Test(arguments: [large, usual, small, smallest]) func timeline(size: Size) {
    var scene = Scene.orders(items: 600, threads: 4, seconds: 12).0
    _ = scene.dashboard.perform(.show(.timeline))
    check(scene, "timeline", size)
    for _ in 0..<3 { _ = scene.dashboard.perform(.zoomIn, at: scene.now) }
    for _ in 0..<4 { _ = scene.dashboard.perform(.moveLeft, at: scene.now) }
    check(scene, "timeline-closer", size)
  }

  @Test(arguments: [Page.slow, .results, .latency])
  func pages(page: Page) {
    var scene = Scene.orders().0
    _ = scene.dashboard.perform(.show(page))
    check(scene, "page-\(page)", Self.usual)
  }

  @Test(arguments: [usual, smallest])
  func quitDialog(size: Size) {
    var scene = Scene.orders().0
    _ = scene.dashboard.perform(.quit)
    check(scene, "leave", size)
  }

  @Test func killDialog() {
    var scene = Scene.orders().0
    _ = scene.dashboard.perform(.killItem)
    check(scene, "kill", Self.usual)
  }

  @Test func help() {
    var scene = Scene.orders().0
    _ = scene.dashboard.perform(.help)
    check(scene, "help", Self.large)
  }

  @Test func searchPrompt() {
    var scene = Scene.orders().0
    _ = scene.dashboard.perform(.search)
    for character in "作者 timeout" { _ = scene.dashboard.type(.character(character)) }
    check(scene, "search", Self.small)
  }

  @Test func failedOnly() { check(Self.failedOnly(), "failed-only", Self.usual) }

  private static func failedOnly() -> Scene {
    var scene = Scene.orders().0
    _ = scene.dashboard.perform(.filter)
    _ = scene.dashboard.perform(.choose("f"))
    let failed = scene.finished.values.filter { !$0.outcome.isSuccess }.map(\.id)
    scene.dashboard.filterMatched(failed, scanned: 424, done: true)
    return scene
  }

  @Test func marked() {
    var scene = Self.failedOnly()
    _ = scene.dashboard.perform(.moveToStart)
    for _ in 0..<3 { _ = scene.dashboard.perform(.toggleMark) }
    check(scene, "marked", Self.usual)
  }

  @Test func triedAgain() throws {
    var scene = Scene.orders().0
    let failed = try #require(scene.finished.values.filter { !$0.outcome.isSuccess }.max { $0.id < $1.id })
    scene.dashboard.apply(
      RunEvent(sequence: 0, instant: scene.now, kind: .itemRequeued(failed, wasRestored: false)))
    _ = scene.dashboard.perform(.show(.results))
    for _ in failed.id.number..<scene.dashboard.live.begun { _ = scene.dashboard.perform(.moveUp) }
    check(scene, "tried-again", Self.usual)
  }

  @Test func openItem() {
    var scene = Scene.orders().0
    _ = scene.dashboard.perform(.show(.results))
    _ = scene.dashboard.perform(.pageUp)
    _ = scene.dashboard.perform(.open)
    scene.dashboard.showDetail(.failedOrder(scene.dashboard.openItem ?? ItemID(0)))
    check(scene, "open-item", Self.usual)
  }

  @Test func frozenWithANotice() {
    var (scene, simulator) = Scene.orders()
    _ = scene.dashboard.perform(.toggleFreeze, at: scene.now)
    simulator.advance(by: 60_000_000_000)
    scene.take(from: &simulator)
    scene.dashboard.notice("out.txt: no space left on device", at: scene.now)
    check(scene, "frozen", Self.usual)
  }

  @Test func hostileAndWideItems() {
    let labels = ["作者の注文 日本語", "e\u{301}toile", "a\u{1b}[2Jb", "\u{1b}]52;c;eA==\u{7}", "x\u{202e}y", "tab\there", ""]
    var simulator = RunSimulator(items: 7, threads: 7, label: { labels[$0] }) { position, _ in
      (Int64(position + 1) * 1_000_000_000, position == 1 ? .failed(Failure("\u{1b}[31mred\u{9b}2J")) : .succeeded)
    }
    simulator.advance(by: 3_500_000_000)
    check(Scene("", &simulator), "hostile", Self.usual)
  }

  private func check(_ scene: Scene, _ name: String, _ size: Size, glyphs: GlyphSet = .unicode) {
    assertScreen(scene.grid(size, glyphs: glyphs), "\(name)-\(size.width)x\(size.height)")
  }
}

extension ItemDetail {
  static func failedOrder(_ id: ItemID) -> ItemDetail {
    var detail = ItemDetail(id: id, label: "order-10815")
    detail.invocation = "curl -sf https://shop.example/orders/10815"
    detail.worker = WorkerID(3)
    detail.latency = 400_000_000
    detail.attempt = 2
    detail.outcome = .failed(Failure("exit status 22"))
    detail.errors = ["curl: (22) The requested URL returned error: 404"]
    detail.errorBytes = 48
    detail.fields = [Field(name: "customer", value: "作者 Ltd"), Field(name: "country", value: "DE")]
    detail.output = (1...40).map { "{\"line\": \($0)}" }
    detail.outputBytes = 12_345
    detail.outputCut = true
    return detail
  }
}
