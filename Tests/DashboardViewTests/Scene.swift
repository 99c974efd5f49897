import Attempts
import Dashboard
import DashboardView
import ParallelFor
import Screen
import TestSupport

/// A dashboard at some moment of a simulated run, with the rows that an archive on disk would give.
struct Scene: Sendable {
  let name: String
  var dashboard: Dashboard
  var now: Instant
  private(set) var finished: [ItemID: FinishedItem] = [:]
  /// Whether items and results have fields.
  var hasRecords = false

  init(_ name: String, _ simulator: inout RunSimulator, title: String = "curl -sf https://shop.example/orders/{}") {
    self.name = name
    dashboard = Dashboard(title: title, source: "orders.txt")
    dashboard.destination = "out.txt"
    now = simulator.now
    take(from: &simulator)
  }

  mutating func take(from simulator: inout RunSimulator) {
    for event in simulator.takeEvents() {
      dashboard.apply(event)
      if case .itemFinished(let item) = event.kind { finished[item.id] = item }
    }
    now = simulator.now
  }

  /// The screen of this moment.
  func grid(_ size: Size, glyphs: GlyphSet = .unicode) -> CellGrid {
    let view = DashboardView(glyphs: glyphs)
    var dashboard = dashboard
    dashboard.rows = view.layout(for: size, of: dashboard).rows
    dashboard.hasRecords = hasRecords
    dashboard.showResults(dashboard.visibleItems(at: now).compactMap(shownRow))
    return view.draw(dashboard, at: now, size: size)
  }

  /// The row as the loop would give it, with fields if items have some.
  private func shownRow(_ id: ItemID) -> ResultRow? {
    guard hasRecords else { return row(id) }
    let running = dashboard.live.runningItem(id).map { ResultRow(id: id, label: $0.label, state: .running) }
    return (row(id) ?? running).map { row in
      var row = row
      row.fields = [
        ItemDetail.Field(name: "id", value: "\(id.number * 37)"),
        ItemDetail.Field(name: "customer name", value: ["Novak, Jun", "作者", "e\u{301}\u{1B}[31mx\ty"][id.number % 3]),
      ]
      guard row.state == .succeeded else { return row }
      row.values = [
        ItemDetail.Field(name: "total", value: "\(id.number * 131 % 9973).50"),
        ItemDetail.Field(name: "products", value: String(repeating: "product ", count: 1 + id.number % 9)),
        ItemDetail.Field(name: "day", value: "2026-11-\(10 + id.number % 20)"),
      ]
      return row
    }
  }

  /// The row of a finished item, as the archive would give it.
  func row(_ id: ItemID) -> ResultRow? {
    finished[id].map {
      ResultRow(
        id: id, label: $0.label, state: ItemState($0.outcome), latency: $0.nanoseconds,
        line: $0.outcome.failureReason ?? "{\"order\": \(id.number * 7), \"total\": \(id.number * 131 % 9973)}",
        note: id.number % 97 == 0 ? "left a process running" : nil)
    }
  }

  /// The scene with reasons of its slow items and of the running ones.
  func withReasons() -> Scene {
    var groups = ReasonGroups()
    let lock = Reason(.lock, subject: "transactionid", detail: "← pid 4711, psql, idle in transaction 3 m")
    let reasons = [
      lock, Reason(.fullScan, subject: "orders", detail: "300,000 rows", remedy: "an index on (product, day)"),
      Reason(.io, subject: "DataFileRead"), Reason(.cpu),
    ]
    for (place, item) in dashboard.facts.slowest.sorted().prefix(40).enumerated() {
      var reason = reasons[place % 7 % reasons.count]
      reason.time = item.latency * 9 / 10
      groups.add(item.id, [reason], latency: item.latency)
    }
    var activity = ServerActivity()
    for _ in 0..<10 { activity.add([lock, lock, lock, Reason(.cpu)]) }
    activity.missed = 2
    var scene = self
    scene.dashboard.learn(groups)
    let running = scene.dashboard.facts.runningItems.prefix(2)
    scene.dashboard.learn(running: Dictionary(uniqueKeysWithValues: running.map { ($0.id, lock) }), activity)
    return scene
  }

  /// A few seconds of a run over orders: most items take 40–160 ms, one in thirty is much slower, and some fail.
  static func orders(
    _ name: String = "orders", items: Int = 2_000, threads: Int = 5, seconds: Double = 12, seed: UInt64 = 7,
    tellsTotal: Bool = true, label: @escaping @Sendable (Int) -> String = { "order-\(10_000 + $0 * 37 % 9_973)" }
  ) -> (Scene, RunSimulator) {
    var simulator = RunSimulator(items: items, threads: threads, seed: seed, tellsTotal: tellsTotal, label: label) {
      _, random in
      let usual = Int64.random(in: 40_000_000...160_000_000, using: &random)
      let isSlow = Int.random(in: 0..<30, using: &random) == 0
      let latency = isSlow ? usual * Int64.random(in: 5...25, using: &random) : usual
      let fails = Int.random(in: 0..<60, using: &random) == 0
      return (latency, fails ? .failed(Failure("exit status 22")) : .succeeded)
    }
    simulator.advance(by: Int64(seconds * 1e9))
    let scene = Scene(name, &simulator)
    return (scene, simulator)
  }
}
