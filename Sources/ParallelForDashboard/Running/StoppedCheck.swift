import Dashboard
import DashboardView
import ParallelFor

/// Checks at intervals which items' commands are stopped, and reports each item once.
struct StoppedCheck {
  private static let interval: Int64 = 250_000_000

  private var next: Instant?
  private var told: Set<ItemID> = []

  /// Checks the items if it is time.
  ///
  /// - Returns: A sentence for each newly stopped item.
  mutating func check(_ watched: any WatchedRun, for dashboard: inout Dashboard, at now: Instant) -> [String] {
    if let next, now < next { return [] }
    next = now + Self.interval
    let stopped = watched.stoppedItems
    dashboard.learn(stopped)
    return stopped.filter { told.insert($0.id).inserted }.map(StoppedText.sentence)
  }
}
