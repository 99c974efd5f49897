package import Attempts
import ParallelFor
import Synchronization

/// Records a run on a thread of its own; workers hand over their records and continue.
///
/// Each record gets a sequence number, from 1 in the order of the calls, and records are committed in that order. An
/// item is done when the number of its last attempt is committed: its outcome and its whole output are in the file
/// then, and the end of the program does not lose them. A record that comes too late gets ``never``.
///
/// When writing fails, for example because the disk is full, the recorder stops for good. It drops further records, no
/// thread waits any longer, and ``problem`` says why. Earlier commits stay in the file.
package final class RunRecorder: @unchecked Sendable {
  /// The records that are not yet committed.
  package struct Backlog: Sendable, Equatable {
    package var records: Int
    /// Their size in memory, in bytes.
    package var bytes: Int
    /// The number of bytes at which calls start to wait.
    package var limit: Int
    /// The number of records that have been committed.
    package var committed = 0
  }

  /// The limits of a recorder; the default values fit any run.
  package struct Limits: Sendable {
    /// The number of bytes in the queue at which calls start to wait.
    package var queuedBytes = 4 << 20
    /// Nanoseconds between two transactions, while no thread waits and the queue is less than half full.
    package var pause: Int64 = 20_000_000

    package init() {}
  }

  /// The sequence number of a record that is not written, because recording has stopped.
  package static let never = UInt64.max

  private let file: RunFile
  /// The file that keeps attempts until they are committed; nil where it cannot exist.
  private let tail: RunTail?
  private let limits: Limits
  private let whenBroken: @Sendable (RunStoreError) -> Void
  private let committed = Atomic<UInt64>(0)

  private let monitor = Monitor()
  /// Signals an idle writer that there is work.
  private let work = Condition()
  /// Signals a resting writer to continue.
  private let hurry = Condition()
  private let room = Condition()
  private let progress = Condition()
  /// The monitor guards the following; `unchecked` avoids a second check of each access.
  @exclusivity(unchecked) private var queue: RecordBatch
  @exclusivity(unchecked) private var lastNumber: UInt64 = 0
  @exclusivity(unchecked) private var writing = Backlog(records: 0, bytes: 0, limit: 0)
  @exclusivity(unchecked) private var isHurried = false
  /// The number of threads that wait for a commit.
  @exclusivity(unchecked) private var waiting = 0
  @exclusivity(unchecked) private var isEnding = false
  @exclusivity(unchecked) private var isDiscarded = false
  @exclusivity(unchecked) private var isOver = false
  @exclusivity(unchecked) private var problemFound: RunStoreError?
  @exclusivity(unchecked) private var leftoversFound: [RunStoreError] = []

  /// Starts to record into a file.
  ///
  /// - Parameters:
  ///   - file: the file; the recorder closes it at the end.
  ///   - limits: the limits of the recorder.
  ///   - whenBroken: called once when recording is no longer possible, on the recorder's thread or on a thread that
  ///     records.
  /// - Throws: when the file cannot be written.
  package init(
    _ file: RunFile, limits: Limits = Limits(), whenBroken: @escaping @Sendable (RunStoreError) -> Void = { _ in }
  ) throws(RunStoreError) {
    self.file = file
    tail = RunTail(of: file.path, run: file.record.id)
    self.limits = limits
    // Reserve everything now: unused memory costs nothing, but growing would copy records while all threads wait.
    queue = RecordBatch(capacity: limits.queuedBytes)
    self.whenBroken = whenBroken
    let writer = UncheckedBox(try RecordWriter(file))
    guard WorkerThread.start(name: "pfor-recorder", .none, body: { self.write(with: writer.value) }) else {
      throw RunStoreError(.failed, file.path, "cannot record into it: the system cannot create a thread")
    }
  }

  package var path: String { file.path }

  /// Whether the run file is still at the path where it was created or opened.
  package var isThere: Bool { file.isThere }

  // MARK: - Handing over

  /// The size in bytes of the space in which most attempts fit.
  private static let usualRecordSize = 512

  /// Records an attempt at an item; can be called from any thread, and waits while the queue is full.
  ///
  /// - Parameters:
  ///   - item: the item.
  ///   - attempt: when, where and how the attempt ended; attempts count from 1 within this session.
  ///   - output: the standard output, or the rows of a query.
  ///   - errors: the standard error.
  ///   - isFinal: false when another attempt follows.
  ///   - isKeptAtOnce: whether the attempt survives the end of the program as soon as the call returns, which costs a
  ///     write to a file. Otherwise the end of the program loses the attempts of the last tens of milliseconds.
  /// - Returns: the sequence number of this record.
  @discardableResult
  package func record(
    _ item: RecordedItem, _ attempt: EndedAttempt, output: CapturedBytes = .bytes([]),
    errors: CapturedBytes = .bytes([]), isFinal: Bool = true, isKeptAtOnce: Bool = true
  ) -> UInt64 {
    withUnsafeTemporaryAllocation(byteCount: Self.usualRecordSize, alignment: 16) { space in
      var record = RecordBatch(in: space)
      do { try record.append(item, attempt, output: output, errors: errors, isFinal: isFinal) } catch {
        breakOff(RunStoreError(.failed, file.path, "an attempt cannot be read back for the record: \(error)"))
        return Self.never
      }
      return append(record, isKeptAtOnce: isKeptAtOnce)
    }
  }

  private func append(_ record: borrowing RecordBatch, isKeptAtOnce: Bool) -> UInt64 {
    var isKept = !isKeptAtOnce
    let number = append { queue in
      queue.append(record)
      if isKeptAtOnce, let tail { isKept = record.withBytes { tail.append($0) } ?? false }
    }
    if !isKept { _ = waitUntilCommitted(number) }
    return number
  }

  /// Records that an attempt which was recorded as an earlier one is its item's last one.
  ///
  /// - Parameters:
  ///   - place: the item's place in the run file.
  ///   - attempt: the number of the attempt within this session.
  /// - Returns: the sequence number of this record.
  @discardableResult
  package func makeFinal(_ place: ItemPlace, attempt: Int) -> UInt64 {
    append(.makeFinal(row: place.row, attempt: Int64(place.earlierAttempts + attempt)))
  }

  /// Records a change of the run as a whole.
  @discardableResult
  package func record(_ change: RunChange) -> UInt64 { append(.change(change)) }

  /// Records the number of items in the input.
  @discardableResult
  package func recordTotal(_ count: Int) -> UInt64 { append(.total(count)) }

  /// Records how many results have been delivered, from the first item on.
  @discardableResult
  package func recordDelivery(_ count: Int) -> UInt64 { append(.delivered(count)) }

  @discardableResult
  func append(_ request: RunRequest) -> UInt64 { append { $0.append(request) } }

  private func append(_ body: (inout RecordBatch) -> Void) -> UInt64 {
    monitor.withLock {
      while queue.size >= limits.queuedBytes, problemFound == nil, !isEnding { monitor.wait(for: room) }
      guard problemFound == nil, !isEnding else { return Self.never }
      body(&queue)
      lastNumber += 1
      if queue.count == 1 { work.signal() }
      if queue.size >= limits.queuedBytes / 2 { hurry.signal() }
      return lastNumber
    }
  }

  // MARK: - Waiting

  /// Why recording stopped; nil before that.
  package var problem: RunStoreError? { monitor.withLock { problemFound } }

  /// The records that are not yet committed.
  package var backlog: Backlog {
    monitor.withLock {
      Backlog(
        records: queue.count + writing.records, bytes: queue.size + writing.bytes, limit: limits.queuedBytes,
        committed: Int(committed.load(ordering: .relaxed)))
    }
  }

  /// Whether a record is committed.
  package func isCommitted(_ number: UInt64) -> Bool { committed.load(ordering: .acquiring) >= number }

  /// Waits until a record is committed.
  ///
  /// - Parameter isUrgent: whether to write to the file at once; otherwise records gather for a moment first.
  /// - Returns: why the record will never be committed, if recording has stopped; nil when it is committed.
  package func waitUntilCommitted(_ number: UInt64, isUrgent: Bool = true) -> RunStoreError? {
    if isCommitted(number) { return nil }
    return monitor.withLock {
      waiting += 1
      defer { waiting -= 1 }
      while !isCommitted(number), problemFound == nil, !isOver {
        if isUrgent { hurryUpWithLock() }
        monitor.wait(for: progress)
      }
      return isCommitted(number) ? nil : problemFound ?? closed
    }
  }

  /// The pause after a transaction, as a multiple of its duration, and how often to check during the pause whether
  /// records are piling up.
  private static let pauseShare: Int64 = 16
  private static let checks: Int64 = 8
  /// The number of records between two checks that shows that they are piling up.
  private static let manyRecords: UInt64 = 32

  /// Writes to the file at once; call it when few records will follow and a thread may wait for the last one.
  package func hurryUp() { monitor.withLock { hurryUpWithLock() } }

  private func hurryUpWithLock() {
    isHurried = true
    hurry.signal()
  }

  /// Waits until all records so far are committed.
  ///
  /// - Returns: why they will never be committed, if recording has stopped; nil when they are.
  package func flush() -> RunStoreError? {
    waitUntilCommitted(monitor.withLock { lastNumber })
  }

  /// Writes the remaining records and how the run ended, and closes the file; nothing can be recorded afterwards.
  ///
  /// Record the end of the session as a ``RunChange`` before.
  ///
  /// - Parameters:
  ///   - state: finished, or interrupted when something remains to be done.
  ///   - exitCode: the exit status of the program.
  ///   - time: the current time in nanoseconds since 1970.
  /// - Returns: why the file is incomplete; nil when it is complete.
  package func finish(_ state: RunRecord.State, exitCode: Int32, at time: Int64) -> RunStoreError? {
    append(.finish(state, exitCode: exitCode, at: time))
    return end()
  }

  /// Writes the remaining records and closes the file as if the program had been killed then.
  ///
  /// - Parameter isDiscarded: whether to remove the file if nothing was recorded in this session.
  package func end(isDiscarded: Bool = false) -> RunStoreError? {
    monitor.withLock {
      isEnding = true
      self.isDiscarded = isDiscarded && lastNumber == 0
      work.signal()
      hurry.signal()
      room.broadcast()
      while !isOver { monitor.wait(for: progress) }
      return problemFound
    }
  }

  /// The files that should have been removed and are still there; valid at the end.
  package var leftovers: [RunStoreError] { monitor.withLock { leftoversFound } }

  private var closed: RunStoreError { RunStoreError(.failed, file.path, "recording has ended") }

  // MARK: - The thread

  private func write(with writer: RecordWriter) {
    var batch = RecordBatch(capacity: limits.queuedBytes)
    var writingTime: Int64 = 0
    while take(&batch) {
      do throws(RunStoreError) {
        let begin = MonotonicClock.now
        try writer.write(batch)
        writingTime = MonotonicClock.now.nanoseconds(since: begin)
        // Publish first, so that waiting threads do not wait for the checkpoint. At the end, closing makes one anyway.
        if !publish(batch.count) { try file.checkpointIfDue() }
      } catch {
        breakOff(error)
      }
      batch.removeAll()
      pause(after: writingTime)
    }
    // If recording broke off, the tail stays: its attempts are put into the run file when the run is resumed.
    let leftover = problem == nil ? removeTail() : nil
    let problem = close()
    monitor.withLock {
      problemFound = problemFound ?? problem
      leftoversFound = file.leftovers + (leftover.map { [$0] } ?? [])
      isOver = true
      progress.broadcast()
    }
  }

  /// Removes the tail; that of an earlier session may exist although this one could not open it.
  private func removeTail() -> RunStoreError? {
    (tail ?? RunTail(of: file.path, run: file.record.id))?.remove()
  }

  private func close() -> RunStoreError? {
    guard monitor.withLock({ isDiscarded }) else { return file.close() }
    file.discard()
    return nil
  }

  /// Waits for records and takes all of them; returns false when there will be no more.
  private func take(_ batch: inout RecordBatch) -> Bool {
    monitor.withLock {
      while queue.count == 0 || problemFound != nil, !isEnding { monitor.wait(for: work) }
      guard queue.count > 0, problemFound == nil else { return false }
      swap(&queue, &batch)
      tail?.turn()
      writing = Backlog(records: batch.count, bytes: batch.size, limit: limits.queuedBytes)
      isHurried = false
      room.broadcast()
      return true
    }
  }

  /// - Returns: whether it is known that there will be no more records.
  private func publish(_ count: Int) -> Bool {
    monitor.withLock {
      committed.add(UInt64(count), ordering: .releasing)
      writing = Backlog(records: 0, bytes: 0, limit: limits.queuedBytes)
      progress.broadcast()
      return isEnding
    }
  }

  /// Lets records gather for a larger transaction; `hurry` is signalled when there are enough or one is urgent.
  private func pause(after writingTime: Int64) {
    monitor.withLock {
      // Short transactions may follow each other quickly, so that a kill loses less.
      let interval = min(limits.pause, Self.pauseShare * writingTime) / Self.checks
      var (checks, seen): (Int64, UInt64) = (0, lastNumber)
      while checks < Self.checks, !isHurried, !isEnding, queue.size < limits.queuedBytes / 2 {
        // Each check takes the processor from a worker. Where many records gather, one check is enough.
        let next = lastNumber - seen < Self.manyRecords ? 1 : Self.checks - checks
        seen = lastNumber
        monitor.wait(for: hurry, nanoseconds: interval * next)
        // When nothing more gathers, a thread may be waiting for the last record.
        if waiting > 0, lastNumber == seen, queue.count > 0 { return }
        checks += next
      }
    }
  }

  private func breakOff(_ error: RunStoreError) {
    let isFirst = monitor.withLock {
      guard problemFound == nil else { return false }
      problemFound = error
      writing = Backlog(records: 0, bytes: 0, limit: limits.queuedBytes)
      queue.removeAll()
      room.broadcast()
      progress.broadcast()
      return true
    }
    if isFirst { whenBroken(error) }
  }
}

/// Passes a value to the one thread that will use it.
private struct UncheckedBox<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}
