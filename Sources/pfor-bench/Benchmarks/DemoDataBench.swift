import ArgumentParser
import Jobs
import ParallelFor

/// `pfor-bench demo-data`: the time to make the demo's database, and the distribution of its items' costs.
struct DemoDataBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "demo-data", abstract: "Time to make the demo's database, and the distribution of its items' costs.")

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let clock = ContinuousClock()
    let start = clock.now
    let shop = try DemoShop(in: folder.path)
    let making = clock.now - start
    let costs = try costs(shop).map(\.inSeconds).sorted()
    let rows = [("median", 50), ("90th percentile", 90), ("largest", 100)].map { name, percent in
      Report.Row(name: "\(name) item", figure: Figures.seconds(costs[(costs.count - 1) * percent / 100]))
    }
    let made = Report.Row(name: "made in", figure: Figures.seconds(making.inSeconds), goal: "< 2 s")
    return Report(title: "The demo, \(costs.count) items", rows: [made] + rows)
  }

  private func costs(_ shop: DemoShop) throws -> [Duration] {
    let session = try SQLiteJob(path: shop.database, query: DemoShop.query).openSession(for: WorkerID(1))
    defer { session.close() }
    let reader = try ItemReader(source: .file(shop.items), format: .lines)
    var costs: [Duration] = []
    while let batch = try reader.nextBatch(limit: 1000) {
      for item in batch {
        let context = ItemContext(item: ItemID(costs.count), worker: WorkerID(1), cancellation: Cancellation())
        var isSuccess = false
        costs.append(ContinuousClock().measure { isSuccess = session.run(item, in: context).outcome.isSuccess })
        guard isSuccess else { throw BenchError("failed: \(item.text)") }
      }
    }
    return costs
  }
}
