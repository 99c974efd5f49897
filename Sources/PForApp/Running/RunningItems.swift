import Jobs
import ParallelFor

/// The running items by worker, so that the page of an item can be shown before the item has ended.
final class RunningItems: @unchecked Sendable {
  private let lock = Lock()
  private var items: [WorkerID: (id: ItemID, item: Item)] = [:]

  /// Notes that a worker has started an item.
  func began(_ item: Item, _ id: ItemID, on worker: WorkerID) { lock.withLock { items[worker] = (id, item) } }

  /// The item, if it is the last one that its worker started; otherwise nil.
  func item(_ id: ItemID, on worker: WorkerID) -> Item? {
    lock.withLock { items[worker].flatMap { $0.id == id ? $0.item : nil } }
  }
}
