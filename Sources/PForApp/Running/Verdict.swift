import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard

/// What became of a run, as an exit status and, if something went wrong outside the items, a sentence.
struct Verdict: Equatable {
  var exitCode: Int32
  var problem: String?

  init(_ session: RunSession, _ dashboard: Dashboard, _ controller: RunController) {
    self.init(
      facts: dashboard.live, wish: controller.reason?.exitCode, delivery: session.deliveryProblem,
      inputError: session.inputProblem, destination: dashboard.destination ?? "standard output")
  }

  /// - Parameters:
  ///   - facts: what is known of the run.
  ///   - wish: the status for having been made to end early; counts only if something never ran or was stopped.
  ///   - delivery: why results could not be written.
  ///   - inputError: why items could not be read to their end.
  ///   - destination: where results went.
  init(facts: RunFacts, wish: Int32?, delivery: ByteSink.Problem?, inputError: String?, destination: String) {
    switch (delivery, inputError) {
    case (.closed?, _): self.init(wish ?? ExitCode.outputClosed)
    case (.failed(let reason)?, _):
      let kept = "at most the results of the items before \(facts.delivery.next) are there"
      self.init(ExitCode.couldNotRun, "\(destination): cannot be written: \(reason); \(kept)")
    case (nil, let error?): self.init(ExitCode.couldNotRun, "\(error); the items before it have run")
    case (nil, nil):
      // An item that the user stopped did not do what it should either.
      self.init((facts.hasRunAll ? nil : wish) ?? ExitCode.failures(facts.tally.unsuccessful + facts.tally.cancelled))
    }
  }

  private init(_ exitCode: Int32, _ problem: String? = nil) {
    self.exitCode = exitCode
    self.problem = problem
  }
}
