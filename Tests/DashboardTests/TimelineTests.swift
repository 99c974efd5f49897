import Dashboard
import ParallelFor
import TestSupport
import Testing

/// What each worker did over time.
@Suite struct TimelineTests {
  private func timeline(attempts: Int, workers: Int, fails: (Int) -> Bool = { _ in false }) -> Dashboard {
    var (dashboard, script) = Dashboard.running(items: attempts + workers, threads: workers)
    for position in 0..<attempts {
      let worker = position % workers + 1
      let outcome: Outcome = fails(position) ? .failed(Failure("no")) : .succeeded
      dashboard.apply(script(.itemFinished(script.finished(position, worker: worker, outcome))))
    }
    return dashboard
  }

  @Test func fewAttemptsAreExact() {
    let dashboard = timeline(attempts: 100, workers: 4) { $0 == 50 }
    let blocks = (1...4).map { dashboard.live.timeline.blocks(of: WorkerID($0)) }
    #expect(blocks.map(\.count) == [25, 25, 25, 25])
    #expect(blocks.joined().allSatisfy { $0.count == 1 && $0.busy == 1_000_000 })
    #expect(blocks.joined().filter { $0.failed > 0 }.map(\.item) == [ItemID(50)])
    #expect(dashboard.live.timeline.blocks(of: WorkerID(9)).isEmpty)
  }

  /// Nothing is lost by merging: the attempts, the failures and the time of all blocks stay the same, in order.
  @Test(arguments: [(20_000, 1), (50_000, 3), (30_000, 200)]) func oldBlocksAreMerged(attempts: Int, workers: Int) {
    let dashboard = timeline(attempts: attempts, workers: workers) { $0 % 1_000 == 7 }
    let lanes = (1...workers).map { dashboard.live.timeline.blocks(of: WorkerID($0)) }
    #expect(lanes.allSatisfy { $0.count <= 1_024 })
    #expect(lanes.joined().reduce(0) { $0 + Int($1.count) } == attempts)
    #expect(lanes.joined().reduce(0) { $0 + Int($1.failed) } == attempts / 1_000)
    #expect(lanes.joined().reduce(0) { $0 + $1.busy } == Int64(attempts) * 1_000_000)
    for lane in lanes {
      #expect(zip(lane, lane.dropFirst()).allSatisfy { $0.end <= $1.start || $0.start < $1.start })
      #expect(lane.last?.count == 1)
    }
    // A failure stays visible however old it is.
    for block in lanes.joined() where block.failed > 0 { #expect(block.item.position % 1_000 == 7) }
  }

  @Test func manyWorkersTakeNoMoreMemory() {
    let dashboard = timeline(attempts: 200_000, workers: 2_000)
    #expect((1...2_000).reduce(0) { $0 + dashboard.live.timeline.blocks(of: WorkerID($1)).count } <= 70_000)
  }

  @Test func keysSelectAnItemAndOpenIt() {
    var dashboard = timeline(attempts: 40, workers: 2)
    let now = dashboard.live.latest
    _ = dashboard.perform(.show(.timeline), at: now)
    #expect(dashboard.focus == .timeline)
    #expect(dashboard.selectedItem(at: now) == ItemID(38))
    _ = dashboard.perform(.moveLeft, at: now)
    #expect(dashboard.selectedItem(at: now) == ItemID(36))
    _ = dashboard.perform(.moveDown, at: now)
    #expect(dashboard.selectedSpan(at: now)?.worker == WorkerID(2))
    for _ in 0..<100 { _ = dashboard.perform(.moveLeft, at: now) }
    #expect(dashboard.selectedItem(at: now) == ItemID(1))
    for _ in 0..<100 { _ = dashboard.perform(.moveRight, at: now) }
    #expect(dashboard.selectedItem(at: now) == ItemID(39))
    #expect(dashboard.perform(.open, at: now) == [.screen(.loadDetail(ItemID(39)))])
  }

  @Test func theWindowStaysInTheRun() {
    var dashboard = timeline(attempts: 400, workers: 2)
    let now = dashboard.live.latest
    _ = dashboard.perform(.show(.timeline), at: now)
    let (start, end) = dashboard.facts.timelineEdges(at: now)
    for command in [Command.zoomIn, .zoomIn, .pageUp, .zoomIn, .pageUp, .moveLeft, .pageDown, .zoomOut, .pageUp] {
      for _ in 0..<7 {
        _ = dashboard.perform(command, at: now)
        let edges = dashboard.timelineWindow.edges(of: start, end)
        #expect(edges.start >= start && edges.end <= end && edges.start < edges.end)
        let span = dashboard.selectedSpan(at: now)?.span
        #expect(span != nil)
      }
    }
    for _ in 0..<40 { _ = dashboard.perform(.zoomIn, at: now) }
    #expect(dashboard.timelineWindow.zoom == 1 << 20)
    for _ in 0..<40 { _ = dashboard.perform(.zoomOut, at: now) }
    #expect(dashboard.timelineWindow.edges(of: start, end) == (start, end))
  }

  @Test func elsewhereTheKeysMoveBetweenPanels() {
    var (dashboard, _) = Dashboard.running(items: 9, threads: 2)
    _ = dashboard.perform(.moveRight)
    #expect(dashboard.focus != .workers)
    _ = dashboard.perform(.moveLeft)
    #expect(dashboard.focus == .workers)
    #expect(dashboard.perform(.zoomIn).isEmpty)
    #expect(dashboard.currentNotice(at: dashboard.live.latest)?.text.contains("9 shows the timeline") == true)
  }

  @Test func aReplayHasItToo() {
    var dashboard = timeline(attempts: 10, workers: 2)
    dashboard.rewind()
    #expect(dashboard.live.timeline.count == 0)
  }
}
