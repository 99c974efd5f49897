import Dashboard
import ParallelFor
import TestSupport
import Testing

@Suite struct InvariantTests {
  static func simulator(seed: UInt64) -> RunSimulator {
    var random = SeededGenerator(seed: seed)
    let items = Int.random(in: 0...120, using: &random)
    let threads = Int.random(in: 1...8, using: &random)
    var simulator = RunSimulator(
      items: items, threads: threads, seed: seed, tellsTotal: !seed.isMultiple(of: 3)
    ) { position, random in
      let outcomes: [Outcome] = [.succeeded, .succeeded, .failed(Failure("no")), .timedOut]
      return (Int64.random(in: 0...20_000_000, using: &random), outcomes[position % 4])
    }
    simulator.quietEvery = Int(seed % 4)
    return simulator
  }

  @Test(arguments: 1...100 as ClosedRange<UInt64>)
  func everyItemIsInExactlyOneStateAfterEveryEvent(seed: UInt64) {
    var simulator = Self.simulator(seed: seed)
    var dashboard = Dashboard(title: "", source: "")
    var ledger = Ledger()
    for _ in 0..<400 {
      simulator.step()
      for event in simulator.takeEvents() {
        dashboard.apply(event)
        ledger.note(event.kind)
        check(dashboard.live, ledger, items: simulator.items)
      }
    }
    simulator.resume()
    simulator.advanceToEnd()
    for event in simulator.takeEvents() {
      dashboard.apply(event)
      ledger.note(event.kind)
    }
    check(dashboard.live, ledger, items: simulator.items)
  }

  /// Counts that are kept independently of the dashboard.
  private struct Ledger {
    /// Items that have ended and are not tried again.
    var ended: Set<ItemID> = []
    /// Attempts that have ended, and those of them that were not stopped.
    var attempts = 0
    var measured = 0
    private var requeued: [ItemID: FinishedItem] = [:]

    mutating func note(_ kind: RunEvent.Kind) {
      switch kind {
      case .itemRequeued(let item, _):
        ended.remove(item.id)
        requeued[item.id] = item
      case .itemFinished(let item):
        ended.insert(item.id)
        // An item that did not start again has ended as before.
        guard requeued.removeValue(forKey: item.id) != item else { return }
        attempts += 1
        if item.outcome != .cancelled { measured += 1 }
      default: return
      }
    }
  }

  private func check(_ facts: RunFacts, _ ledger: Ledger, items: Int) {
    let tally = facts.tally
    let promises = [
      tally.finished == ledger.ended.count,
      tally.finished + tally.running + tally.waiting + tally.queued == max(facts.itemsRead, facts.total ?? 0),
      tally.running >= 0 && tally.queued >= 0 && tally.waiting == facts.waiting.count,
      tally.running == facts.runningItems.count,
      facts.liveWorkers == facts.workers.count,
      facts.drainingWorkers == facts.workers.count { $0.state == .draining },
      facts.everyWorker.reduce(0) { $0 + $1.itemsDone } == ledger.attempts,
      facts.latency.count == ledger.measured,
      facts.begun <= items,
      facts.state != .done || (tally.running == 0 && facts.liveWorkers == 0),
    ]
    // One expectation for all promises of an event, because each costs more than the reducer.
    if promises.contains(false) { Issue.record("broken at \(facts.latest): \(promises)") }
  }

  @Test func anItemWhoseStartWasLeftOutCountsOnce() {
    var dashboard = Dashboard(title: "", source: "")
    var script = EventScript()
    dashboard.apply(script(.runStarted(targetWorkers: 1)))
    dashboard.apply(script(.itemsRead(2)))
    dashboard.apply(script(.workerStarted(WorkerID(1))))
    dashboard.apply(script(.itemFinished(script.finished(0))))
    #expect(dashboard.live.tally.succeeded == 1)
    #expect(dashboard.live.tally.running == 0)
    #expect(dashboard.live.tally.queued == 1)
    #expect(dashboard.live.begun == 1)
  }

  @Test func equalEventsMakeEqualDashboards() {
    var one = Dashboard(title: "", source: ""), other = one
    var simulator = Self.simulator(seed: 4)
    simulator.advanceToEnd()
    for event in simulator.takeEvents() {
      one.apply(event)
      #expect(one != other)
      other.apply(event)
      #expect(one == other)
    }
  }
}
