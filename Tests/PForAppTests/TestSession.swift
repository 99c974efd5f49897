import ArgumentParser
import Attempts
import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import TestSupport

@testable import PForApp

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A job that a test makes up: a function does the work for an item.
final class MadeUpJob: Job {
  let title = "made up"
  private let body: @Sendable (Item, ItemContext) -> JobEnding
  private let opening: @Sendable (WorkerID) throws -> Void

  /// - Parameters:
  ///   - opening: called when a worker opens its session.
  ///   - body: does the work for an item.
  init(
    opening: @escaping @Sendable (WorkerID) throws -> Void = { _ in },
    _ body: @escaping @Sendable (Item, ItemContext) -> JobEnding
  ) {
    self.opening = opening
    self.body = body
  }

  func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String { "\(title) \(item.text)" }

  func openSession(for worker: WorkerID) throws -> any JobSession {
    try opening(worker)
    return Session(body)
  }

  private final class Session: JobSession {
    private let body: @Sendable (Item, ItemContext) -> JobEnding

    init(_ body: @escaping @Sendable (Item, ItemContext) -> JobEnding) { self.body = body }

    func run(_ item: Item, in context: ItemContext) -> JobEnding { body(item, context) }
    func close() {}
  }
}

extension JobEnding {
  /// The ending of an item that succeeded and wrote a text.
  static func ok(_ text: String) -> JobEnding { made(.succeeded, text) }
  /// The ending of an item that failed and wrote a text.
  static func bad(_ text: String) -> JobEnding { made(.failed(Failure("exit status 1")), text) }
  /// The ending of an item that was asked to end.
  static func cut(_ text: String = "") -> JobEnding { made(.cancelled, text) }

  private static func made(_ outcome: Outcome, _ text: String) -> JobEnding {
    JobEnding(outcome: outcome, output: .text(text))
  }
}

extension Item {
  /// The item as a number; 0 if it is none.
  var number: Int { Int(text) ?? 0 }
}

/// Takes long enough for a worker to claim one item at a time.
func slowly() { for _ in 0..<3_000 { sched_yield() } }

extension ItemContext {
  /// Waits until the item is asked to end.
  func waitForCancellation() { _ = eventually { isCancelled } }
}

/// A session of the program with a made-up job. Its threads, files and record are real. It has no signals and no
/// screen.
final class TestSession {
  let session: RunSession
  let files: RunFiles
  var controller: RunController
  private(set) var dashboard: Dashboard
  /// The outcome of the run, after ``end()``.
  private(set) var result: RunResult
  /// Sees each event before the dashboard does.
  var observe: (RunEvent.Kind) -> Void = { _ in }

  var facts: RunFacts { dashboard.live }

  /// - Parameters:
  ///   - arguments: the command line, without the job.
  ///   - output: where results go instead of the file that the command line names.
  init(_ arguments: [String], job: any Job, output: ByteSink? = nil, grace: Int64 = 20_000_000) throws {
    var plan = try RunPlan(RunOptions.parse(arguments + ["--", "true"]), arguments: arguments)
    plan.job = job
    files = try RunFiles(plan, isScripted: true, environment: [:])
    session = try RunSession(
      plan, keepsResults: true, output: output ?? files.outputs.results(hasDashboard: false), errors: nil,
      recording: files.recording, logs: files.logs, past: nil)
    dashboard = Dashboard(title: plan.job.title, source: "items", slow: plan.slow)
    controller = RunController(session, grace: grace)
    result = RunResult(session, dashboard, controller)
  }

  /// A session over numbered items in a sandbox, whose results go to the file `out`; it is recorded only if `--run` is
  /// given.
  convenience init(
    _ sandbox: Sandbox, items: Int, _ options: [String] = [], output: ByteSink? = nil,
    _ body: @escaping @Sendable (Item, ItemContext) -> JobEnding
  ) throws {
    try sandbox.write((0..<items).map { "\($0 + 1)\n" }.joined(), to: "ids")
    let files = options.map { $0.hasPrefix("@") ? "\(sandbox.path)/\($0.dropFirst())" : $0 }
    let record = options.contains("--run") ? [] : ["--no-run"]
    try self.init(
      ["\(sandbox.path)/ids", "-o", "\(sandbox.path)/out"] + record + files, job: MadeUpJob(body), output: output)
  }

  /// Takes the events of the run, as a loop does.
  func takeEvents() {
    for event in session.takeEvents() {
      observe(event.kind)
      dashboard.apply(event)
    }
    _ = dashboard.takeEffects()
    controller.tick(at: MonotonicClock.now, isIdle: facts.tally.running == 0)
  }

  /// Waits for a fact; false after the deadline.
  func wait(until condition: (RunFacts) -> Bool) -> Bool {
    eventually(seconds: 120) {
      takeEvents()
      return condition(facts)
    }
  }

  /// Waits for the end of the run and concludes it.
  @discardableResult
  func end() -> RunResult {
    _ = eventually(seconds: 240) {
      takeEvents()
      return (facts.state == .done && session.isDelivered) || controller.isAbandoned
    }
    return conclude()
  }

  /// Concludes the run as it is.
  @discardableResult
  func conclude() -> RunResult {
    takeEvents()
    result = RunResult(session, dashboard, controller)
    session.conclude(&result, at: MonotonicClock.wallTime(of: MonotonicClock.now))
    // Not `session.end()`, which kills all commands of the process: other tests run some beside this one.
    return result
  }

  /// Starts the run and waits for its end.
  @discardableResult
  func run() -> RunResult {
    session.start()
    return end()
  }
}
