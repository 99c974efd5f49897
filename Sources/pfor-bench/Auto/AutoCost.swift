import Dashboard
import Foundation
import ParallelFor

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// What the automatic choice of the number of threads and the estimate of the time left cost, with 64 workers.
struct AutoCost {
  private static let workers = 64
  private static let seconds = 60
  /// How many items end per second: each takes a tenth of a second.
  private static let rate = 640

  private let ends: [FinishedItem]

  init() {
    var random = RepeatableRandom(seed: 1)
    ends = (0..<Self.rate * Self.seconds).map { position in
      let end = Instant(nanoseconds: Int64(position) * 1_000_000_000 / Int64(Self.rate))
      return FinishedItem(
        id: ItemID(position), worker: WorkerID(1 + position % Self.workers),
        start: end + -Int64(1e8 * exp(0.5 * random.normal())), end: end, outcome: .succeeded, label: "item")
    }
  }

  func report() -> Report {
    let controller = share(controllerTime()), (events, forecasts) = estimatorTimes()
    let estimator = share(events + forecasts)
    return Report(
      title: "64 workers with items of 100 ms, share of one core",
      rows: [
        Report.Row(name: "automatic number of threads", figure: Figures.percent(controller)),
        Report.Row(
          name: "time left: \(Figures.seconds(forecasts / Double(Self.seconds))) once a second, and all events",
          figure: Figures.percent(estimator)),
        Report.Row(name: "together", figure: Figures.percent(controller + estimator), goal: "< 1 %"),
      ])
  }

  private func share(_ time: Double) -> Double { time / Double(Self.seconds) }

  /// The time that the tuner takes for all ends, in seconds.
  private func controllerTime() -> Double {
    var tuner = ThreadTuner(from: Self.workers, upTo: Self.workers)
    return Self.measure {
      for item in ends {
        tuner.attemptEnded(by: item.worker.slot, from: item.start, to: item.end, isSuccess: true)
        _ = tuner.decide(
          ThreadTuner.Facts(now: item.end, isSettled: true, idle: 0, isHeld: false, left: 1_000_000))
      }
    }
  }

  /// Returns the processor time in seconds, which other programs do not change.
  private static func measure(_ body: () -> Void) -> Double {
    let before = RecordBench.processorTime(CLOCK_THREAD_CPUTIME_ID)
    body()
    return RecordBench.processorTime(CLOCK_THREAD_CPUTIME_ID) - before
  }

  /// The time that the dashboard takes for all events, and for a forecast each second, in seconds.
  private func estimatorTimes() -> (events: Double, forecasts: Double) {
    var dashboard = Dashboard(title: "", source: "")
    var events = 0.0, forecasts = 0.0
    let start: [RunEvent.Kind] = [
      .runStarted(targetWorkers: Self.workers), .itemsRead(1_000_000), .totalKnown(1_000_000),
    ]
    for kind in start + (1...Self.workers).map({ .workerStarted(WorkerID($0)) }) {
      dashboard.apply(RunEvent(sequence: 0, instant: Instant(nanoseconds: 0), kind: kind))
    }
    for second in 0..<Self.seconds {
      let items = ends[second * Self.rate..<(second + 1) * Self.rate]
      events += Self.measure { for item in items { Self.apply(item, to: &dashboard) } }
      let now = Instant(nanoseconds: Int64(second + 1) * 1_000_000_000)
      forecasts += Self.measure { dashboard.prepareFrame(at: now) }
    }
    return (events, forecasts)
  }

  /// Ends an item, whose worker starts the next one.
  private static func apply(_ item: FinishedItem, to dashboard: inout Dashboard) {
    dashboard.apply(RunEvent(sequence: 0, instant: item.end, kind: .itemFinished(item)))
    let next = StartedItem(
      id: ItemID(item.id.position + workers), worker: item.worker, start: item.end, label: item.label)
    dashboard.apply(RunEvent(sequence: 0, instant: item.end, kind: .itemStarted(next)))
  }
}
