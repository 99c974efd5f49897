import Attempts
import Jobs
import ParallelFor
import RunStore
import Synchronization

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Reads items on its own thread and offers them to the run; a second thread counts the items of a regular file.
final class ItemFeeder: @unchecked Sendable {
  /// About the most memory of items that are read ahead, in bytes.
  static let readAheadBytes = 32 << 20
  private static let batch = 512

  private let reader: ItemReader
  private let recording: RunRecording?
  private let notesTimes: Bool
  private let schedule: (@Sendable () throws -> StartSchedule)?
  private let ahead: ReadAhead
  private let isStopped = Atomic<Bool>(false)
  private let lock = Lock()
  private var problem: String?
  private var orderProblem: String?
  private var isRead = false

  /// - Parameters:
  ///   - reader: reads the items.
  ///   - recording: knows the items of earlier sessions; nil if nothing is recorded.
  ///   - notesTimes: whether to note the time at which each item was read.
  ///   - readAheadBytes: about the most memory of items that are read ahead.
  ///   - schedule: called on the feeder's thread for the order in which items start; nil for that of the input. All
  ///     items are then read before the first one starts.
  init(
    reader: ItemReader, recording: RunRecording?, notesTimes: Bool, readAheadBytes: Int = ItemFeeder.readAheadBytes,
    schedule: (@Sendable () throws -> StartSchedule)? = nil
  ) {
    ahead = ReadAhead(limit: schedule == nil ? readAheadBytes : .max)
    self.schedule = schedule
    self.reader = reader
    self.recording = recording
    self.notesTimes = notesTimes
  }

  /// Why reading ended early; nil if it did not.
  var error: String? { lock.withLock { problem } }

  /// Why items start in another order than was asked for; nil if they do not.
  var orderWarning: String? { lock.withLock { orderProblem } }

  /// Whether all items have been read.
  var hasReadAll: Bool { lock.withLock { isRead } }

  /// Starts reading.
  ///
  /// - Parameters:
  ///   - run: gets the items.
  ///   - kept: returns the result of an item that was done in an earlier session and need not run.
  ///   - whenFailed: called on the feeder's thread if not all items can be read.
  /// - Throws: if the system cannot create a thread.
  func start(
    feeding run: ParallelRun<Item, JobResult>,
    kept: @escaping @Sendable (Item, EarlierItem.Kept) -> JobResult,
    whenFailed: @escaping @Sendable () -> Void
  ) throws(AppError) {
    try AppThread.start("pfor-items") { [self] in
      do {
        try feed(run, kept)
      } catch {
        lock.withLock { problem = "\(error)" }
        whenFailed()
      }
      run.endInput()
    }
    guard case .file(let path) = reader.source, reader.source.isRegularFile else { return }
    let format = reader.format
    // Without this thread, the total becomes known when all items have been read.
    _ = WorkerThread.start(name: "pfor-count", .none) { [self] in
      let count = try? ItemCounter.count(path: path, format: format) { self.isStopped.load(ordering: .relaxed) }
      if let count { run.expectItems(count) }
    }
  }

  /// Stops the counting. The reading ends with the run.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
    ahead.end()
  }

  /// Notes that an item has started and is no longer read ahead.
  func taken(_ item: Item) { ahead.remove(item.value.count) }

  private func feed(
    _ run: ParallelRun<Item, JobResult>, _ kept: (Item, EarlierItem.Kept) -> JobResult
  ) throws {
    var schedule = try schedule?()
    while let items = try nextBatch() {
      for item in items { try schedule?.add(item) }
      if let recording, recording.isResumed {
        let entries = try items.map { try entry(of: $0, recording, kept) }
        guard run.offer(entries: entries) else { return }
      } else {
        ahead.add(items.reduce(0) { $0 + $1.value.count })
        guard run.offer(items) else { return }
      }
      // This keeps long items from filling the memory.
      ahead.waitForRoom()
    }
    if let schedule { order(run, by: schedule) }
    try recording?.itemsEnded()
    lock.withLock { isRead = true }
  }

  private func order(_ run: ParallelRun<Item, JobResult>, by schedule: StartSchedule) {
    var random = SystemRandomNumberGenerator()
    if let positions = schedule.positions(using: &random) { run.startItems(in: positions) }
    lock.withLock { orderProblem = schedule.problem }
  }

  private func nextBatch() throws -> [Item]? {
    guard var items = try reader.nextBatch(limit: Self.batch) else { return nil }
    if notesTimes {
      let now = MonotonicClock.now
      for index in items.indices { items[index].readAt = now }
    }
    return items
  }

  /// An item to run, or one that was done in an earlier session.
  private func entry(
    of item: Item, _ recording: RunRecording, _ kept: (Item, EarlierItem.Kept) -> JobResult
  ) throws -> OfferedItem<Item, JobResult> {
    switch try recording.decide(about: item) {
    case .run:
      ahead.add(item.value.count)
      return .item(item)
    case .keep(let done):
      return .done(kept(item, done), isSuccess: done.attempt.outcome.isSuccess)
    }
  }
}

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
