import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore

/// What one worker does with an item: the job, then keeping what came of it.
final class WorkerSession {
  private let worker: WorkerID
  private let plan: RunSession.Plan
  private let feeder: ItemFeeder
  private let delivery: ResultDelivery
  private let archive: ResultArchive?
  private let running: RunningItems?
  private let recording: RunRecording?
  private let logs: RunLogs?
  private let waits: ItemWaits
  private let words: FailureWords
  private var session: (any JobSession)?

  init(
    worker: WorkerID, plan: RunSession.Plan, feeder: ItemFeeder, delivery: ResultDelivery, archive: ResultArchive?,
    running: RunningItems?, recording: RunRecording?, logs: RunLogs?, waits: ItemWaits, words: FailureWords
  ) {
    self.worker = worker
    self.plan = plan
    self.feeder = feeder
    self.delivery = delivery
    self.archive = archive
    self.running = running
    self.recording = recording
    self.logs = logs
    self.waits = waits
    self.words = words
  }

  /// The worker's body for the run.
  var body: WorkerBody<Item, JobResult> {
    WorkerBody(run: { self.run($0, $1) }, rest: { self.session?.rest() }, close: { self.close() })
  }

  private func close() {
    recording?.workerLeft()
    session?.close()
  }

  private func run(_ item: Item, _ context: ItemContext) -> AttemptEnding<JobResult> {
    if context.attempt == 1 { feeder.taken(item) }
    running?.began(item, context.item, on: worker)
    let start = MonotonicClock.now
    var ending = perform(item, context)
    let end = MonotonicClock.now
    if context.workEnded(at: end) { ending.outcome = .timedOut }
    let kept = FinishedItem(
      id: context.item, worker: worker, attempt: context.attempt, start: start, end: end, outcome: ending.outcome,
      label: "", note: ending.note)
    if ending.outcome.failureReason != nil { words.note(context.item, ending.errors) }
    archive?.keep(
      ArchivedItem(item), kept, output: ending.output, errors: ending.errors,
      process: ending.process.map { ItemDetail.Process($0) })
    return AttemptEnding(ending.outcome, output: result(of: item, ending, kept, context), note: ending.note, end: end)
  }

  /// A session that cannot be opened fails the item, and the next one tries again.
  private func perform(_ item: Item, _ context: ItemContext) -> JobEnding {
    do {
      let session = try self.session ?? plan.job.openSession(for: worker)
      self.session = session
      return session.run(item, in: context)
    } catch {
      return JobEnding(outcome: .failed(Failure("\(error)")))
    }
  }

  /// What is delivered: of an item that is tried again, what its last attempt leaves.
  private func result(
    of item: Item, _ ending: JobEnding, _ ended: FinishedItem, _ context: ItemContext
  ) -> JobResult? {
    let isLast = context.isLastAttempt || ending.outcome == .succeeded
    let ticket = record(item, ended, ending, isLast: isLast || ending.outcome == .cancelled)
    guard delivery.isWanted, isLast else { return nil }
    let tag = plan.tags ? item.bytes : []
    var result = JobResult(tag: tag, outcome: ending.outcome, output: ending.output, errors: ending.errors)
    result.ticket = ticket
    let bytes = result.heldBytes
    if delivery.hold(bytes) {
      result.output = spilled(result.output)
      result.errors = spilled(result.errors)
      delivery.shrink(by: bytes - result.heldBytes)
    }
    return result
  }

  private func record(
    _ item: Item, _ ended: FinishedItem, _ ending: JobEnding, isLast: Bool
  ) -> RunRecorder.Ticket? {
    guard recording != nil || logs != nil else { return nil }
    let number = ended.id.number
    let place = recording?.place(of: number, isDone: ended.outcome.isSuccess) ?? ItemPlace(number: number)
    let attempt = AttemptRecord(ended, ending.process, wait: waits.wait(of: item, ended))
    if !isLast { waits.attemptFailed(ended) }
    // What a log has is recorded as a rule, so that a resumed run does not log it again.
    defer {
      logs?.attemptEnded(
        EndedAttempt(
          item: item, place: place, record: attempt, output: ending.output, errors: ending.errors, isLast: isLast))
    }
    return recording?.record(item, place, attempt, output: ending.output, errors: ending.errors, isLast: isLast)
  }

  /// A full temporary folder leaves the bytes in memory: better much memory than a lost result.
  private func spilled(_ bytes: CapturedBytes) -> CapturedBytes {
    guard bytes.memoryFootprint > 0, let all = try? bytes.read(from: 0, count: bytes.count),
      let stored = try? SpillFile.shared.store(all)
    else { return bytes }
    return stored
  }
}
