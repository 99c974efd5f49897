import Dashboard
import ParallelFor

/// Numbers events written by hand, a millisecond apart.
struct EventScript {
  var now = Instant(nanoseconds: 0)
  private var sequence: UInt64 = 0

  mutating func callAsFunction(_ kind: RunEvent.Kind) -> RunEvent {
    defer { sequence += 1 }
    now = now + 1_000_000
    return RunEvent(sequence: sequence, instant: now, kind: kind)
  }

  func started(_ position: Int, worker: Int = 1, label: String = "item") -> StartedItem {
    StartedItem(id: ItemID(position), worker: WorkerID(worker), start: now, label: label)
  }

  func finished(
    _ position: Int, worker: Int = 1, latency: Int64 = 1_000_000, _ outcome: Outcome = .succeeded,
    label: String = "item"
  ) -> FinishedItem {
    FinishedItem(
      id: ItemID(position), worker: WorkerID(worker), start: now + -latency, end: now, outcome: outcome, label: label)
  }
}

extension Dashboard {
  /// A run of `items` items on `threads` workers, each of which runs one.
  static func running(items: Int, threads: Int) -> (Dashboard, EventScript) {
    var dashboard = Dashboard(title: "job", source: "items.txt")
    var script = EventScript()
    dashboard.apply(script(.runStarted(targetWorkers: threads)))
    dashboard.apply(script(.itemsRead(items)))
    dashboard.apply(script(.totalKnown(items)))
    for slot in 1...threads {
      dashboard.apply(script(.workerStarted(WorkerID(slot))))
      dashboard.apply(script(.itemStarted(script.started(slot - 1, worker: slot))))
    }
    return (dashboard, script)
  }
}
