import Jobs
import ParallelFor
import RunStore
import Synchronization

/// Takes results as the run delivers them and writes them out, on a thread of its own.
final class ResultDelivery: @unchecked Sendable {
  /// Held results take at most about this much memory; what comes beyond goes to a temporary file.
  static let heldBytesLimit = 32 << 20
  /// A pause between takings in nanoseconds, so that a fast run does not wake this thread for every few results.
  private static let rest: Int64 = 2_000_000

  private let output: ByteSink?
  private let errors: ByteSink?
  private let tags: Bool
  private let recording: RunRecording?
  private let rewriting: ResultRewriting?
  private let hasLate = Atomic<Bool>(false)
  private let heldBytes = Atomic<Int>(0)
  private let isOver = Atomic<Bool>(false)
  private let lock = Lock()
  private var problemFound: ByteSink.Problem?
  /// Only for the thread that delivers.
  private var found: ByteSink.Problem?
  /// The number of the last item that was delivered.
  private var delivered = 0
  /// Whether the run can no longer be recorded, so that nothing more is published.
  private var isStopped = false

  /// - Parameters:
  ///   - output: where results go, or nil for nowhere.
  ///   - errors: where items' standard error goes, or nil for nowhere.
  ///   - tags: whether each line begins with its item.
  ///   - recording: where a result must stand before it is published; nil when nothing is recorded.
  ///   - rewriting: what puts the results in order when some came late; nil where that cannot be done.
  init(
    output: ByteSink?, errors: ByteSink?, tags: Bool = false, recording: RunRecording? = nil,
    rewriting: ResultRewriting? = nil
  ) {
    self.output = output
    self.errors = errors
    self.tags = tags
    self.recording = recording
    self.rewriting = rewriting
  }

  /// Whether a result has anywhere to go at all.
  var isWanted: Bool { output != nil || errors != nil }

  /// Whether the last result has been written out; a run is over as soon as its last results have been taken.
  var isDone: Bool { isOver.load(ordering: .acquiring) }

  /// Why results can no longer be written, if they cannot.
  var problem: ByteSink.Problem? { lock.withLock { problemFound } }

  /// The result of an attempt, held until it is delivered; nil if it has nowhere to go.
  ///
  /// When the held results take too much memory, its bytes go to a temporary file.
  func held(_ attempt: ItemAttempt, ticket: RunRecorder.Ticket?) -> JobResult? {
    guard isWanted else { return nil }
    let result = attempt.deliverable
    result.ending.outcome = attempt.ended.outcome
    if tags { result.tag = attempt.item.bytes }
    result.ticket = ticket
    let bytes = result.heldBytes
    if hold(bytes) {
      result.ending.output = Self.spilled(result.ending.output)
      result.ending.errors = Self.spilled(result.ending.errors)
      shrink(by: bytes - result.heldBytes)
    }
    return result
  }

  /// Counts one more held result; true if its bytes should not stay in memory.
  private func hold(_ bytes: Int) -> Bool {
    heldBytes.add(bytes, ordering: .relaxed).newValue > Self.heldBytesLimit && bytes > 256
  }

  /// A full temporary folder leaves the bytes in memory: better much memory than a lost result.
  private static func spilled(_ bytes: CapturedBytes) -> CapturedBytes {
    guard bytes.memoryFootprint > 0, let all = try? bytes.read(from: 0, count: bytes.count),
      let stored = try? SpillFile.shared.store(all)
    else { return bytes }
    return stored
  }

  /// Takes notice that there will be a result for an item whose result has been delivered.
  func expectLate() { hasLate.store(true, ordering: .relaxed) }

  /// Whether results of items that were tried again stand behind later ones.
  var isOutOfOrder: Bool { output != nil && rewriting == nil && hasLate.load(ordering: .relaxed) }

  /// Takes notice that the held results take this many bytes less.
  private func shrink(by bytes: Int) { heldBytes.subtract(bytes, ordering: .relaxed) }

  /// Begins to take results.
  ///
  /// - Parameters:
  ///   - run: gives the results.
  ///   - whenStuck: called once if results can no longer be written.
  ///   - whenDone: called at the end.
  /// - Throws: when the system has no thread to give.
  func start(
    from run: ParallelRun<Item, JobResult>, whenStuck: @escaping @Sendable (ByteSink.Problem) -> Void,
    whenDone: @escaping @Sendable () -> Void
  ) throws(AppError) {
    try AppThread.start("pfor-results") { [self] in
      while let batch = run.takeDelivered(replaced: { self.shrink(by: $0.heldBytes) }) {
        deliver(batch)
        report(whenStuck)
        if batch.count < 64 { run.waitUntilOver(nanoseconds: Self.rest) }
      }
      output?.finish()
      putInOrder()
      report(whenStuck)
      isOver.store(true, ordering: .releasing)
      run.waitUntilOver()
      whenDone()
    }
  }

  /// Lets writes give up when their reader has taken nothing for a number of milliseconds.
  func giveUp(after milliseconds: Int) {
    output?.giveUp(after: milliseconds)
    errors?.giveUp(after: milliseconds)
  }

  /// Publishes those results of a batch that stand in the run file; without one, all.
  private func deliver(_ batch: [(ItemID, JobResult)]) {
    var last = delivered
    for (id, result) in batch {
      // Behind a result that could not be written, the next one would stand in its place.
      guard found == nil, isKept(result) else { continue }
      deliver(result)
      if found == nil { last = max(last, id.number) }
    }
    output?.flush()
    errors?.flush()
    // What its reader did not take has not been handed on.
    if output?.problem == nil { delivered = last }
    if delivered > 0 { recording?.delivered(delivered) }
  }

  /// What came late gets its place, and so do results of earlier sessions whose items have not been read again.
  private func putInOrder() {
    let isNeeded = hasLate.load(ordering: .relaxed) || recording?.isPartlyRead ?? false
    guard let rewriting, isNeeded, problem == nil, !isStopped else { return }
    found = found ?? rewriting.run()
  }

  /// A result that is published and not recorded would be published again by a resumed run.
  private func isKept(_ result: JobResult) -> Bool {
    guard let recording, let ticket = result.ticket else { return true }
    isStopped = isStopped || !recording.waitUntilKept(ticket)
    return !isStopped
  }

  private func deliver(_ result: JobResult) {
    heldBytes.subtract(result.heldBytes, ordering: .relaxed)
    let ending = result.ending
    guard ending.outcome.isDelivered else { return }
    do {
      if let output {
        var writer = ResultWriter(sink: output)
        try writer.write(ending.output, tag: result.tag)
      }
      if let errors, ending.errors.count > 0 {
        output?.flush()
        var writer = ResultWriter(sink: errors)
        try writer.write(ending.errors, tag: result.tag)
      }
    } catch {
      found = found ?? .failed("\(error)")
    }
  }

  private func report(_ whenStuck: (ByteSink.Problem) -> Void) {
    guard problem == nil, let found = found ?? output?.problem else { return }
    lock.withLock { problemFound = found }
    whenStuck(found)
  }
}
