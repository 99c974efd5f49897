import Dashboard
import Jobs
import ParallelFor
import RunStore

/// The run's record as it grows: workers, feeder, delivery and loop tell it what they do.
///
/// Safe to use from any thread, but for ``decide(about:)`` and ``itemsEnded()``, which belong to the feeder.
final class RunRecording: @unchecked Sendable {
  /// The run as it was when this session began.
  let record: RunRecord
  /// Which of the items that stood in the file then run again; nil in a new run.
  let mode: EarlierItems.Mode?
  private let isReadOnly: Bool
  private let recorder: RunRecorder
  /// Reads what earlier sessions have recorded; nil in a new run.
  private let reader: RunReader?
  private let earlier: EarlierItems?
  private let breaking: Breaking
  private let lock = Lock()
  /// Where items stand in the run file that do not stand where their numbers say.
  private var places: [Int: ItemPlace] = [:]
  private var hasItemsEnded = false

  /// Begins to record.
  ///
  /// - Parameters:
  ///   - file: a new run file, or an old one that is resumed.
  ///   - name: what the run is found by.
  ///   - mode: which of the items that stand in the file run again; nil for a new file.
  ///   - isReadOnly: whether items change nothing, so that no harm is done when one runs again.
  init(
    _ file: RunFile, name: String, resuming mode: EarlierItems.Mode?, isReadOnly: Bool
  ) throws(RunStoreError) {
    let breaking = Breaking()
    record = file.record
    self.name = name
    self.mode = mode
    self.isReadOnly = isReadOnly
    self.breaking = breaking
    let recorder = try RunRecorder(file) { _ in breaking.happened() }
    self.recorder = recorder
    do throws(RunStoreError) {
      reader = mode == nil ? nil : try RunReader(path: file.path)
      earlier = if let mode, let reader { try EarlierItems(recorder, reader, mode: mode) } else { nil }
    } catch {
      _ = recorder.end()
      throw error
    }
  }

  /// What `pfor-tui resume` finds the run by: its name in the folder of runs, or its path.
  let name: String

  /// The path of the run file.
  var path: String { recorder.path }

  /// Whether the run file has not been removed.
  var isThere: Bool { recorder.isThere }

  /// All attempts at an item that stand in the run file of a run that goes on, those before the last one apart.
  func attempts(at number: Int) -> (earlier: [AttemptRecord], last: AttemptRecord)? {
    guard let reader, let item = try? reader.item(number: number), let last = item.attempt,
      let earlier = try? reader.earlierAttempts(of: item)
    else { return nil }
    return (earlier.map(\.attempt), last)
  }

  /// How far the recorder has come.
  var lag: RecordingLag.Sample {
    let backlog = recorder.backlog
    return RecordingLag.Sample(
      written: backlog.committed, waiting: backlog.records, isFull: backlog.bytes >= backlog.limit)
  }

  /// Why the run can no longer be recorded; nil while all is well.
  var problem: RunStoreError? { recorder.problem }

  /// Sets what to do once when the run can no longer be recorded.
  func whenBroken(_ call: @escaping @Sendable () -> Void) { breaking.set(call) }

  /// Whether the run was begun in an earlier session.
  var isResumed: Bool { earlier != nil }

  /// The run as it is in the file now; nil when it cannot be read.
  var recordNow: RunRecord? { try? RunReader(path: path).record() }

  /// How many failed items an earlier session has left that this one has not met.
  ///
  /// - Parameter met: how many failed items this session knows of.
  func unmetFailures(met: Int) -> Int {
    guard isPartlyRead, recorder.flush() == nil, let counts = recordNow?.counts else { return 0 }
    return max(0, counts.unsuccessful - met)
  }

  /// What was found of earlier sessions; to be asked when the items have been read.
  var earlierCounts: EarlierItems.Counts? { earlier?.counts }

  // MARK: - The feeder

  /// What is to be done about the next item of a resumed run.
  func decide(about item: Item) throws(RunStoreError) -> EarlierItem {
    guard let earlier, let reader else { return .run }
    switch try earlier.next(text: item.value.recorded, fields: item.fields?.recorded) {
    case .run(let place):
      remember(place)
      return .run
    case .keep(let record):
      guard let attempt = record.attempt, let number = record.number else { return .run }
      // One that failed may be asked for again.
      if !attempt.outcome.isSuccess { remember(ItemPlace(number: number, row: record.row)) }
      return .keep(
        EarlierItem.Kept(
          id: ItemID(number - 1), attempt: attempt, attempts: record.attempts,
          output: CapturedBytes(RestoredBytes(reader.bytes(.output, of: record))),
          errors: CapturedBytes(RestoredBytes(reader.bytes(.errors, of: record)))))
    }
  }

  private func remember(_ place: ItemPlace) {
    if place != ItemPlace(number: place.number) { lock.withLock { places[place.number] = place } }
  }

  /// The items have been read to their end.
  func itemsEnded() throws(RunStoreError) {
    try earlier?.endOfItems()
    lock.withLock { hasItemsEnded = true }
  }

  /// Whether the run was resumed, and not all items have been read: earlier sessions may have done some of the others.
  var isPartlyRead: Bool { isResumed && !lock.withLock { hasItemsEnded } }

  // MARK: - The workers

  /// Below this latency, in nanoseconds, a write to a file would cost more than one in fifty.
  private static let briefLatency: Int64 = 100_000

  /// Records an attempt that has ended, so that the end of the program does not take it; but what only reads, and is
  /// that brief, may be asked again.
  ///
  /// - Parameters:
  ///   - attempt: the attempt.
  ///   - place: the item's place in the run file.
  /// - Returns: what to wait for before the item's result is published.
  func record(_ attempt: ItemAttempt, at place: ItemPlace) -> RunRecorder.Ticket {
    let (item, ending, record) = (attempt.item, attempt.ending, attempt.makeRecord())
    return recorder.record(
      RecordedItem(place, text: item.value.recorded, fields: item.fields?.recorded), record,
      output: ending.output.recorded, errors: ending.errors.recorded, isFinal: attempt.isLast,
      isKeptAtOnce: !isReadOnly || record.latency >= Self.briefLatency)
  }

  /// Records that a recorded attempt, which was to be followed by another, is its item's last one.
  ///
  /// - Parameters:
  ///   - place: the item's place in the run file.
  ///   - attempt: the number of the attempt within this session.
  /// - Returns: what to wait for before the item's result is published.
  func makeFinal(_ place: ItemPlace, attempt: Int) -> RunRecorder.Ticket {
    recorder.makeFinal(place, attempt: attempt)
  }

  /// A worker has left: the last items have ended, or will soon.
  func workerLeft() { recorder.hurryUp() }

  /// An item's place in the run file.
  ///
  /// - Parameter isDone: whether the item has succeeded, so that nobody will ask once more.
  func place(of number: Int, isDone: Bool) -> ItemPlace {
    guard isResumed else { return ItemPlace(number: number) }
    return lock.withLock {
      guard let place = places[number] else { return ItemPlace(number: number) }
      if isDone { places[number] = nil }
      return place
    }
  }

  // MARK: - The delivery

  /// Waits until an attempt is in the run file; false if it never will be.
  func waitUntilKept(_ ticket: RunRecorder.Ticket) -> Bool {
    recorder.waitUntilCommitted(ticket, isUrgent: false) == nil
  }

  /// Takes notice of how far results have been handed on.
  func delivered(_ items: Int) { recorder.recordDelivery(DeliveryMark(items: items)) }

  /// Calls `body` with the text, the outcome and the output of every item's last attempt, in the order of the items.
  ///
  /// Waits until all that was recorded so far is in the run file.
  func forEachResult(_ body: (_ text: [UInt8], _ outcome: Outcome, _ output: CapturedBytes) throws -> Void) throws {
    if let problem = recorder.flush() { throw problem }
    let reader = try RunReader(path: recorder.path)
    defer { reader.close() }
    try reader.forEachItem { (item: ItemRecord) throws in
      if let attempt = item.attempt {
        try body(item.text, attempt.outcome, CapturedBytes(RestoredBytes(reader.bytes(.output, of: item))))
      } else if let last = try reader.earlierAttempts(of: item).last {
        try body(item.text, last.attempt.outcome, CapturedBytes(RestoredBytes(reader.bytes(.output, of: last))))
      }
    }
  }

  // MARK: - The run as a whole

  /// Records changes of the run as a whole, and from its events how many items there are.
  func note(_ changes: [RunChange], _ events: [RunEvent]) {
    for change in changes { recorder.record(change) }
    for event in events { if case .totalKnown(let count) = event.kind { recorder.recordTotal(count) } }
  }

  /// Waits until all that was recorded so far is in the run file.
  ///
  /// - Returns: why it never will, if so.
  func flush() -> RunStoreError? { recorder.flush() }

  /// Writes what is left and how the run ended.
  ///
  /// - Parameters:
  ///   - isWhole: whether nothing remains to be done.
  ///   - exitCode: what the program exits with.
  ///   - time: now, in nanoseconds since 1970.
  /// - Returns: why the record is not whole, if so.
  func finish(isWhole: Bool, exitCode: Int32, at time: Int64) -> RunStoreError? {
    // While somebody reads the file, the recorder leaves its log beside it.
    reader?.close()
    recorder.record(RunChange(time: time, kind: .sessionEnded, value: Int(exitCode)))
    return recorder.finish(isWhole ? .finished : .interrupted, exitCode: exitCode, at: time)
  }

  /// Ends the record of a run that could not begin; a new one leaves no file, or the ``leftovers``.
  func discard() {
    reader?.close()
    _ = recorder.end(isDiscarded: !isResumed)
  }

  /// What should have been removed at the end and is still there, a sentence for each file.
  var leftovers: [String] { recorder.leftovers.map(\.description) }
}

/// What is to be done about an item of a resumed run.
enum EarlierItem {
  /// It must run.
  case run
  /// It is done.
  case keep(Kept)

  /// An item that is done, with what it wrote, which is read from the run file when it is wanted.
  struct Kept {
    var id: ItemID
    var attempt: AttemptRecord
    var attempts: Int
    var output: CapturedBytes
    var errors: CapturedBytes

    /// The item's last attempt, its times put on this session's clock.
    var finished: FinishedItem {
      let end = MonotonicClock.instant(ofWallTime: attempt.end)
      return FinishedItem(
        id: id, worker: WorkerID(attempt.worker), attempt: attempts, start: end + -attempt.latency, end: end,
        outcome: attempt.outcome, label: "", note: attempt.note)
    }
  }
}

/// Calls somebody once, even if it happened before anybody asked to be called.
private final class Breaking: @unchecked Sendable {
  private let lock = Lock()
  private var hasHappened = false
  private var call: (@Sendable () -> Void)?

  func set(_ newCall: @escaping @Sendable () -> Void) {
    let isLate = lock.withLock {
      call = newCall
      return hasHappened
    }
    if isLate { newCall() }
  }

  func happened() {
    let waiting = lock.withLock {
      hasHappened = true
      return call
    }
    waiting?()
  }
}
