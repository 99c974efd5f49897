import Attempts
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

/// A run with its feeder, the delivery of its results and the archive for the dashboard.
final class RunSession: WatchedRun, Sendable {
  let run: ParallelRun<Item, JobResult>
  let waker: Waker
  /// All ended items, for the dashboard; nil without a dashboard.
  private let kept: ResultArchive?
  /// The items that are running, for the dashboard; nil without a dashboard.
  let running: RunningItems?
  /// Why items failed.
  let failureLog = FailureLog()
  /// Why items took their time.
  private let reasonLog = ReasonLog()
  private let nodeLog = NodeLog()
  private let traitLog = TraitLog()
  private let plans = ItemPlans()
  private let automatic: AutomaticThreads?
  /// Watches the machine; nil if nobody needs to know.
  private let watch: MachineWatch?
  /// The number of results that may wait before workers do.
  let deliveryWindow: Int
  /// The folder of runs; nil if there is none.
  private let history: RunHistory?
  private let job: any Job
  private let tags: Bool
  private let feeder: ItemFeeder
  private let delivery: ResultDelivery
  /// The run's record; nil if nothing is recorded.
  let recording: RunRecording?
  /// The logs that are written during the run; nil for none.
  private let logs: RunLogs?
  /// Why the threads that a run needs could not be started.
  private let startProblem = Mutex<String?>(nil)
  /// The search for an earlier run and what it found; nil if there is no search.
  private let past: (search: PastSearch, tracker: PastTracker)?

  /// The limits of a recorded run. A result waits tens of milliseconds until it is in the run file. The larger window
  /// lets fast items continue meanwhile.
  private static let recordedLimits = RunLimits(deliveryWindow: 65_536)

  /// What the user wants to run when the run is over.
  let doneHook: DoneHook?

  /// Creates the run; nothing starts before ``start()``.
  ///
  /// - Parameters:
  ///   - plan: the plan of the run.
  ///   - keepsResults: whether to keep ended items for the dashboard.
  ///   - output: where results go; nil for nowhere.
  ///   - errors: where items' standard error goes; nil for nowhere.
  ///   - recording: the run's record; nil if nothing is recorded.
  ///   - logs: the logs that are written during the run; nil for none.
  ///   - past: the search for an earlier run of the same items; nil for none.
  ///   - history: the folder of runs, in which an order of starts and an automatic number of threads look for an
  ///     earlier run; nil if there is none.
  /// - Throws: if the system refuses a resource that the run needs.
  init(
    _ plan: RunPlan, keepsResults: Bool, output: ByteSink?, errors: ByteSink?, recording: RunRecording?,
    logs: RunLogs?, past: PastSearch?, history: RunHistory? = nil
  ) throws(AppError) {
    let waker = try Waker()
    let archive = keepsResults ? try ResultArchive() : nil
    let running = keepsResults ? RunningItems() : nil
    let notesTimes = recording != nil || logs != nil
    let feeder = ItemFeeder(
      reader: plan.reader, recording: recording, notesTimes: notesTimes,
      schedule: Self.schedule(plan.order, recording, history))
    let delivery = ResultDelivery(
      output: output, errors: errors, tags: plan.tags, recording: recording,
      rewriting: Self.rewriting(plan, output, recording))
    let job = recording.map { plan.job.named($0.record.id) } ?? plan.job
    self.job = job
    automatic = plan.automatic
    // The dashboard shows the machine's state. In it, the user may also ask for an automatic number of threads.
    watch =
      keepsResults || plan.automatic != nil || plan.limits != MachineLimits() ? MachineWatch(plan.limits) : nil
    self.history = history
    doneHook = plan.onDone.map { DoneHook($0) }
    tags = plan.tags
    self.waker = waker
    kept = archive
    self.running = running
    self.feeder = feeder
    self.delivery = delivery
    self.recording = recording
    self.logs = logs
    self.past = past.map { ($0, PastTracker()) }
    let all: [(any AttemptObserver)?] = [
      failureLog, reasonLog, nodeLog, traitLog, archive, recording, logs, delivery,
    ]
    let observers = all.compactMap(\.self)
    let inOrder = plan.inOrder && delivery.isWanted
    var limits = recording == nil ? RunLimits() : Self.recordedLimits
    // The archive keeps the failures.
    limits.keptFailures = 0
    if plan.order != .input { limits.allowAnyOrder() }
    deliveryWindow = limits.deliveryWindow
    run = ParallelRun(
      threads: plan.threads, limits: limits, policy: plan.policy, inOrder: inOrder, label: \.label
    ) { worker in
      WorkerSession(
        worker: worker, job: job,
        began: { item, context in
          if context.attempt == 1 { feeder.taken(item) }
          running?.began(item, context.item, on: worker)
        }, observers: observers, left: { recording?.workerLeft() }
      ).body
    }
  }

  /// Returns what makes the order of starts on the feeder's thread; nil for that of the input.
  private static func schedule(
    _ order: StartOrder, _ recording: RunRecording?, _ history: RunHistory?
  ) -> (@Sendable () throws -> StartSchedule)? {
    guard order != .input else { return nil }
    return {
      guard order.needsPast, let recording else { return StartSchedule(order, past: nil) }
      return StartSchedule(order, past: try PastRun.find(for: recording, in: history)?.items())
    }
  }

  /// Returns what puts late results in order; nil unless results go to a file, because only a file can be rewritten.
  private static func rewriting(
    _ plan: RunPlan, _ output: ByteSink?, _ recording: RunRecording?
  ) -> ResultRewriting? {
    guard let output, output.isFile, let recording, case .file(let path) = plan.destination else { return nil }
    return ResultRewriting(recording: recording, path: path, tags: plan.tags)
  }

  /// Starts to read items, run them and write results.
  ///
  /// If the system cannot create the threads, the run stops and ``inputProblem`` says so.
  func start() {
    do { try startThreads() } catch {
      startProblem.withLock { $0 = error.description }
      run.stop(.interrupt)
      run.endInput()
    }
    if let past { past.search.start(beside: run, for: past.tracker, waker: waker) }
  }

  private func startThreads() throws(AppError) {
    if let automatic { run.setThreads(beginning(automatic)) }
    try watch?.start(for: run)
    try delivery.start(
      from: run,
      whenStuck: { [run, waker] _ in
        run.stop(.interrupt)
        waker.wake()
      },
      whenDone: { [waker] in waker.wake() })
    // An item that cannot be recorded must not start.
    recording?.whenBroken { [run, waker] in
      run.finish()
      waker.wake()
    }
    let (archive, tags, tracker) = (kept, tags, past?.tracker)
    try feeder.start(
      feeding: run,
      kept: { [failureLog] in
        tracker?.kept($1.id.position)
        failureLog.note($1.id, $1.attempt.outcome, $1.errors, label: $0.label)
        return Self.restore($0, $1, to: archive, tags: tags)
      }, whenFailed: { [waker] in waker.wake() })
  }

  /// Lets an automatic choice begin with the number that was enough in an earlier run of the job, if there is one.
  private func beginning(_ choice: AutomaticThreads) -> AutomaticThreads {
    guard let recording else { return choice }
    let past = recording.isResumed ? PastRun(path: recording.path) : PastRun.find(for: recording, in: history)
    return past?.enoughThreads.map { choice.beginning(with: $0) } ?? choice
  }

  /// Archives an item of an earlier session, and returns its result for delivery.
  private static func restore(_ item: Item, _ kept: EarlierItem.Kept, to archive: ResultArchive?, tags: Bool)
    -> JobResult
  {
    archive?.keep(
      ArchivedItem(item), kept.finished, output: kept.output, errors: kept.errors,
      process: kept.attempt.process, reasons: kept.attempt.reasons)
    return JobResult(
      ending: JobEnding(outcome: kept.attempt.outcome, output: kept.output, errors: kept.errors),
      tag: tags ? item.bytes : [])
  }

  /// Whether results of items that were tried again come after results of later items.
  var isOutOfOrder: Bool { delivery.isOutOfOrder }

  /// Whether delivery is over: all results have been written, or no more can be.
  var isDelivered: Bool { delivery.isDone || startProblem.withLock { $0 } != nil }

  /// Why results can no longer be written.
  var deliveryProblem: ByteSink.Problem? { delivery.problem ?? (isDelivered ? nil : .unread) }

  /// Why no more items could be read.
  var inputProblem: String? {
    startProblem.withLock { $0 } ?? feeder.error.map { "\($0); the items before it have run" } ?? threadProblem
      ?? recordingProblem
  }

  /// Why no worker could run items: the system could not create a thread for any of them.
  private var threadProblem: String? {
    run.hasLackedThreads && run.snapshot().targetWorkers == 0 ? AppThread.noThread : nil
  }

  /// Whether all items have been read.
  var hasReadAll: Bool { feeder.hasReadAll }

  /// Why the run can no longer be recorded.
  var recordingProblem: String? { recording?.problem?.description }

  /// Stops waiting for readers of results and logs that have read nothing for a number of milliseconds.
  func giveUpReaders(after milliseconds: Int) {
    delivery.giveUp(after: milliseconds)
    logs?.giveUp(after: milliseconds)
  }

  /// Writes the rest of the record and the logs, and how the run ended.
  ///
  /// - Parameters:
  ///   - result: the outcome of the run; problems with the record and the logs are added to it.
  ///   - time: now, in nanoseconds since 1970.
  func conclude(_ result: inout RunResult, at time: Int64) {
    if let problem = recording?.flush() { result.note(record: problem.description) }
    result.note(logs?.problems ?? [])
    logs?.changed([RunChange(time: time, kind: .sessionEnded, value: Int(result.exitCode))])
    logs?.finish()
    result.note(logs?.problems ?? [])
    let problem = recording?.finish(isWhole: result.isWhole, exitCode: result.exitCode, at: time)
    if let problem { result.note(record: problem.description) }
  }

  /// The logs that are incomplete.
  var failedLogs: [LogRequest] { logs?.failed ?? [] }

  /// Cleans up after the run; no process that it started survives.
  func end() {
    feeder.stop()
    job.end()
    Orphans.killAll()
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
    if let doneHook, events.contains(where: \.isEnd) { doneHook.start(run.snapshot()) }
    return events
  }

  func retry(_ ids: [ItemID]) -> Int {
    ids.count { id in
      guard let (item, ended) = kept?.item(id) else { return false }
      let reason = kept?.failureReason(of: id)
      switch run.retry(ended, Item(item)) {
      case .refused: return false
      case .inPlace: break
      case .late: delivery.expectLate()
      }
      if let reason { failureLog.forget(reason) }
      return true
    }
  }

  var failures: FailureGroups { failureLog.groups }

  var reasons: ReasonGroups { reasonLog.groups }

  var nodes: [WorkerID: String] { job.nodes }

  var nodeSums: NodeSums { nodeLog.sums }

  var runningReasons: [ItemID: Reason] { job.runningReasons }

  func slowTraits(from limit: Int64) -> [SlowTrait] { traitLog.found(from: limit) }

  var serverActivity: ServerActivity? { job.serverActivity }

  var recorder: RecordingLag.Sample? { recording?.lag }

  var pastWork: PastWork? { past?.tracker.work }

  var machine: MachineFacts { watch?.facts ?? MachineFacts() }

  var problems: [String] { [kept?.problem, feeder.orderWarning].compactMap { $0 } + (logs?.problems ?? []) }

  var suspensionProblem: String? {
    job.isRemote ? "not suspended: a stopped program cannot tell its agents that it is alive; p pauses the run" : nil
  }

  func suspendItems() { RunningCommands.suspend() }

  func resumeItems() { RunningCommands.resume() }

  func programContinues() { RunningCommands.continueStarting() }

  var stoppedItems: [StoppedItem] {
    RunningCommands.stopped.map { StoppedItem(id: $0.item, worker: $0.worker, reason: .init(signal: $0.signal)) }
  }

  var waitingWorkers: [WorkerID: String] { job.waitingWorkers }

  func invocation(of item: ArchivedItem, id: ItemID, worker: WorkerID) -> String {
    job.invocation(of: Item(item), id: id, worker: worker)
  }

  func explain(_ id: ItemID, on worker: WorkerID?, isMeasured: Bool) -> String? {
    let item = worker.flatMap { running?.item(id, on: $0) } ?? kept?.item(id).map { Item($0.item) }
    guard let item else { return "the item has not run in this session" }
    return plans.ask(job, item, id, isMeasured: isMeasured, waking: waker)
  }

  func takePlans() -> [ItemPlan] { plans.take() }

  func values(inLine line: String) -> [ItemDetail.Field] { job.rowText?.fields(of: line) ?? [] }

  func liveOutput(of item: ItemID) -> LiveOutput? {
    RunningCommands.live(item, limit: OutputText.mostBytes).map {
      LiveOutput(
        process: $0.process, output: OutputParts($0.output), errors: OutputParts($0.errors),
        used: ProcessEnding(cpu: $0.cpu, peakMemory: $0.memory))
    }
  }

  func running(_ item: StartedItem) -> (item: ArchivedItem, invocation: String)? {
    running?.item(item.id, on: item.worker).map {
      (ArchivedItem($0), job.invocation(of: $0, id: item.id, worker: item.worker))
    }
  }
}

extension RunEvent {
  /// Whether the run is over with this event.
  fileprivate var isEnd: Bool { if case .runFinished = kind { true } else { false } }
}

extension OutputParts {
  init(_ live: LiveCommand.Output) { self.init(count: live.count, head: live.head, tail: live.tail) }
}

extension StoppedItem.Reason {
  /// The reason that belongs to the signal that stopped a command.
  init(signal: Int32) {
    switch signal {
    case SIGTTIN: self = .readsTerminal
    case SIGTTOU: self = .writesTerminal
    default: self = .signal
    }
  }
}
