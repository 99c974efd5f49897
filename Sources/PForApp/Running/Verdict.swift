import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard

/// What became of a run, as an exit status and, if something went wrong outside the items, a sentence.
struct Verdict: Equatable {
  var exitCode: Int32
  var problem: String?
  /// Whether nothing remains to be done: every item has come to its end, and every result is where it belongs.
  var isWhole = false

  init(_ session: RunSession, _ dashboard: Dashboard, _ controller: RunController) {
    self.init(
      facts: dashboard.live, wish: controller.reason?.exitCode, delivery: session.deliveryProblem,
      inputError: session.inputProblem, recording: session.recordingProblem,
      unmetFailures: session.recording?.unmetFailures(met: dashboard.live.tally.unsuccessful) ?? 0,
      destination: dashboard.destination ?? "standard output")
    isWhole =
      dashboard.live.hasRunAll && dashboard.live.tally.cancelled == 0 && session.hasReadAll && problem == nil
      && session.deliveryProblem == nil
  }

  /// - Parameters:
  ///   - facts: what is known of the run.
  ///   - wish: the status for having been made to end early; counts only if something never ran or was stopped.
  ///   - delivery: why results could not be written.
  ///   - inputError: why items could not be read to their end.
  ///   - recording: why the run could no longer be recorded.
  ///   - unmetFailures: how many items failed in an earlier session and were not met by this one.
  ///   - destination: where results went.
  init(
    facts: RunFacts, wish: Int32?, delivery: ByteSink.Problem?, inputError: String?, recording: String? = nil,
    unmetFailures: Int = 0, destination: String
  ) {
    if let recording {
      self.init(ExitCode.couldNotRun, "\(recording); no further item was begun, and what is recorded is not lost")
      return
    }
    switch (delivery, inputError) {
    case (.closed?, _): self.init(wish ?? ExitCode.outputClosed)
    case (let problem?, _):
      let kept = "at most the results of the items before \(facts.delivery.next) are there"
      let status = problem == .unread ? wish : nil
      self.init(status ?? ExitCode.couldNotRun, "\(destination): cannot be written: \(problem.words); \(kept)")
    case (nil, let error?): self.init(ExitCode.couldNotRun, error)
    case (nil, nil) where facts.isOutOfTime: self.init(ExitCode.outOfTime)
    case (nil, nil):
      self.init((facts.hasRunAll ? nil : wish) ?? ExitCode.failures(Self.failures(facts) + unmetFailures))
    }
  }

  /// An item that the user stopped did not do what it should. One that the run's policy stopped may well have.
  private static func failures(_ facts: RunFacts) -> Int {
    facts.tally.unsuccessful + facts.tally.cancelled - (facts.halted == nil ? 0 : facts.stoppedWithRun)
  }

  /// Takes notice of logs that could not be written to their end. This does not change the run's outcome, but the logs are
  /// not whole.
  mutating func note(_ logProblems: [String]) {
    guard let first = logProblems.first else { return }
    problem = problem ?? first
    if exitCode == ExitCode.success { exitCode = ExitCode.couldNotRun }
  }

  /// Takes notice of a record that is not whole, which showed only after the last item.
  mutating func note(record recordProblem: String) {
    (exitCode, isWhole) = (ExitCode.couldNotRun, false)
    problem = problem ?? "\(recordProblem); the record of this run is not whole"
  }

  private init(_ exitCode: Int32, _ problem: String? = nil) {
    self.exitCode = exitCode
    self.problem = problem
  }
}
