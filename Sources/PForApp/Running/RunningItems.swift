import Jobs
import ParallelFor

/// The items that run now, by worker, so that an open item can be shown before it has ended.
final class RunningItems: @unchecked Sendable {
  private let lock = Lock()
  private var items: [WorkerID: (id: ItemID, item: Item)] = [:]

  /// The worker has begun an item.
  func began(_ item: Item, _ id: ItemID, on worker: WorkerID) { lock.withLock { items[worker] = (id, item) } }

  /// The item, if it is the one that its worker began last.
  func item(_ id: ItemID, on worker: WorkerID) -> Item? {
    lock.withLock { items[worker].flatMap { $0.id == id ? $0.item : nil } }
  }
}
