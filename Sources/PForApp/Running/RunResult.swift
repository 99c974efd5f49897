import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard

/// The outcome of a run: its exit status and, if something outside the items went wrong, a sentence about that.
struct RunResult: Equatable {
  var exitCode: Int32
  var problem: String?
  /// Whether nothing remains to be done: every item has ended, and every result has been written in its place.
  var isWhole = false

  init(_ session: RunSession, _ dashboard: Dashboard, _ controller: RunController) {
    self.init(
      facts: dashboard.live, requested: controller.reason?.exitCode, delivery: session.deliveryProblem,
      inputError: session.inputProblem, recording: session.recordingProblem,
      unmetFailures: session.recording?.unmetFailures(met: dashboard.live.tally.unsuccessful) ?? 0,
      destination: dashboard.destination ?? "standard output")
    isWhole =
      dashboard.live.hasRunAll && dashboard.live.tally.cancelled == 0 && session.hasReadAll && problem == nil
      && session.deliveryProblem == nil
  }

  /// - Parameters:
  ///   - facts: what is known about the run.
  ///   - requested: the status for a run that was told to end early; used only if items never ran or were stopped.
  ///   - delivery: why results could not be written.
  ///   - inputError: why not all items could be read.
  ///   - recording: why the run could no longer be recorded.
  ///   - unmetFailures: the number of items that failed in an earlier session and that this session has not read.
  ///   - destination: where results went.
  init(
    facts: RunFacts, requested: Int32?, delivery: ByteSink.Problem?, inputError: String?, recording: String? = nil,
    unmetFailures: Int = 0, destination: String
  ) {
    if let recording {
      self.init(ExitCode.couldNotRun, "\(recording); no further items were started, and all recorded items are kept")
      return
    }
    switch (delivery, inputError) {
    case (.closed?, _): self.init(requested ?? ExitCode.outputClosed)
    case (let problem?, _):
      let kept = "at most the results of the items before \(facts.delivery.next) were written"
      let status = problem == .unread ? requested : nil
      self.init(status ?? ExitCode.couldNotRun, "\(destination): cannot be written: \(problem.words); \(kept)")
    case (nil, let error?): self.init(ExitCode.couldNotRun, error)
    case (nil, nil) where facts.isOutOfTime: self.init(ExitCode.outOfTime)
    case (nil, nil):
      self.init((facts.hasRunAll ? nil : requested) ?? ExitCode.failures(Self.failures(facts) + unmetFailures))
    }
  }

  /// The number of failures. Items that the user stopped count as failed; items that the run's policy stopped do not.
  private static func failures(_ facts: RunFacts) -> Int {
    facts.tally.unsuccessful + facts.tally.cancelled - (facts.halted == nil ? 0 : facts.stoppedWithRun)
  }

  /// Notes that logs are incomplete. A successful run then exits with 255.
  mutating func note(_ logProblems: [String]) {
    guard let first = logProblems.first else { return }
    problem = problem ?? first
    if exitCode == ExitCode.success { exitCode = ExitCode.couldNotRun }
  }

  /// Notes that the record is incomplete, which became known only after the last item.
  mutating func note(record recordProblem: String) {
    (exitCode, isWhole) = (ExitCode.couldNotRun, false)
    problem = problem ?? "\(recordProblem); the record of this run is incomplete"
  }

  private init(_ exitCode: Int32, _ problem: String? = nil) {
    self.exitCode = exitCode
    self.problem = problem
  }
}
