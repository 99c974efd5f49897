import Attempts
import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore

/// The growing record of a run: the workers, the feeder, the delivery and the loop add to it.
///
/// It is safe to use from any thread, except for ``decide(about:)`` and ``itemsEnded()``, which only the feeder calls.
final class RunRecording: @unchecked Sendable {
  /// The run's record from the start of this session.
  let record: RunRecord
  /// Which of the recorded items run again; nil for a new run.
  let mode: EarlierItems.Mode?
  private let isReadOnly: Bool
  private let recorder: RunRecorder
  /// Reads the records of earlier sessions; nil for a new run.
  private let reader: RunReader?
  private let earlier: EarlierItems?
  private let breaking: Breaking
  private let lock = Lock()
  /// The places in the run file of items whose numbers do not give their places.
  private var places: [Int: ItemPlace] = [:]
  private var hasItemsEnded = false

  /// Starts recording.
  ///
  /// - Parameters:
  ///   - file: a new run file, or that of a run to resume.
  ///   - name: the name by which `pfor-tui resume` finds the run.
  ///   - mode: which of the recorded items run again; nil for a new file.
  ///   - isReadOnly: whether items change nothing, so that it does no harm to run one again.
  /// - Throws: if the file cannot be used.
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

  /// The name by which `pfor-tui resume` finds the run: its name in the folder of runs, or its path.
  let name: String

  /// The path of the run file.
  var path: String { recorder.path }

  /// Whether the run file still exists.
  var isThere: Bool { recorder.isThere }

  /// The recorded attempts at an item of a resumed run, with the last one separate; nil if there are none.
  func attempts(at number: Int) -> (earlier: [EndedAttempt], last: EndedAttempt)? {
    guard let reader, let item = try? reader.item(number: number), let last = item.attempt,
      let earlier = try? reader.earlierAttempts(of: item)
    else { return nil }
    return (earlier.map(\.attempt), last)
  }

  /// The progress of the recorder.
  var lag: RecordingLag.Sample {
    let backlog = recorder.backlog
    return RecordingLag.Sample(
      written: backlog.committed, waiting: backlog.records, isFull: backlog.bytes >= backlog.limit)
  }

  /// Why the run can no longer be recorded; nil if it can.
  var problem: RunStoreError? { recorder.problem }

  /// Sets a callback that is called once when the run can no longer be recorded.
  func whenBroken(_ call: @escaping @Sendable () -> Void) { breaking.set(call) }

  /// Whether the run continues an earlier session.
  var isResumed: Bool { earlier != nil }

  /// The run's record as it is in the file now; nil if it cannot be read.
  var recordNow: RunRecord? { try? RunReader(path: path).record() }

  /// The number of failed items of earlier sessions that this session has not read.
  ///
  /// - Parameter met: the number of failed items that this session knows.
  func unmetFailures(met: Int) -> Int {
    guard isPartlyRead, recorder.flush() == nil, let counts = recordNow?.counts else { return 0 }
    return max(0, counts.unsuccessful - met)
  }

  /// The numbers of items from earlier sessions; complete when all items have been read.
  var earlierCounts: EarlierItems.Counts? { earlier?.counts }

  // MARK: - The feeder

  /// Decides what to do with the next item of a resumed run.
  func decide(about item: Item) throws(RunStoreError) -> EarlierItem {
    guard let earlier, let reader else { return .run }
    switch try earlier.next(text: item.value.recorded, fields: item.fields?.recorded) {
    case .run(let place):
      remember(place)
      return .run
    case .keep(let record):
      guard let attempt = record.attempt, let number = record.number else { return .run }
      // The user may try a failed item again.
      if !attempt.outcome.isSuccess { remember(ItemPlace(number: number, row: record.row)) }
      return .keep(
        EarlierItem.Kept(
          id: ItemID(number - 1), attempt: attempt, attempts: record.attempts,
          output: reader.bytes(.output, of: record),
          errors: reader.bytes(.errors, of: record)))
    }
  }

  private func remember(_ place: ItemPlace) {
    if place != ItemPlace(number: place.number) { lock.withLock { places[place.number] = place } }
  }

  /// Notes that all items have been read.
  func itemsEnded() throws(RunStoreError) {
    try earlier?.endOfItems()
    lock.withLock { hasItemsEnded = true }
  }

  /// Whether this is a resumed run whose items have not all been read; earlier sessions may have done the others.
  var isPartlyRead: Bool { isResumed && !lock.withLock { hasItemsEnded } }

  // MARK: - The workers

  /// A latency in nanoseconds. For briefer attempts, a write to the file would take more than a fiftieth of their time.
  private static let briefLatency: Int64 = 100_000

  /// Records an ended attempt, so that it survives a kill of the program.
  ///
  /// Brief attempts at read-only items may be lost in a kill, because they may run again.
  ///
  /// - Parameters:
  ///   - attempt: the attempt.
  ///   - place: the item's place in the run file.
  /// - Returns: the sequence number of the record to wait for before the item's result is published.
  func record(_ attempt: ItemAttempt, at place: ItemPlace) -> UInt64 {
    let (item, ending, record) = (attempt.item, attempt.ending, attempt.makeRecord())
    return recorder.record(
      RecordedItem(place, text: item.value.recorded, fields: item.fields?.recorded), record,
      output: ending.output, errors: ending.errors, isFinal: attempt.isLast,
      isKeptAtOnce: !isReadOnly || record.latency >= Self.briefLatency)
  }

  /// Records that a recorded attempt is its item's last one, although another was to follow.
  ///
  /// - Parameters:
  ///   - place: the item's place in the run file.
  ///   - attempt: the number of the attempt within this session.
  /// - Returns: the sequence number of the record to wait for before the item's result is published.
  func makeFinal(_ place: ItemPlace, attempt: Int) -> UInt64 {
    recorder.makeFinal(place, attempt: attempt)
  }

  /// Notes that a worker has left, so that the recorder writes soon: the last items have ended or are about to.
  func workerLeft() { recorder.hurryUp() }

  /// Returns an item's place in the run file.
  ///
  /// - Parameters:
  ///   - number: the item's number.
  ///   - isDone: whether the item has succeeded, so that its place is no longer needed.
  func place(of number: Int, isDone: Bool) -> ItemPlace {
    guard isResumed else { return ItemPlace(number: number) }
    return lock.withLock {
      guard let place = places[number] else { return ItemPlace(number: number) }
      if isDone { places[number] = nil }
      return place
    }
  }

  // MARK: - The delivery

  /// Waits until an attempt is in the run file; returns false if it cannot be written.
  func waitUntilKept(_ record: UInt64) -> Bool {
    recorder.waitUntilCommitted(record, isUrgent: false) == nil
  }

  /// Records how many results have been delivered.
  func delivered(_ items: Int) { recorder.recordDelivery(items) }

  /// Calls `body` with the text, the outcome and the output of every item's last attempt, in the order of the items.
  ///
  /// Waits until everything recorded so far is in the run file.
  func forEachResult(_ body: (_ text: [UInt8], _ outcome: Outcome, _ output: CapturedBytes) throws -> Void) throws {
    if let problem = recorder.flush() { throw problem }
    let reader = try RunReader(path: recorder.path)
    defer { reader.close() }
    try reader.forEachItem { (item: ItemRecord) throws in
      if let attempt = item.attempt {
        try body(item.text, attempt.outcome, reader.bytes(.output, of: item))
      } else if let last = try reader.earlierAttempts(of: item).last {
        try body(item.text, last.attempt.outcome, reader.bytes(.output, of: last))
      }
    }
  }

  // MARK: - The run as a whole

  /// Records changes of the run as a whole, and the total of items from its events.
  func note(_ changes: [RunChange], _ events: [RunEvent]) {
    for change in changes { recorder.record(change) }
    for event in events { if case .totalKnown(let count) = event.kind { recorder.recordTotal(count) } }
  }

  /// Waits until everything recorded so far is in the run file.
  ///
  /// - Returns: why that is not possible; nil on success.
  func flush() -> RunStoreError? { recorder.flush() }

  /// Writes the rest of the record and how the run ended.
  ///
  /// - Parameters:
  ///   - isWhole: whether nothing remains to be done.
  ///   - exitCode: the exit status of the program.
  ///   - time: now, in nanoseconds since 1970.
  /// - Returns: why the record is incomplete; nil if it is complete.
  func finish(isWhole: Bool, exitCode: Int32, at time: Int64) -> RunStoreError? {
    // While a reader has the file open, the recorder leaves the log of SQLite beside it.
    reader?.close()
    recorder.record(RunChange(time: time, kind: .sessionEnded, value: Int(exitCode)))
    return recorder.finish(isWhole ? .finished : .interrupted, exitCode: exitCode, at: time)
  }

  /// Ends the record of a run that could not start. Removes the file of a new run, and reports files that remain.
  func discard() {
    reader?.close()
    _ = recorder.end(isDiscarded: !isResumed)
    for leftover in leftovers { StandardError.write("pfor-tui: \(leftover)") }
  }

  /// A sentence for each file that should have been removed at the end but is still there.
  var leftovers: [String] { recorder.leftovers.map(\.description) }
}

/// What to do with an item of a resumed run.
enum EarlierItem {
  /// Run it.
  case run
  /// Keep its result, because it is done.
  case keep(Kept)

  /// A done item with its output, which is read from the run file on demand.
  struct Kept {
    var id: ItemID
    var attempt: EndedAttempt
    var attempts: Int
    var output: CapturedBytes
    var errors: CapturedBytes

    /// The item's last attempt, with its times on this session's clock.
    var finished: FinishedItem {
      let end = MonotonicClock.instant(ofWallTime: attempt.end)
      return FinishedItem(
        id: id, worker: WorkerID(attempt.worker), attempt: attempts, start: end + -attempt.latency, end: end,
        outcome: attempt.outcome, label: "", note: attempt.note)
    }
  }
}

extension ByteText {
  /// The text in the form in which it is recorded.
  var recorded: CapturedBytes {
    switch self {
    case .text(let text): .text(text)
    case .bytes(let bytes): .bytes(bytes)
    }
  }
}

extension Fields {
  /// The fields in the form in which they are recorded.
  var recorded: [UInt8] { FieldsText.encode(names: names, values: values.map { $0?.bytes }) }
}

/// Calls a callback when something happens, even if it happened before the callback was set.
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

extension RunChange {
  /// The change of the run as a whole that an event reports; nil if it reports none that is recorded.
  init?(_ event: RunEvent) {
    let (kind, value): (Kind, Int?)
    var reason: String?
    switch event.kind {
    case .runStarted(let target): (kind, value) = (.sessionBegan, target)
    case .targetWorkersChanged(let target): (kind, value) = (.threadsChanged, target)
    case .automaticThreads(let decision):
      (kind, value) = (.automaticThreads, decision?.threads)
      reason = decision?.recorded
    case .runHeld(let hold):
      (kind, value) = (.held, nil)
      reason = hold?.recorded
    case .runPaused: (kind, value) = (.paused, nil)
    case .runResumed: (kind, value) = (.resumed, nil)
    case .totalKnown, .itemsRead, .workerStarted, .workerDraining, .workerKept, .workerStopped, .runFinishing,
      .runStopping, .itemStarted, .attemptFailed, .itemInterrupted, .itemFinished, .itemRequeued, .itemsRestored,
      .haltReached, .timeBudgetSpent, .deliveryAdvanced, .runFinished:
      return nil
    }
    self.init(time: MonotonicClock.wallTime(of: event.instant), kind: kind, value: value, reason: reason)
  }
}
