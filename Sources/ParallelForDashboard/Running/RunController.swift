package import Dashboard
package import ParallelFor

/// Carries out wishes on the run: the only caller of its steering.
package struct RunController {
  /// More threads than this are a slip of the hand.
  package static let mostThreads = 10_000

  /// How long a reader may take nothing once running items have been asked to end, in milliseconds.
  private static let readersPatience = 500

  private let watched: any WatchedRun
  private var plan: StopPlan
  /// Whether a signal asks for the end, and not a user at the screen.
  private var isSignalled = false

  /// - Parameter grace: how long running items may take to end when the program must, in nanoseconds.
  package init(_ watched: any WatchedRun, grace: Int64) {
    self.watched = watched
    plan = StopPlan(grace: grace)
  }

  /// Why the run was made to end early, if it was.
  package var reason: StopReason? { plan.reason }

  /// Whether waiting for the run to end makes no sense any more.
  package private(set) var isAbandoned = false

  /// Carries out what the dashboard asks of the run; false if the effect is not about the run.
  package mutating func carryOut(_ effect: Effect, at now: Instant) -> Bool {
    let run = watched.steering
    switch effect {
    case .setTargetWorkers(let count): run.setThreads(min(count, Self.mostThreads))
    case .pause: run.pause()
    case .resume: run.resume()
    case .finish: act(plan.asked(nil, at: now))
    case .stop(let urgency): act(plan.asked(urgency, at: now))
    case .interrupt(let id, let urgency): run.interrupt(id, urgency)
    case .retry, .loadDetail, .search, .scanFilter, .findFailed, .nextTheme, .redraw, .suspend, .quit: return false
    }
    return true
  }

  /// Tries items again that have failed.
  ///
  /// - Returns: how many will be.
  package func retry(_ ids: [ItemID]) -> Int { watched.retry(ids) }

  /// Ctrl-C without a dashboard.
  package mutating func interrupted(at now: Instant) {
    isSignalled = true
    act(plan.interrupted(at: now))
  }

  /// The system or the terminal wants the program to end.
  package mutating func mustEnd(_ reason: StopReason, at now: Instant) {
    isSignalled = true
    act(plan.mustEnd(reason, at: now))
  }

  /// A signal wants the program to end now.
  package mutating func mustQuit(_ reason: StopReason, at now: Instant) { act(plan.mustQuit(reason, at: now)) }

  /// Time goes by.
  ///
  /// - Parameter isIdle: whether no item runs, so that only readers can hold up an end that a signal asks for.
  package mutating func tick(at now: Instant, isIdle: Bool = false) {
    if isIdle, isSignalled { watched.giveUpReaders(after: Int(plan.grace / 1_000_000)) }
    act(plan.tick(at: now))
  }

  private mutating func act(_ steps: [StopPlan.Step]) {
    let run = watched.steering
    for step in steps {
      switch step {
      case .finish: run.finish()
      case .stop(let urgency):
        run.stop(urgency)
        watched.giveUpReaders(after: urgency == .kill ? 0 : Self.readersPatience)
      case .abandon:
        watched.giveUpReaders(after: 0)
        isAbandoned = true
      }
    }
  }
}
