import Foundation
import Jobs
import ParallelFor
import Synchronization

/// Reads items on a thread of its own and offers them to the run; another thread counts a regular file beside it.
final class ItemFeeder: @unchecked Sendable {
  /// Items read ahead take at most about this much memory, however long they are.
  private static let readAheadBytes = 32 << 20
  private static let batch = 512

  private let reader: ItemReader
  private let bytesAhead = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let lock = Lock()
  private var problem: ItemError?

  init(reader: ItemReader) { self.reader = reader }

  /// Why reading ended early, if it did.
  var error: ItemError? { lock.withLock { problem } }

  /// Begins to read; `whenFailed` is called on the feeder's thread.
  func start(feeding run: ParallelRun<Item, JobResult>, whenFailed: @escaping @Sendable (ItemError) -> Void) {
    Thread.detachNewThread { [self] in
      feed(run, whenFailed)
      run.endInput()
    }
    guard case .file(let path) = reader.source, reader.source.isRegularFile else { return }
    let format = reader.format
    Thread.detachNewThread { [self] in
      let count = try? ItemCounter.count(path: path, format: format) { self.isStopped.load(ordering: .relaxed) }
      if let count { run.expectItems(count) }
    }
  }

  /// Ends the counting; the reading ends with the run.
  func stop() { isStopped.store(true, ordering: .relaxed) }

  /// An item has been taken out of what is read ahead.
  func taken(_ item: Item) { bytesAhead.subtract(item.value.count, ordering: .relaxed) }

  private func feed(_ run: ParallelRun<Item, JobResult>, _ whenFailed: (ItemError) -> Void) {
    do throws(ItemError) {
      while let items = try reader.nextBatch(limit: Self.batch) {
        let bytes = items.reduce(0) { $0 + $1.value.count }
        bytesAhead.add(bytes, ordering: .relaxed)
        guard run.offer(items) else { return }
        waitForRoom()
      }
    } catch {
      lock.withLock { problem = error }
      whenFailed(error)
    }
  }

  /// Long items must not fill the memory: wait until enough of them have been begun.
  private func waitForRoom() {
    while bytesAhead.load(ordering: .relaxed) > Self.readAheadBytes, !isStopped.load(ordering: .relaxed) {
      Thread.sleep(forTimeInterval: 0.002)
    }
  }
}
