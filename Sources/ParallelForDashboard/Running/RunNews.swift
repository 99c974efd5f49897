import Dashboard
import DashboardView
import ParallelFor

/// Brings a dashboard up to date with its run, and collects messages for the user, each of them once.
struct RunNews {
  private static let checkInterval: Int64 = 250_000_000

  private var nextCheck: Instant?
  private var reportedProblems: Set<String> = []
  private var reportedItems: Set<ItemID> = []

  /// Applies the events and the plans since the last call. Returns whether there were any.
  func takeEvents(of watched: any WatchedRun, for dashboard: inout Dashboard, at now: Instant) -> Bool {
    let events = watched.takeEvents()
    for event in events { dashboard.apply(event) }
    dashboard.learn(watched.pastWork)
    dashboard.learn(watched.failures)
    dashboard.learn(watched.machine)
    dashboard.learn(watched.reasons)
    dashboard.observe(watched.recorder, at: now)
    let plans = watched.takePlans()
    for plan in plans { dashboard.showPlan(plan) }
    return !events.isEmpty || !plans.isEmpty
  }

  /// Returns a sentence for each new problem and each newly stopped item, and why workers wait.
  mutating func sentences(about watched: any WatchedRun, for dashboard: inout Dashboard, at now: Instant) -> [String] {
    let problems = watched.problems.filter { reportedProblems.insert($0).inserted }
    if let nextCheck, now < nextCheck { return problems }
    nextCheck = now + Self.checkInterval
    let stopped = watched.stoppedItems
    dashboard.learn(stopped)
    let connecting = watched.waitingWorkers
    dashboard.learn(connecting: connecting)
    dashboard.learn(running: watched.runningReasons, watched.serverActivity)
    dashboard.learn(watched.nodes, watched.nodeSums)
    if let limit = dashboard.live.slowLimit { dashboard.learn(watched.slowTraits(from: limit)) }
    let reasons = Set(connecting.values).sorted().map(ConnectionText.sentence)
    return problems + reasons.filter { reportedProblems.insert($0).inserted }
      + stopped.filter { reportedItems.insert($0.id).inserted }.map(StoppedText.sentence)
  }
}
