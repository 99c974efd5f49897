import ParallelFor
import Synchronization

/// Counts the bytes of items that have been read but not started; the reader waits while there are too many.
///
/// The pool limits the number of items that are read ahead, but not their length. While the reader does not wait,
/// workers only change an atomic counter.
final class ReadAhead: Sendable {
  private let limit: Int
  private let bytes = Atomic<Int>(0)
  private let isWaiting = Atomic<Bool>(false)
  private let isOver = Atomic<Bool>(false)
  private let monitor = Monitor()
  private let room = Condition()

  /// - Parameter limit: the number of bytes above which the reader waits.
  init(limit: Int) { self.limit = limit }

  /// Adds the bytes of items that have been read.
  func add(_ count: Int) { bytes.add(count, ordering: .sequentiallyConsistent) }

  /// Removes the bytes of an item that has started; safe from any thread.
  func remove(_ count: Int) {
    let left = bytes.subtract(count, ordering: .sequentiallyConsistent).newValue
    // The reader sets `isWaiting` before it reads the count: at least one of the two threads sees the other's change.
    guard left <= limit, isWaiting.load(ordering: .sequentiallyConsistent) else { return }
    wake()
  }

  /// Waits until there is room; only for the thread that reads items.
  func waitForRoom() {
    guard !hasRoom else { return }
    monitor.withLock {
      isWaiting.store(true, ordering: .sequentiallyConsistent)
      while !hasRoom { monitor.wait(for: room) }
      isWaiting.store(false, ordering: .sequentiallyConsistent)
    }
  }

  /// Ends all waiting, because no further items start.
  func end() {
    isOver.store(true, ordering: .sequentiallyConsistent)
    wake()
  }

  private var hasRoom: Bool {
    bytes.load(ordering: .sequentiallyConsistent) <= limit || isOver.load(ordering: .sequentiallyConsistent)
  }

  private func wake() { monitor.withLock { room.signal() } }
}
