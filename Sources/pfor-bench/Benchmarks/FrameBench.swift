import ArgumentParser
import Dashboard
import DashboardView
import ParallelFor
import Screen

/// `pfor-bench frame`: the cost of the dashboard itself, without a terminal.
struct FrameBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "frame", abstract: "Time to apply one finished item to the dashboard, and to draw one frame.")

  @Option(help: ArgumentHelp("The number of finished items.", valueName: "n"))
  var items = 200_000

  @OptionGroup var repetition: RepetitionOptions

  private static let workers = 64

  func measure() throws -> Report {
    let events = events()
    var dashboard = Dashboard(title: "curl -sf https://shop.example/orders/{}", source: "orders.txt")
    let applying = (0..<repetition.rounds).map { _ in
      dashboard = Dashboard(title: "curl -sf https://shop.example/orders/{}", source: "orders.txt")
      for event in started() { dashboard.apply(event) }
      return ContinuousClock().measure { for event in events { dashboard.apply(event) } }.inSeconds / Double(items)
    }
    let frames = [Size(width: 120, height: 36), Size(width: 200, height: 60)].map { size in
      Report.Row(
        name: "draw one frame, \(size.width)x\(size.height)", figure: Figures.seconds(drawing(dashboard, size: size)))
    }
    let apply = Report.Row(
      name: "apply one finished item", figure: Figures.seconds(median(of: applying)), goal: "< 1 µs")
    return Report(title: "The dashboard itself, \(Self.workers) workers", rows: [apply] + frames)
  }

  private func drawing(_ dashboard: Dashboard, size: Size) -> Double {
    let view = DashboardView()
    var dashboard = dashboard
    dashboard.rows = view.layout(for: size, of: dashboard).rows
    dashboard.showResults(dashboard.visibleResults.map(row))
    var grid = CellGrid(width: size.width, height: size.height)
    let frames = 50
    let times = (0..<repetition.rounds).map { _ in
      let time = ContinuousClock().measure {
        for frame in 0..<frames { view.draw(dashboard, at: instant(items) + Int64(frame) * 33_000_000, into: &grid) }
      }
      return time.inSeconds / Double(frames)
    }
    return median(of: times)
  }

  private func row(_ id: ItemID) -> ResultRow {
    ResultRow(
      id: id, label: label(id.position), state: .succeeded, latency: latency(id.position), firstLine: "total \(id)")
  }

  /// The events of a run in which nothing has ended yet.
  private func started() -> [RunEvent] {
    let kinds: [RunEvent.Kind] =
      [.runStarted(targetWorkers: Self.workers), .itemsRead(items * 2), .totalKnown(items * 2)]
      + (1...Self.workers).map { .workerStarted(WorkerID($0)) }
    return kinds.map { RunEvent(sequence: 0, instant: instant(0), kind: $0) }
  }

  private func events() -> [RunEvent] {
    (0..<items).map { position in
      let end = instant(position)
      let item = FinishedItem(
        id: ItemID(position), worker: WorkerID(1 + position % Self.workers), start: end + -latency(position), end: end,
        outcome: position % 60 == 59 ? .failed(Failure("exit status 22")) : .succeeded, label: label(position))
      return RunEvent(sequence: UInt64(position), instant: end, kind: .itemFinished(item))
    }
  }

  private func instant(_ position: Int) -> Instant { Instant(nanoseconds: Int64(1_000_000 + position) * 10_000) }

  /// A latency from 40 to 160 ms, and now and then a much longer one.
  private func latency(_ position: Int) -> Int64 {
    Int64(40_000_000 + position * 7_919 % 120_000_000) * (position % 30 == 0 ? 12 : 1)
  }

  private func label(_ position: Int) -> String { "order-\(10_000 + position)" }
}
