import Dashboard
import ParallelFor
import Screen
import TestSupport
import Testing

@testable import DashboardView

/// Workers that wait for a connection, in their rows and in the count below them.
@Suite struct ConnectingWorkerTests {
  @Test func anIdleWorkerThatWaitsSaysWhy() throws {
    var scene = Scene.orders().0
    let busy = try #require(scene.dashboard.live.runningItems.first)
    let idle = WorkerID(try #require(scene.dashboard.live.workers.map(\.id.slot).max()) + 1)
    scene.dashboard.apply(RunEvent(sequence: 1_000_000, instant: scene.now, kind: .workerStarted(idle)))
    let reason = "connection to server on socket \"/s\" failed: FATAL:  too many clients; Is it running?"
    scene.dashboard.learn(connecting: [idle: reason, busy.worker: reason])
    let grid = scene.grid(Size(width: 200, height: 60))
    let rows = (0..<grid.height).map { grid.row($0) }
    let row = try #require(rows.first { $0.contains("conn") && $0.contains("  \(idle.slot) ") })
    #expect(row.contains("FATAL:  too many clients  "), "\(row)")
    #expect(rows.contains { $0.contains("1 reconnecting") })
  }

  @Test(arguments: [("the reason", "the reason"), ("a failed: b; c", "b"), ("", "")])
  func reasonsInShort(reason: String, brief: String) {
    #expect(ConnectionText.brief(reason) == brief)
    #expect(ConnectionText.sentence(reason) == "a worker waits: \(reason)")
  }
}
