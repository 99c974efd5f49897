import ParallelFor
import Synchronization

/// Records a run as it goes, on a thread of its own: workers hand over what happened and go on.
///
/// What is handed over gets a ``Ticket``; tickets grow in the order of the calls, and what has a smaller ticket is never
/// committed later. An item is done when the ticket of its last attempt is committed: then its outcome and its whole
/// output stand in the file, and no end of the program takes them away.
///
/// When writing fails, for example because the disk is full, the recorder stops for good: what it is given is dropped,
/// nobody waits any longer, and ``problem`` says why. What was committed before stays.
public final class RunRecorder: @unchecked Sendable {
  /// The place of a record in the order of all records of this recorder.
  public struct Ticket: Sendable, Comparable {
    let value: UInt64

    /// Orders tickets as they were given out.
    public static func < (left: Ticket, right: Ticket) -> Bool { left.value < right.value }
  }

  /// What has been handed over and is not yet committed.
  public struct Backlog: Sendable, Equatable {
    /// The number of records.
    public var records: Int
    /// Their bytes in memory.
    public var bytes: Int
    /// The number of bytes from which the threads that hand over wait.
    public var limit: Int
    /// The number of records that have been committed.
    public var committed = 0
  }

  /// How the recorder works; the standard values fit a run of any kind.
  public struct Limits: Sendable {
    /// The number of bytes in the queue from which the threads that hand over wait.
    public var queuedBytes = 4 << 20
    /// Nanoseconds between two transactions, as long as nobody waits and the queue is not half full.
    public var rest: Int64 = 20_000_000

    /// Makes the standard limits.
    public init() {}
  }

  private let file: RunFile
  /// Where attempts stand until they are committed; nil where there can be no such file.
  private let tail: RunTail?
  private let limits: Limits
  private let whenBroken: @Sendable (RunStoreError) -> Void
  private let committed = Atomic<UInt64>(0)

  private let monitor = Monitor()
  /// There is work for a writer that has none.
  private let work = Condition()
  /// A writer that rests shall go on.
  private let hurry = Condition()
  private let room = Condition()
  private let progress = Condition()
  /// The following belong to the monitor, which no check of each access must do again.
  @exclusivity(unchecked) private var queue: RecordBatch
  @exclusivity(unchecked) private var lastTicket: UInt64 = 0
  @exclusivity(unchecked) private var writing = Backlog(records: 0, bytes: 0, limit: 0)
  @exclusivity(unchecked) private var isHurried = false
  /// How many threads wait for a record to be committed.
  @exclusivity(unchecked) private var waiting = 0
  @exclusivity(unchecked) private var isEnding = false
  @exclusivity(unchecked) private var isDiscarded = false
  @exclusivity(unchecked) private var isOver = false
  @exclusivity(unchecked) private var problemFound: RunStoreError?
  @exclusivity(unchecked) private var leftoversFound: [RunStoreError] = []

  /// Begins to record into a file.
  ///
  /// - Parameters:
  ///   - file: the file; the recorder closes it when it has finished.
  ///   - limits: how it works.
  ///   - whenBroken: called once, on the recorder's thread or the one that hands over, when recording is no longer
  ///     possible.
  /// - Throws: when the file cannot be written.
  public init(
    _ file: RunFile, limits: Limits = Limits(), whenBroken: @escaping @Sendable (RunStoreError) -> Void = { _ in }
  ) throws(RunStoreError) {
    self.file = file
    tail = RunTail(of: file.path, run: file.record.id)
    self.limits = limits
    // Memory costs nothing until it is used, but to move what grows is done while all wait.
    queue = RecordBatch(capacity: limits.queuedBytes)
    self.whenBroken = whenBroken
    let writer = UncheckedBox(try RecordWriter(file))
    guard WorkerThread.start(name: "pfor-recorder", .none, body: { self.write(with: writer.value) }) else {
      throw RunStoreError(.failed, file.path, "cannot be recorded into: the system has no thread to give")
    }
  }

  /// The path of the run file.
  public var path: String { file.path }

  /// Whether the run file is still where it was made or opened.
  public var isThere: Bool { file.isThere }

  // MARK: - Handing over

  /// The bytes in which most attempts can be put together.
  private static let usualRecordSize = 512

  /// Records an attempt at an item; may be called from any thread, and waits while the queue is full.
  ///
  /// - Parameters:
  ///   - item: the item.
  ///   - attempt: when, where and how it ended; attempts count from 1 within this session.
  ///   - output: what it wrote to its standard output, or its rows.
  ///   - errors: what it wrote to its standard error.
  ///   - isFinal: false when another attempt will follow.
  ///   - isKeptAtOnce: whether from the return on the end of the program must not take it, which costs a write to a
  ///     file; if not, the end of the program takes the attempts of the last tens of milliseconds.
  /// - Returns: the ticket of this record.
  @discardableResult
  public func record(
    _ item: RecordedItem, _ attempt: AttemptRecord, output: RecordedBytes = .bytes([]),
    errors: RecordedBytes = .bytes([]), isFinal: Bool = true, isKeptAtOnce: Bool = true
  ) -> Ticket {
    withUnsafeTemporaryAllocation(byteCount: Self.usualRecordSize, alignment: 16) { space in
      var record = RecordBatch(in: space)
      do { try record.append(item, attempt, output: output, errors: errors, isFinal: isFinal) } catch {
        breakOff(RunStoreError(.failed, file.path, "what should be recorded cannot be read back: \(error)"))
        return Ticket(value: .max)
      }
      return append(record, isKeptAtOnce: isKeptAtOnce)
    }
  }

  private func append(_ record: borrowing RecordBatch, isKeptAtOnce: Bool) -> Ticket {
    var isKept = !isKeptAtOnce
    let ticket = append { queue in
      queue.append(record)
      if isKeptAtOnce, let tail { isKept = record.withBytes { tail.append($0) } ?? false }
    }
    if !isKept { _ = waitUntilCommitted(ticket) }
    return ticket
  }

  /// Records that a recorded attempt which was to be followed by another is its item's last one.
  ///
  /// - Parameters:
  ///   - place: the item's place in the run file.
  ///   - attempt: the number of the attempt within this session.
  /// - Returns: the ticket of this record.
  @discardableResult
  public func makeFinal(_ place: ItemPlace, attempt: Int) -> Ticket {
    append(.makeFinal(row: place.row, attempt: Int64(place.earlierAttempts + attempt)))
  }

  /// Records a change of the run as a whole.
  @discardableResult
  public func record(_ change: RunChange) -> Ticket { append(.change(change)) }

  /// Records how many items the input holds.
  @discardableResult
  public func recordTotal(_ count: Int) -> Ticket { append(.total(count)) }

  /// Records how far results have been handed on.
  @discardableResult
  public func recordDelivery(_ mark: DeliveryMark) -> Ticket { append(.delivered(mark)) }

  @discardableResult
  func append(_ request: RunRequest) -> Ticket { append { $0.append(request) } }

  private func append(_ body: (inout RecordBatch) -> Void) -> Ticket {
    monitor.withLock {
      while queue.size >= limits.queuedBytes, problemFound == nil, !isEnding { monitor.wait(for: room) }
      guard problemFound == nil, !isEnding else { return Ticket(value: .max) }
      body(&queue)
      lastTicket += 1
      if queue.count == 1 { work.signal() }
      if queue.size >= limits.queuedBytes / 2 { hurry.signal() }
      return Ticket(value: lastTicket)
    }
  }

  // MARK: - Waiting

  /// Why recording stopped; nil while all is well.
  public var problem: RunStoreError? { monitor.withLock { problemFound } }

  /// What has been handed over and is not yet committed.
  public var backlog: Backlog {
    monitor.withLock {
      Backlog(
        records: queue.count + writing.records, bytes: queue.size + writing.bytes, limit: limits.queuedBytes,
        committed: Int(committed.load(ordering: .relaxed)))
    }
  }

  /// Whether a record is in the file.
  public func isCommitted(_ ticket: Ticket) -> Bool { committed.load(ordering: .acquiring) >= ticket.value }

  /// Waits until a record is in the file.
  ///
  /// - Parameter isUrgent: whether the file is written to at once; else records go on gathering for a moment first.
  /// - Returns: why it never will, if recording has stopped; nil when it does.
  public func waitUntilCommitted(_ ticket: Ticket, isUrgent: Bool = true) -> RunStoreError? {
    if isCommitted(ticket) { return nil }
    return monitor.withLock {
      waiting += 1
      defer { waiting -= 1 }
      while !isCommitted(ticket), problemFound == nil, !isOver {
        if isUrgent { hurryUpWithLock() }
        monitor.wait(for: progress)
      }
      return isCommitted(ticket) ? nil : problemFound ?? closed
    }
  }

  /// The pause between two transactions, as a multiple of the time that one takes, and the number of looks in it at
  /// whether records are piling up.
  private static let restShare: Int64 = 16
  private static let looks: Int64 = 8
  /// The number of records between two looks that shows that they are piling up.
  private static let manyRecords: UInt64 = 32

  /// Lets the file be written to at once: few records will follow, and somebody may wait for the last.
  public func hurryUp() { monitor.withLock { hurryUpWithLock() } }

  private func hurryUpWithLock() {
    isHurried = true
    hurry.signal()
  }

  /// Waits until all that has been handed over so far is in the file.
  ///
  /// - Returns: why it never will, if recording has stopped; nil when it does.
  public func flush() -> RunStoreError? {
    waitUntilCommitted(Ticket(value: monitor.withLock { lastTicket }))
  }

  /// Writes what is left and how the run ended, and closes the file; nothing can be recorded afterwards.
  ///
  /// That the session has ended is a ``RunChange`` to be recorded before.
  ///
  /// - Parameters:
  ///   - state: finished, or interrupted when something remains to be done.
  ///   - exitCode: what the program exits with.
  ///   - time: now, in nanoseconds since 1970.
  /// - Returns: why not all is in the file, if so.
  public func finish(_ state: RunRecord.State, exitCode: Int32, at time: Int64) -> RunStoreError? {
    append(.finish(state, exitCode: exitCode, at: time))
    return end()
  }

  /// Writes what is left and closes the file as if the program had been killed then.
  ///
  /// - Parameter isDiscarded: whether the file is removed if nothing was recorded in this session.
  public func end(isDiscarded: Bool = false) -> RunStoreError? {
    monitor.withLock {
      isEnding = true
      self.isDiscarded = isDiscarded && lastTicket == 0
      work.signal()
      hurry.signal()
      room.broadcast()
      while !isOver { monitor.wait(for: progress) }
      return problemFound
    }
  }

  /// What should have been removed beside the run file, or with it, and is still there; to be asked at the end.
  public var leftovers: [RunStoreError] { monitor.withLock { leftoversFound } }

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
        // Threads that wait for the records need not wait for the checkpoint; and at the end, closing makes one.
        if !publish(batch.count) { try file.checkpointIfDue() }
      } catch {
        breakOff(error)
      }
      batch.removeAll()
      rest(after: writingTime)
    }
    // What a recording that broke off has not committed is put into the run file when it goes on.
    let leftover = problem == nil ? removeTail() : nil
    let problem = close()
    monitor.withLock {
      problemFound = problemFound ?? problem
      leftoversFound = file.leftovers + (leftover.map { [$0] } ?? [])
      isOver = true
      progress.broadcast()
    }
  }

  /// The tail of an earlier session may be there though this one could not open it.
  private func removeTail() -> RunStoreError? {
    (tail ?? RunTail(of: file.path, run: file.record.id))?.remove()
  }

  private func close() -> RunStoreError? {
    guard monitor.withLock({ isDiscarded }) else { return file.close() }
    file.discard()
    return nil
  }

  /// Waits for records and takes all; false when there will be no more.
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

  /// Lets records gather, so that a transaction has many; hurry is signalled when there are enough or it is urgent.
  private func rest(after writingTime: Int64) {
    monitor.withLock {
      // Where transactions are short, they may be many: so that a kill takes less.
      let look = min(limits.rest, Self.restShare * writingTime) / Self.looks
      var (looks, seen): (Int64, UInt64) = (0, lastTicket)
      while looks < Self.looks, !isHurried, !isEnding, queue.size < limits.queuedBytes / 2 {
        // Each look takes the processor from a worker: where many records gather, one is enough.
        let next = lastTicket - seen < Self.manyRecords ? 1 : Self.looks - looks
        seen = lastTicket
        monitor.wait(for: hurry, nanoseconds: look * next)
        // When nothing gathers, somebody may wait for the last there is.
        if waiting > 0, lastTicket == seen, queue.count > 0 { return }
        looks += next
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

/// Hands a value to the one thread that will use it.
private struct UncheckedBox<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}
