package import Dashboard
package import ParallelFor

/// Carries out requests on the run. It is the only caller of the run's steering.
package struct RunController {
  /// The most threads to set.
  package static let mostThreads = Dashboard.mostThreads

  /// How long a reader may take nothing once running items have been asked to end, in milliseconds.
  private static let readersPatience = 500

  private let watched: any WatchedRun
  private var plan: StopPlan
  /// Whether a signal, and not a user at the screen, asked for the end.
  private var isSignalled = false

  /// - Parameter grace: How long running items may take to end when the program must, in nanoseconds.
  package init(_ watched: any WatchedRun, grace: Int64) {
    self.watched = watched
    plan = StopPlan(grace: grace)
  }

  /// How urgently the run is asked to end: 0 not at all, 1 after running items, 2 by TERM, 3 by KILL.
  package var urgency: Int { plan.level }

  /// Why the run was made to end early, if it was.
  package var reason: StopReason? { plan.reason }

  /// Whether waiting for the end of the run no longer makes sense.
  package private(set) var isAbandoned = false

  /// Carries out a request of the dashboard.
  package mutating func carryOut(_ effect: RunEffect, at now: Instant) {
    let run = watched.steering
    switch effect {
    case .setThreads(let count): run.setThreads(min(count, Self.mostThreads))
    case .chooseThreads: run.setThreads(.automatic)
    case .pause: run.pause()
    case .resume: run.resume()
    case .finish: act(plan.asked(nil, at: now))
    case .stop(let urgency): act(plan.asked(urgency, at: now))
    case .interrupt(let id, let urgency): run.interrupt(id, urgency)
    }
  }

  /// Tries failed items again.
  ///
  /// - Returns: The number of items that will be tried again.
  package func retry(_ ids: [ItemID]) -> Int { watched.retry(ids) }

  /// Handles Ctrl-C without a dashboard.
  package mutating func interrupted(at now: Instant) {
    isSignalled = true
    act(plan.interrupted(at: now))
  }

  /// Handles a request of the system or the terminal to end the program.
  package mutating func mustEnd(_ reason: StopReason, at now: Instant) {
    isSignalled = true
    act(plan.mustEnd(reason, at: now))
  }

  /// Handles a signal to end the program now.
  package mutating func mustQuit(_ reason: StopReason, at now: Instant) { act(plan.mustQuit(reason, at: now)) }

  /// Takes the steps that are due at a time.
  ///
  /// - Parameter isIdle: Whether no item runs, so that only readers can delay an end that a signal asked for.
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
