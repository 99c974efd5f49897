import Jobs
import ParallelFor

/// The work of one worker: it runs the job for each item, and then calls the observers.
final class WorkerSession {
  private let worker: WorkerID
  private let job: any Job
  private let began: (Item, ItemContext) -> Void
  private let observe: (ItemAttempt, inout AttemptNotes) -> Void
  private let left: () -> Void
  private var session: (any JobSession)?

  /// - Parameters:
  ///   - worker: the worker.
  ///   - job: the job to run for each item.
  ///   - began: called before each attempt.
  ///   - observers: called for each attempt, in this order.
  ///   - left: called when the worker leaves.
  init(
    worker: WorkerID, job: any Job, began: @escaping (Item, ItemContext) -> Void,
    observers: [any AttemptObserver], left: @escaping () -> Void
  ) {
    self.worker = worker
    self.job = job
    self.began = began
    observe = Self.chain(observers)
    self.left = left
  }

  /// The worker's body for the run.
  var body: WorkerBody<Item, JobResult> {
    var body = WorkerBody<Item, JobResult>(
      run: { self.run($0, $1) }, rest: { self.session?.rest() }, close: { self.close() })
    if job.hasConnections {
      body.readiness = WorkerReadiness(
        isReady: { self.session?.isReady ?? false }, getReady: { self.getReady(while: $0) })
    }
    body.settled = { [observe] settled in
      var notes = AttemptNotes(of: settled)
      observe(settled, &notes)
      return notes.result
    }
    return body
  }

  /// Opens the session's connection. A session that cannot even be opened makes its items fail.
  private func getReady(while isWanted: () -> Bool) {
    if session == nil { session = try? job.openSession(for: worker) }
    session?.getReady(while: isWanted)
  }

  private func close() {
    left()
    session?.close()
  }

  private func run(_ item: Item, _ context: ItemContext) -> AttemptEnding<JobResult> {
    began(item, context)
    let ending = perform(item, context)
    return AttemptEnding(
      ending.outcome, output: JobResult(ending: ending), note: ending.note, end: MonotonicClock.now,
      isLost: ending.isLost)
  }

  /// Runs the job. If its session cannot be opened, the item fails, and the next item tries to open the session again.
  private func perform(_ item: Item, _ context: ItemContext) -> JobEnding {
    do {
      let session = try self.session ?? job.openSession(for: worker)
      self.session = session
      return session.run(item, in: context)
    } catch {
      return JobEnding(outcome: .failed(Failure("\(error)")))
    }
  }

  /// Combines all observers into one call. Iterating over an array would count references that all workers share.
  private static func chain(_ observers: [any AttemptObserver]) -> (ItemAttempt, inout AttemptNotes) -> Void {
    var chain: (ItemAttempt, inout AttemptNotes) -> Void = { _, _ in }
    for observer in observers {
      chain = { [earlier = chain] attempt, notes in
        earlier(attempt, &notes)
        observer.settled(attempt, &notes)
      }
    }
    return chain
  }
}
