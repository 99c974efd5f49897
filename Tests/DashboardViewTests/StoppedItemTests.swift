import Dashboard
import ParallelFor
import Screen
import TestSupport
import Testing

@testable import DashboardView

/// Items whose commands are stopped, in their rows and in words.
@Suite struct StoppedItemTests {
  private func row(_ reason: StoppedItem.Reason?, of item: (RunFacts) -> StartedItem?) throws -> String {
    var scene = Scene.orders().0
    let running = try #require(item(scene.dashboard.live))
    if let reason {
      scene.dashboard.learn([StoppedItem(id: running.id, worker: running.worker, reason: reason)])
    }
    let grid = scene.grid(Size(width: 200, height: 60))
    return (0..<grid.height).map { grid.row($0) }.first {
      $0.contains("  \(running.worker.slot) ") && $0.contains(running.label)
    } ?? ""
  }

  @Test func aStoppedItemLooksDifferentFromARunningOne() throws {
    let running = try row(nil) { $0.runningItems.first }
    #expect(!running.contains("stop"), "\(running)")
    let stopped = try row(.readsTerminal) { $0.runningItems.first }
    #expect(stopped.contains("stop") && stopped.contains("(wants the terminal)"), "\(stopped)")
    #expect(try row(.signal) { $0.runningItems.first }.contains("(by a signal)"))
  }

  /// The facts about an item say nothing about the next one on its worker.
  @Test func theNextItemOfAWorkerRuns() throws {
    var scene = Scene.orders().0
    let running = try #require(scene.dashboard.live.runningItems.first)
    scene.dashboard.learn([StoppedItem(id: ItemID(999_999), worker: running.worker, reason: .signal)])
    #expect(scene.dashboard.live.workers.allSatisfy { scene.dashboard.live.stopReason(of: $0) == nil })
  }

  @Test func sentencesNameTheItem() {
    let item = StoppedItem(id: ItemID(2), worker: WorkerID(1), reason: .readsTerminal)
    #expect(StoppedText.sentence(item).hasPrefix("#3 is stopped: it wants to read the terminal, "))
  }
}
