import Dashboard
import DashboardView
import ParallelFor

/// Looks now and then which items do not go on, and says each once.
struct StoppedLook {
  private static let interval: Int64 = 250_000_000

  private var next: Instant?
  private var told: Set<ItemID> = []

  /// Looks, if it is time.
  ///
  /// - Returns: a sentence for each item that has stopped since.
  mutating func look(at watched: any WatchedRun, for dashboard: inout Dashboard, at now: Instant) -> [String] {
    if let next, now < next { return [] }
    next = now + Self.interval
    let stopped = watched.stoppedItems
    dashboard.learn(stopped)
    return stopped.filter { told.insert($0.id).inserted }.map(StoppedText.sentence)
  }
}
