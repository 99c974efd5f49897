import Attempts
import ParallelFor
import PostgreSQL

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs the queries of one worker on its connection.
final class PostgreSQLSession: JobSession {
  /// How the statements of an item ended.
  private enum Ending {
    case succeeded
    case failed(PostgreSQLError)
    case lost(PostgreSQLError)
    /// The server did not end the query in time.
    case abandoned
  }

  /// How long to wait between two attempts to connect.
  private static let backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
  /// The longest wait without asking whether the connection is still wanted, in milliseconds.
  private static let interval: Int64 = 100

  private let job: PostgreSQLJob
  private let worker: WorkerID
  private let wake = ServerWake()
  private(set) var link: PostgreSQLLink?
  private var values = ParameterValues()
  /// The statement of the item; nil if all items share a query.
  private var statement: String?
  private var output: CaptureBuffer
  private var errors: CaptureBuffer
  private var spillProblem: SpillError?
  private var rowCount = 0
  private var steps: CancelSteps
  private var cancel: SentCancel?
  private let ask: @Sendable (StopUrgency) -> Void
  private let watched: WatchedWorker

  init(_ job: PostgreSQLJob, worker: WorkerID) {
    self.job = job
    self.worker = worker
    output = CaptureBuffer(spillFile: job.spillFile)
    errors = CaptureBuffer(spillFile: job.spillFile)
    steps = CancelSteps(grace: job.grace)
    ask = { [wake] in wake?.ask($0) }
    watched = job.sampler.join(worker, prefix: job.prefix)
  }

  func close() {
    link = nil
    job.sampler.leave(worker, watched)
  }

  // MARK: - The connection

  var isReady: Bool { link?.connection.isUsable ?? false }

  func getReady(while isWanted: () -> Bool) {
    var tries = 0
    var reason = link.map { $0.connection.lastWords?.message ?? "the connection was closed" }
    link = nil
    while link == nil, isWanted() {
      if let reason { job.waits.note(worker, reason) }
      do throws(PostgreSQLError) {
        let connection = try job.connect(for: worker, while: isWanted)
        connection.notice = { [unowned self] in keep(notice: $0) }
        link = try PostgreSQLLink(
          connection, query: job.query?.text, isReadOnly: job.isReadOnly, while: isWanted)
      } catch {
        tries += 1
        reason = error.message
        job.waits.note(worker, error.message)
        pause(Self.backoff.delay(after: tries, of: worker.slot), while: isWanted)
      }
    }
    job.waits.note(worker, nil)
  }

  private func pause(_ nanoseconds: Int64, while isWanted: () -> Bool) {
    var left = nanoseconds / 1_000_000
    while left > 0, isWanted() {
      poll(nil, 0, Int32(min(left, Self.interval)))
      left -= Self.interval
    }
  }

  // MARK: - Items

  func run(_ item: Item, in context: ItemContext) -> JobEnding {
    guard let wake, let link else {
      return JobEnding(outcome: .failed(Failure(wake == nil ? "no free descriptors" : "there is no connection")))
    }
    do throws(Failure) {
      try bind(item)
    } catch {
      return JobEnding(outcome: .failed(error))
    }
    wake.forget()
    steps = CancelSteps(grace: job.grace)
    errors.reset()
    context.onCancel(ask)
    let start = MonotonicClock.now
    watched.began(context.item)
    var ending = perform(link, wake)
    var used = link
    if case .lost(let error) = ending, error.hasEndedIdleSession, rowCount == 0, let fresh = reconnect(wake) {
      used = fresh
      ending = perform(fresh, wake)
    }
    let note = settle(used, ending, wake)
    if case .succeeded = ending, steps.wasAsked { context.workEndedByItself() }
    var result = finish(ending, note)
    if let samples = watched.ended() {
      result.reasons = samples.reasons(latency: MonotonicClock.now.nanoseconds(since: start))
    }
    return result
  }

  private func bind(_ item: Item) throws(Failure) {
    values.removeAll()
    guard job.query != nil else {
      do throws(JobError) { statement = try StatementItem.text(of: item) } catch { throw Failure(error.description) }
      return
    }
    try job.bind(item, to: &values)
  }

  /// Connects again for an item whose query the server never read, because it ended the idle session at that moment.
  ///
  /// - Returns: nil if the item was asked to end before there was a connection.
  private func reconnect(_ wake: ServerWake) -> PostgreSQLLink? {
    guard !steps.wasAsked else { return nil }
    getReady(while: { wake.asked == nil })
    if let urgency = wake.asked { _ = steps.asked(urgency, at: MonotonicClock.now) }
    return steps.wasAsked ? nil : link
  }

  /// Runs the query, a second time if it had to be prepared again.
  private func perform(_ link: PostgreSQLLink, _ wake: ServerWake) -> Ending {
    let ending = performOnce(link, wake)
    guard case .failed(let error) = ending, rowCount == 0, !steps.wasAsked, link.forgetPreparation(after: error) else {
      return ending
    }
    guard rollBack(link) else { return ending }
    return performOnce(link, wake)
  }

  private func performOnce(_ link: PostgreSQLLink, _ wake: ServerWake) -> Ending {
    rowCount = 0
    if let statement { link.sendOnce(statement) } else { link.send(&values) }
    var failure: PostgreSQLError?
    while true {
      if heed(wake, link) { return .abandoned }
      switch link.connection.next() {
      case .none:
        let patience = steps.wasAsked ? steps.patience(at: MonotonicClock.now) : -1
        if link.connection.wait(or: wake.descriptor, milliseconds: patience) == .wake { wake.clear() }
      case .row(let row): keep(row, link)
      case .done: link.statementEnded()
      case .failed(let error): failure = failure ?? error
      case .lost(let error): return .lost(failure ?? error)
      case .end: return failure.map { .failed($0) } ?? .succeeded
      }
    }
  }

  /// Passes a request to end the item on to the server. Returns whether the time for it is over.
  private func heed(_ wake: ServerWake, _ link: PostgreSQLLink) -> Bool {
    guard let urgency = wake.asked else { return false }
    let now = MonotonicClock.now
    if steps.asked(urgency, at: now) { cancel = SentCancel(link.cancel, waking: wake) }
    return steps.isOver(at: now)
  }

  private func keep(_ row: PostgreSQLRow, _ link: PostgreSQLLink) {
    rowCount += 1
    keep { (output, _) throws(SpillError) in try output.extend { link.write(row, as: job.rows, to: &$0) } }
  }

  private func keep(notice: String) {
    keep { (_, errors) throws(SpillError) in try errors.extend { $0.append(contentsOf: notice.utf8) } }
  }

  private func keep(_ body: (inout CaptureBuffer, inout CaptureBuffer) throws(SpillError) -> Void) {
    guard spillProblem == nil, !steps.wasAsked else { return }
    do throws(SpillError) { try body(&output, &errors) } catch { spillProblem = error }
  }

  // MARK: - After an item

  /// Prepares the connection for the next item, or closes it.
  ///
  /// - Returns: a remark for the user.
  private func settle(_ link: PostgreSQLLink, _ ending: Ending, _ wake: ServerWake) -> String? {
    let request = cancel.take()
    switch ending {
    case .abandoned:
      self.link = nil
      return "query \(link.connection.backend) may still run on the server"
    case .lost:
      self.link = nil
      return nil
    case .succeeded, .failed: break
    }
    if let request, !isPast(request, wake) || link.isPooled { self.link = nil }
    guard self.link != nil, !link.connection.isOutsideTransaction else { return nil }
    if !rollBack(link) { self.link = nil }
    guard case .succeeded = ending else { return nil }
    return StatementItem.leftTransaction
  }

  /// Waits until a request to cancel can hit no later query. Returns false if that takes too long.
  private func isPast(_ request: SentCancel, _ wake: ServerWake) -> Bool {
    while !request.isOver {
      let now = MonotonicClock.now
      if steps.isOver(at: now) { return false }
      var state = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&state, 1, steps.patience(at: now)) > 0 { wake.clear() }
    }
    return true
  }

  /// Ends a transaction. Returns whether that worked within the grace time.
  private func rollBack(_ link: PostgreSQLLink) -> Bool {
    let end = MonotonicClock.now + job.grace
    link.connection.sendOnce("ROLLBACK")
    link.connection.sendEnd()
    do throws(PostgreSQLError) {
      try link.connection.finish(while: { MonotonicClock.now < end })
      return true
    } catch {
      return false
    }
  }

  private func finish(_ ending: Ending, _ note: String?) -> JobEnding {
    defer {
      output.reset()
      errors.reset()
      spillProblem = nil
    }
    do throws(SpillError) {
      if let spillProblem { throw spillProblem }
      switch ending {
      case .succeeded:
        return JobEnding(outcome: .succeeded, output: try output.finish(), errors: try errors.finish(), note: note)
      case .abandoned: return JobEnding(outcome: .cancelled, errors: try errors.finish(), note: note)
      case .failed(let error) where steps.wasAsked && error.isCancelled:
        return JobEnding(outcome: .cancelled, errors: try errors.finish(), note: note)
      case .lost where steps.wasAsked: return JobEnding(outcome: .cancelled, errors: try errors.finish(), note: note)
      case .failed(let error):
        try errors.extend { $0.append(contentsOf: error.details.utf8) }
        return JobEnding(outcome: .failed(Failure(Self.words(error))), errors: try errors.finish(), note: note)
      case .lost(let error):
        try errors.extend { $0.append(contentsOf: error.details.utf8) }
        return JobEnding(
          outcome: .failed(Failure("the connection was lost: \(error.message)")), errors: try errors.finish())
      }
    } catch {
      return JobEnding(outcome: .failed(Failure(error.description)))
    }
  }

  private static func words(_ error: PostgreSQLError) -> String {
    error.isForbiddenWrite ? "\(error.message); add --write to allow that" : error.message
  }
}
