import Jobs
import ParallelFor

/// `pfor-bench demo-data FOLDER`: how long the demo's data take to make, and how its items' costs are spread.
enum DemoDataBench {
  static func run(_ arguments: [String]) throws {
    guard let folder = arguments.first else {
      print("usage: pfor-bench demo-data FOLDER")
      return
    }
    let clock = ContinuousClock()
    let start = clock.now
    let shop = try DemoShop(in: folder)
    print("made in \(clock.now - start)")
    let job = try SQLiteJob(path: shop.database, query: DemoShop.query)
    let session = try job.openSession(for: WorkerID(1))
    let reader = try ItemReader(source: .file(shop.items), format: .lines)
    var costs: [Duration] = []
    while let batch = try reader.nextBatch(limit: 1000) {
      for item in batch {
        let cancellation = Cancellation()
        let context = ItemContext(item: ItemID(costs.count), worker: WorkerID(1), cancellation: cancellation)
        costs.append(
          clock.measure { if !session.run(item, in: context).outcome.isSuccess { print("failed: \(item.text)") } })
      }
    }
    session.close()
    costs.sort()
    guard let most = costs.last else { return }
    let sum = costs.reduce(.zero, +)
    print(
      "items \(costs.count) sum \(sum) p50 \(costs[costs.count / 2]) p90 \(costs[costs.count * 9 / 10]) max \(most)")
  }
}
