import Dashboard
import ParallelFor
import Screen
import Testing

@testable import DashboardView

/// What the mouse reaches, and what it does there.
@Suite struct MouseTests {
  private static let size = Size(width: 120, height: 36)

  private func place(_ text: String, in scene: Scene, size: Size = size) -> DashboardView.Place? {
    let grid = scene.grid(size)
    for y in 0..<grid.height {
      let row = grid.row(y)
      guard let found = row.ranges(of: text).first else { continue }
      let x = TextWidth.columns(of: String(row[..<found.lowerBound]))
      return DashboardView().place(x: x, y: y, size: size, of: scene.dashboard, at: scene.now)
    }
    return nil
  }

  private func laidOut(_ scene: Scene) -> Scene {
    var scene = scene
    scene.dashboard.rows = DashboardView().layout(for: Self.size, of: scene.dashboard).rows
    return scene
  }

  @Test func everyPanelAndItsRowsAreFound() {
    let scene = Scene.orders().0
    #expect(place("Workers", in: scene) == .panel(.workers, row: nil))
    #expect(place("order-13976", in: scene) == .panel(.slow, row: 0))
    #expect(
      place("p50", in: scene) == .panel(.workers, row: nil) || place("p90", in: scene) == .panel(.latency, row: nil))
    #expect(place("Results", in: scene) == .panel(.results, row: nil))
    #expect(place("curl", in: scene) == nil)
  }

  @Test func theKeysInTheLastRowArePressed() {
    let scene = Scene.orders().0
    #expect(place("p pause", in: scene) == .hint(.togglePause))
    #expect(place("q quit", in: scene) == .hint(.quit))
    #expect(place("/ search", in: scene) == .hint(.search))
  }

  @Test func nothingIsReachedBehindAQuestion() {
    var scene = Scene.orders().0
    _ = scene.dashboard.perform(.quit)
    #expect(place("Workers", in: scene) == nil)
  }

  @Test func aClickSelectsAndASecondOneOpens() {
    var scene = laidOut(Scene.orders().0)
    #expect(scene.dashboard.click(.slow, row: 2, at: scene.now) == [])
    #expect(scene.dashboard.focus == .slow && scene.dashboard.openItem == nil)
    let id = scene.dashboard.facts.slowItems(at: scene.now)[2].id
    #expect(scene.dashboard.click(.slow, row: 2, at: scene.now) == [.screen(.loadDetail(id))])
    #expect(scene.dashboard.openItem == id)
  }

  @Test func aClickBelowTheListSelectsTheLastRow() {
    var scene = laidOut(Scene.orders().0)
    _ = scene.dashboard.click(.workers, row: 99, at: scene.now)
    #expect(scene.dashboard.workerSelection.row(in: scene.dashboard.facts.workers.map(\.id)) == 4)
  }

  @Test func theWheelMovesInThePanelUnderThePointer() {
    var scene = laidOut(Scene.orders().0)
    _ = scene.dashboard.turnWheel(.slow, down: true, at: scene.now)
    #expect(scene.dashboard.focus == .slow)
    let slow = scene.dashboard.facts.slowItems(at: scene.now).map(\.id)
    #expect(scene.dashboard.slowSelection.row(in: slow) == 3)
    _ = scene.dashboard.turnWheel(.slow, down: false, at: scene.now)
    #expect(scene.dashboard.slowSelection.row(in: slow) == 0)
  }
}
