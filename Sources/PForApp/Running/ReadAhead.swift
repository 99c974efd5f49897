import ParallelFor
import Synchronization

/// How many bytes of items have been read and not begun; the reader waits while there are too many.
///
/// The pool limits how many items are read ahead, not how long they are. Workers touch an atomic count alone, as long as
/// the reader does not wait.
final class ReadAhead: Sendable {
  private let limit: Int
  private let bytes = Atomic<Int>(0)
  private let isWaiting = Atomic<Bool>(false)
  private let isOver = Atomic<Bool>(false)
  private let monitor = Monitor()
  private let room = Condition()

  /// - Parameter limit: from more bytes than this on, the reader waits.
  init(limit: Int) { self.limit = limit }

  /// Items with a number of bytes have been read.
  func add(_ count: Int) { bytes.add(count, ordering: .sequentiallyConsistent) }

  /// An item with a number of bytes has begun; from any thread.
  func remove(_ count: Int) {
    let left = bytes.subtract(count, ordering: .sequentiallyConsistent).newValue
    // The reader says that it waits before it looks at the count: one of the two threads sees the other.
    guard left <= limit, isWaiting.load(ordering: .sequentiallyConsistent) else { return }
    wake()
  }

  /// Waits until there are few enough bytes; for the one thread that reads.
  func waitForRoom() {
    guard !hasRoom else { return }
    monitor.withLock {
      isWaiting.store(true, ordering: .sequentiallyConsistent)
      while !hasRoom { monitor.wait(for: room) }
      isWaiting.store(false, ordering: .sequentiallyConsistent)
    }
  }

  /// Nobody begins items any more, so that nobody waits.
  func end() {
    isOver.store(true, ordering: .sequentiallyConsistent)
    wake()
  }

  private var hasRoom: Bool {
    bytes.load(ordering: .sequentiallyConsistent) <= limit || isOver.load(ordering: .sequentiallyConsistent)
  }

  private func wake() { monitor.withLock { room.signal() } }
}
