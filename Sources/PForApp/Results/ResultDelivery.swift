import Attempts
import Jobs
import ParallelFor
import RunStore
import Synchronization

/// Takes results as the run delivers them and writes them, on its own thread.
final class ResultDelivery: @unchecked Sendable {
  /// About the most memory of held results, in bytes; further ones go to a temporary file.
  static let heldBytesLimit = 32 << 20
  /// A pause between two batches, so that a fast run does not wake this thread for every few results.
  private static let pause = Duration.milliseconds(2)

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
  /// The problem as the delivering thread knows it; only for that thread.
  private var found: ByteSink.Problem?
  /// The number of the last item that was delivered.
  private var delivered = 0
  /// Whether the run can no longer be recorded, so that nothing more is published.
  private var isStopped = false

  /// - Parameters:
  ///   - output: where results go; nil for nowhere.
  ///   - errors: where items' standard error goes; nil for nowhere.
  ///   - tags: whether each line begins with its item.
  ///   - recording: the run's record, which must have a result before it is published; nil if nothing is recorded.
  ///   - rewriting: puts late results in order at the end; nil if that is not possible.
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

  /// Whether results or standard error of items are written anywhere.
  var isWanted: Bool { output != nil || errors != nil }

  /// Whether the last result has been written. A run is over earlier, when its last results have been taken.
  var isDone: Bool { isOver.load(ordering: .acquiring) }

  /// Why results can no longer be written; nil if they can.
  var problem: ByteSink.Problem? { lock.withLock { problemFound } }

  /// Returns the result of an attempt, held until it is delivered; nil if results are not written.
  ///
  /// If the held results take too much memory, its bytes go to a temporary file.
  func held(_ attempt: ItemAttempt, after record: UInt64?) -> JobResult? {
    guard isWanted else { return nil }
    let result = attempt.deliverable
    result.ending.outcome = attempt.ended.outcome
    if tags { result.tag = attempt.item.bytes }
    result.record = record
    let bytes = result.heldBytes
    if hold(bytes) {
      result.ending.output = Self.spilled(result.ending.output)
      result.ending.errors = Self.spilled(result.ending.errors)
      shrink(by: bytes - result.heldBytes)
    }
    return result
  }

  /// Counts the bytes of a held result; returns whether they should go to a temporary file.
  private func hold(_ bytes: Int) -> Bool {
    heldBytes.add(bytes, ordering: .relaxed).newValue > Self.heldBytesLimit && bytes > 256
  }

  /// Moves bytes to a temporary file. If the temporary folder is full, they stay in memory, so that no result is lost.
  private static func spilled(_ bytes: CapturedBytes) -> CapturedBytes {
    guard bytes.memoryFootprint > 0, let all = try? bytes.read(from: 0, count: bytes.count),
      let stored = try? SpillFile.shared.store(all)
    else { return bytes }
    return stored
  }

  /// Notes that a second result will arrive for an item whose result has been delivered.
  func expectLate() { hasLate.store(true, ordering: .relaxed) }

  /// Whether results of items that were tried again come after results of later items.
  var isOutOfOrder: Bool { output != nil && rewriting == nil && hasLate.load(ordering: .relaxed) }

  /// Subtracts bytes that are no longer held.
  private func shrink(by bytes: Int) { heldBytes.subtract(bytes, ordering: .relaxed) }

  /// Starts to take results.
  ///
  /// - Parameters:
  ///   - run: the run that delivers the results.
  ///   - whenStuck: called once if results can no longer be written.
  ///   - whenDone: called at the end.
  /// - Throws: if the system cannot create a thread.
  func start(
    from run: ParallelRun<Item, JobResult>, whenStuck: @escaping @Sendable (ByteSink.Problem) -> Void,
    whenDone: @escaping @Sendable () -> Void
  ) throws(AppError) {
    try AppThread.start("pfor-results") { [self] in
      while let batch = run.takeDelivered(replaced: { self.shrink(by: $0.heldBytes) }) {
        deliver(batch)
        report(whenStuck)
        if batch.count < 64 { run.waitUntilOver(within: Self.pause) }
      }
      output?.finish()
      putInOrder()
      report(whenStuck)
      isOver.store(true, ordering: .releasing)
      run.waitUntilOver()
      whenDone()
    }
  }

  /// Limits how long writes wait for a reader that does not read, in milliseconds.
  func giveUp(after milliseconds: Int) {
    output?.giveUp(after: milliseconds)
    errors?.giveUp(after: milliseconds)
  }

  /// Publishes the results of a batch that are in the run file; without a run file, all of them.
  private func deliver(_ batch: [(ItemID, JobResult)]) {
    var last = delivered
    for (id, result) in batch {
      // After a result that could not be written, later results would be in the wrong place.
      guard found == nil, isKept(result) else { continue }
      deliver(result)
      if found == nil { last = max(last, id.number) }
    }
    output?.flush()
    errors?.flush()
    // Results that the reader did not get do not count as delivered.
    if output?.problem == nil { delivered = last }
    if delivered > 0 { recording?.delivered(delivered) }
  }

  /// Puts late results in their places, and results of earlier sessions whose items have not been read again.
  private func putInOrder() {
    let isNeeded = hasLate.load(ordering: .relaxed) || recording?.isPartlyRead ?? false
    guard let rewriting, isNeeded, problem == nil, !isStopped else { return }
    found = found ?? rewriting.run()
  }

  /// Waits until a result is recorded, because a resumed run would publish an unrecorded one again.
  private func isKept(_ result: JobResult) -> Bool {
    guard let recording, let record = result.record else { return true }
    isStopped = isStopped || !recording.waitUntilKept(record)
    return !isStopped
  }

  private func deliver(_ result: JobResult) {
    heldBytes.subtract(result.heldBytes, ordering: .relaxed)
    guard result.ending.outcome.isDelivered else { return }
    do {
      if let output {
        var writer = ResultWriter(sink: output)
        try writer.write(result.ending.output, tag: result.tag)
      }
      if let errors, !result.ending.errors.isEmpty {
        output?.flush()
        var writer = ResultWriter(sink: errors)
        try writer.write(result.ending.errors, tag: result.tag)
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

/// The result of one item on its way to delivery.
///
/// It is an object because it is passed on often, and copying its contents costs more than a brief query. Only one
/// thread uses it at a time.
final class JobResult: @unchecked Sendable {
  /// How the item ended, and what it wrote.
  @exclusivity(unchecked) var ending: JobEnding
  /// The text in front of each line of the item; empty without `--tag`.
  @exclusivity(unchecked) var tag: [UInt8]
  /// The sequence number of the record to wait for before the result is published; nil for none.
  @exclusivity(unchecked) var record: UInt64?
  /// The start of the attempt as recorded or logged, in nanoseconds since 1970; nil before that.
  @exclusivity(unchecked) var begin: Int64?

  init(ending: JobEnding, tag: [UInt8] = []) {
    self.ending = ending
    self.tag = tag
  }

  /// The number of bytes that the result keeps in memory until it is delivered.
  var heldBytes: Int { ending.output.memoryFootprint + ending.errors.memoryFootprint }
}
