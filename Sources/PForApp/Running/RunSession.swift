import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore
import Synchronization

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A run with all that belongs to it: its feeder, the writer of its results and their archive for the screen.
final class RunSession: WatchedRun, Sendable {
  let run: ParallelRun<Item, JobResult>
  let waker: Waker
  /// Every ended item, for the dashboard; nil without one.
  private let kept: ResultArchive?
  /// The items that run now, for the dashboard; nil without one.
  let running: RunningItems?
  /// What failed items said.
  let words: FailureWords
  private let job: any Job
  private let tags: Bool
  private let feeder: ItemFeeder
  private let delivery: ResultDelivery
  /// What the run is recorded by; nil for not at all.
  let recording: RunRecording?
  /// The logs that are written while the run goes on; nil for none.
  private let logs: RunLogs?
  /// Why the threads that a run needs could not be started.
  private let startProblem = Mutex<String?>(nil)
  /// What an earlier run tells; nil when nobody wants to know.
  private let past: (search: PastSearch, tracker: PastTracker)?

  /// Results wait for the run file to be written, which takes tens of milliseconds: fast items run on meanwhile.
  private static let recordedLimits = RunLimits(deliveryWindow: 65_536)

  /// Makes the run; nothing begins before ``start()``.
  ///
  /// - Parameters:
  ///   - keepsResults: whether ended items must be shown later.
  ///   - output: where results go; nil for nowhere.
  ///   - errors: where items' standard error goes; nil for nowhere.
  ///   - recording: what the run is recorded by; nil for not at all.
  ///   - logs: the logs that are written while it goes on; nil for none.
  ///   - past: looks for an earlier run of the same items; nil for not at all.
  init(
    _ plan: RunPlan, keepsResults: Bool, output: ByteSink?, errors: ByteSink?, recording: RunRecording?,
    logs: RunLogs?, past: PastSearch?
  ) throws(AppError) {
    let waker = try Waker()
    let archive = keepsResults ? try ResultArchive() : nil
    let running = keepsResults ? RunningItems() : nil
    let notesTimes = recording != nil || logs != nil
    let feeder = ItemFeeder(reader: plan.reader, recording: recording, notesTimes: notesTimes)
    let delivery = ResultDelivery(
      output: output, errors: errors, tags: plan.tags, recording: recording,
      rewriting: Self.rewriting(plan, output, recording))
    job = plan.job
    tags = plan.tags
    self.waker = waker
    kept = archive
    self.running = running
    self.feeder = feeder
    self.delivery = delivery
    self.recording = recording
    self.logs = logs
    self.past = past.map { ($0, PastTracker()) }
    let words = FailureWords()
    self.words = words
    let observers = ([words, archive, recording, logs, delivery] as [(any AttemptObserver)?]).compactMap { $0 }
    let inOrder = plan.inOrder && delivery.isWanted
    var limits = recording == nil ? RunLimits() : Self.recordedLimits
    // The archive has what failed.
    limits.keptFailures = 0
    run = ParallelRun(
      threads: plan.threads, limits: limits, policy: plan.policy, inOrder: inOrder, label: \.label
    ) { [job = plan.job] worker in
      WorkerSession(
        worker: worker, job: job,
        began: { item, context in
          if context.attempt == 1 { feeder.taken(item) }
          running?.began(item, context.item, on: worker)
        }, observers: observers, left: { recording?.workerLeft() }
      ).body
    }
  }

  /// What puts the results in order when some come late: a file can be written again, what went elsewhere has gone.
  private static func rewriting(
    _ plan: RunPlan, _ output: ByteSink?, _ recording: RunRecording?
  ) -> ResultRewriting? {
    guard let output, output.isFile, let recording, case .file(let path) = plan.destination else { return nil }
    return ResultRewriting(recording: recording, path: path, tags: plan.tags)
  }

  /// Begins to read items, to run them and to write results.
  ///
  /// When the system has no thread for that, the run stops and ``inputProblem`` says so.
  func start() {
    do { try startThreads() } catch {
      startProblem.withLock { $0 = error.description }
      run.stop(.interrupt)
      run.endInput()
    }
    if let past { past.search.start(beside: run, for: past.tracker, waker: waker) }
  }

  private func startThreads() throws(AppError) {
    try delivery.start(
      from: run,
      whenStuck: { [run, waker] _ in
        run.stop(.interrupt)
        waker.wake()
      },
      whenDone: { [waker] in waker.wake() })
    // What can no longer be recorded must not begin.
    recording?.whenBroken { [run, waker] in
      run.finish()
      waker.wake()
    }
    let (archive, tags, tracker) = (kept, tags, past?.tracker)
    try feeder.start(
      feeding: run,
      kept: {
        tracker?.kept($1.id.position)
        return Self.restore($0, $1, to: archive, tags: tags)
      }, whenFailed: { [waker] in waker.wake() })
  }

  /// What an item of an earlier session shows and delivers.
  private static func restore(_ item: Item, _ kept: EarlierItem.Kept, to archive: ResultArchive?, tags: Bool)
    -> JobResult
  {
    archive?.keep(
      ArchivedItem(item), kept.finished, output: kept.output, errors: kept.errors,
      process: ItemDetail.Process(kept.attempt))
    return JobResult(
      ending: JobEnding(outcome: kept.attempt.outcome, output: kept.output, errors: kept.errors),
      tag: tags ? item.bytes : [])
  }

  /// Whether results of items that were tried again stand behind later ones.
  var isOutOfOrder: Bool { delivery.isOutOfOrder }

  /// Whether all results have been written, or given up.
  var isDelivered: Bool { delivery.isDone || startProblem.withLock { $0 } != nil }

  /// Why results can no longer be written.
  var deliveryProblem: ByteSink.Problem? { delivery.problem ?? (isDelivered ? nil : .unread) }

  /// Why no more items could be read.
  var inputProblem: String? {
    startProblem.withLock { $0 } ?? feeder.error.map { "\($0); the items before it have run" } ?? threadProblem
      ?? recordingProblem
  }

  /// Why nobody could run the items: the system had no thread for any worker.
  private var threadProblem: String? {
    run.hasLackedThreads && run.snapshot().targetWorkers == 0 ? AppThread.noThread : nil
  }

  /// Whether the items have been read to their end.
  var hasReadAll: Bool { feeder.hasReadAll }

  /// Why the run can no longer be recorded.
  var recordingProblem: String? { recording?.problem?.description }

  /// Gives up waiting for readers of results and logs that have taken nothing for a number of milliseconds.
  func giveUpReaders(after milliseconds: Int) {
    delivery.giveUp(after: milliseconds)
    logs?.giveUp(after: milliseconds)
  }

  /// Writes what is left of the record and the logs, and how the run ended.
  ///
  /// - Parameters:
  ///   - verdict: what became of it; a log that is not whole makes it worse.
  ///   - time: now, in nanoseconds since 1970.
  func conclude(_ verdict: inout Verdict, at time: Int64) {
    if let problem = recording?.flush() { verdict.note(record: problem.description) }
    verdict.note(logs?.problems ?? [])
    logs?.changed([RunChange(time: time, kind: .sessionEnded, value: Int(verdict.exitCode))])
    logs?.finish()
    verdict.note(logs?.problems ?? [])
    let problem = recording?.finish(isWhole: verdict.isWhole, exitCode: verdict.exitCode, at: time)
    if let problem { verdict.note(record: problem.description) }
  }

  /// The logs that end before the run did.
  var failedLogs: [LogWish] { logs?.failed ?? [] }

  /// After the run: no process of ours survives.
  func end() {
    feeder.stop()
    Strays.killAll()
  }
}

// MARK: - For the loops

extension RunSession {
  var steering: any SteeredRun { run }

  var archive: (any ItemArchive)? {
    guard let kept, let recording, recording.isResumed else { return kept }
    return ResumedArchive(kept, recording)
  }

  func takeEvents() -> [RunEvent] {
    let events = run.takeEvents()
    let changes = recording == nil && logs == nil ? [] : events.compactMap { RunChange($0) }
    recording?.note(changes, events)
    logs?.changed(changes)
    past?.tracker.note(events)
    return events
  }

  func retry(_ ids: [ItemID]) -> Int {
    ids.count { id in
      guard let (item, ended) = kept?.item(id) else { return false }
      switch run.retry(ended, Item(item)) {
      case .refused: return false
      case .inPlace: return true
      case .late:
        delivery.expectLate()
        return true
      }
    }
  }

  var recorder: RecordingLag.Sample? { recording?.lag }

  var pastWork: PastWork? { past?.tracker.work }

  var problems: [String] { (kept?.problem.map { [$0] } ?? []) + (logs?.problems ?? []) }

  func suspendItems() { RunningCommands.suspend() }

  func resumeItems() { RunningCommands.resume() }

  func programGoesOn() { RunningCommands.goOnStarting() }

  var stoppedItems: [StoppedItem] {
    RunningCommands.stopped.map { StoppedItem(id: $0.item, worker: $0.worker, reason: .init(signal: $0.signal)) }
  }

  func invocation(of item: ArchivedItem, id: ItemID, worker: WorkerID) -> String {
    job.invocation(of: Item(item), id: id, worker: worker)
  }

  func running(_ item: StartedItem) -> (item: ArchivedItem, invocation: String)? {
    running?.item(item.id, on: item.worker).map {
      (ArchivedItem($0), job.invocation(of: $0, id: item.id, worker: item.worker))
    }
  }
}
