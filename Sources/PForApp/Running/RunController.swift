import Dashboard
import ParallelFor

/// Carries out wishes on the run: the only caller of its steering.
struct RunController {
  private let session: RunSession
  private var plan: StopPlan

  init(_ session: RunSession, grace: TimeSpan) {
    self.session = session
    plan = StopPlan(grace: grace.nanoseconds)
  }

  /// What the program exits with because it was made to end early.
  var exitCode: Int32? { plan.exitCode }

  /// Whether waiting for the run to end makes no sense any more.
  private(set) var isAbandoned = false

  /// Carries out what the dashboard asks of the run; false if the effect is not about the run.
  mutating func carryOut(_ effect: Effect, at now: Instant) -> Bool {
    switch effect {
    case .setTargetWorkers(let count): session.run.setThreads(min(count, ThreadCount.largest))
    case .pause: session.run.pause()
    case .resume: session.run.resume()
    case .finish: act(plan.asked(nil, at: now))
    case .stop(let urgency): act(plan.asked(urgency, at: now))
    case .interrupt(let id, let urgency): session.run.interrupt(id, urgency)
    case .loadDetail, .search, .scanFilter, .nextTheme, .redraw, .suspend, .quit: return false
    }
    return true
  }

  /// Ctrl-C without a dashboard.
  mutating func interrupted(at now: Instant) { act(plan.interrupted(at: now)) }

  /// The system wants the program to end.
  mutating func mustEnd(_ exitCode: Int32, at now: Instant) { act(plan.mustEnd(exitCode, at: now)) }

  /// Time goes by.
  mutating func tick(at now: Instant) { act(plan.tick(at: now)) }

  private mutating func act(_ steps: [StopPlan.Step]) {
    for step in steps {
      switch step {
      case .finish: session.run.finish()
      case .stop(let urgency):
        session.run.stop(urgency)
        if urgency == .kill { session.abandonDelivery() }
      case .abandon:
        session.abandonDelivery()
        isAbandoned = true
      }
    }
  }
}
