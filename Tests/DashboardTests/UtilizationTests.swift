import ParallelFor
import Testing

@testable import Dashboard

/// What workers did with their time, second by second.
@Suite struct UtilizationTests {
  private static let second: Int64 = 1_000_000_000

  /// A run of two workers, of which the first runs an item.
  private var dashboard: Dashboard {
    var dashboard = Dashboard(title: "", source: "")
    let kinds: [RunEvent.Kind] = [
      .runStarted(targetWorkers: 2), .itemsRead(9), .totalKnown(9), .workerStarted(WorkerID(1)),
      .workerStarted(WorkerID(2)),
      .itemStarted(StartedItem(id: ItemID(0), worker: WorkerID(1), start: Instant(nanoseconds: 0), label: "")),
    ]
    for kind in kinds { apply(kind, at: 0, to: &dashboard) }
    return dashboard
  }

  private func apply(_ kind: RunEvent.Kind, at nanoseconds: Int64, to dashboard: inout Dashboard) {
    dashboard.apply(RunEvent(sequence: 0, instant: Instant(nanoseconds: nanoseconds), kind: kind))
  }

  private func draw(_ dashboard: inout Dashboard, at seconds: Int64...) {
    for second in seconds { dashboard.prepareFrame(at: Instant(nanoseconds: second * Self.second)) }
  }

  private func shares(_ dashboard: Dashboard) -> [[Double]] {
    dashboard.live.utilization.history.map { [$0.busy, $0.idle, $0.held] }
  }

  @Test func aWorkerWithoutAnItemIsIdle() {
    var dashboard = dashboard
    draw(&dashboard, at: 0, 1, 2)
    #expect(shares(dashboard) == [[0.5, 0.5, 0], [0.5, 0.5, 0]])
  }

  @Test func aWorkerThatMayNotBeginAnItemIsHeld() {
    var dashboard = dashboard
    draw(&dashboard, at: 0)
    apply(.runHeld(.load(9, limit: 8)), at: Self.second / 2, to: &dashboard)
    draw(&dashboard, at: 1, 2)
    apply(.runHeld(nil), at: 2 * Self.second, to: &dashboard)
    draw(&dashboard, at: 3)
    #expect(shares(dashboard) == [[0.5, 0.25, 0.25], [0.5, 0, 0.5], [0.5, 0.5, 0]])
  }

  @Test func aWorkerWithoutAConnectionIsHeld() {
    var dashboard = dashboard
    dashboard.learn(connecting: [WorkerID(2): "refused"])
    draw(&dashboard, at: 0, 1)
    #expect(shares(dashboard) == [[0.5, 0, 0.5]])
  }

  @Test func workersAreHeldWhileTooManyResultsWait() {
    var dashboard = dashboard
    dashboard.learn(deliveryWindow: 4)
    apply(.deliveryAdvanced(next: ItemID(0), held: 2), at: 0, to: &dashboard)
    draw(&dashboard, at: 0, 1)
    apply(.deliveryAdvanced(next: ItemID(0), held: 3), at: Self.second, to: &dashboard)
    draw(&dashboard, at: 2)
    #expect(shares(dashboard) == [[0.5, 0.5, 0], [0.5, 0, 0.5]])
  }

  @Test func aPauseIsNeither() {
    var dashboard = dashboard
    draw(&dashboard, at: 0)
    apply(.runHeld(.load(9, limit: 8)), at: 0, to: &dashboard)
    apply(.runPaused, at: Self.second, to: &dashboard)
    draw(&dashboard, at: 1, 5)
    #expect(dashboard.live.heldTime(at: Instant(nanoseconds: 5 * Self.second)) == Double(Self.second))
  }

  @Test func theMachineIsShownWhereItIsKnown() {
    var dashboard = dashboard
    draw(&dashboard, at: 0)
    var facts = MachineFacts(availableMemory: 1, totalMemory: 4)
    dashboard.learn(facts)
    draw(&dashboard, at: 1)
    facts.processorTime = MachineFacts.ProcessorTime(busy: 10, all: 100)
    dashboard.learn(facts)
    draw(&dashboard, at: 2)
    facts.processorTime = MachineFacts.ProcessorTime(busy: 20, all: 120)
    dashboard.learn(facts)
    draw(&dashboard, at: 3)
    let history = dashboard.live.utilization.history
    #expect(history.map(\.memory) == [0.75, 0.75, 0.75])
    #expect(history.map(\.processors) == [nil, nil, 0.5])
  }
}
