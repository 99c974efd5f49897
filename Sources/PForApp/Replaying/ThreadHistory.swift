import Dashboard
import DashboardView
import RunStore

/// What the numbers of threads of a recorded run have done, over all of its sessions.
enum ThreadHistory {
  /// The most items that are read, because a summary should not take long.
  private static let mostItems = 50_000
  private static let page = 1_000

  /// Returns what the numbers of threads say about the last one; nil if there was only one, or too many items.
  static func advice(_ reader: RunReader, _ run: RunRecord) throws(RunStoreError) -> String? {
    let changes = try reader.changes()
    let threads = Set(changes.filter { $0.kind == .sessionBegan || $0.kind == .threadsChanged }.map(\.value))
    guard threads.count > 1, run.counts.done <= mostItems else { return nil }
    var timeline = ReplayTimeline(run, changes)
    var dashboard = Dashboard(title: "", source: "")
    var next = 1
    while !timeline.isOver {
      while timeline.wantsItems(before: .max) {
        let items = try reader.items(from: next, limit: page)
        next = (items.last?.number ?? next) + 1
        timeline.add(items.map { ($0, []) })
      }
      for event in timeline.take(before: .max, limit: page) { dashboard.apply(event) }
    }
    return Formatting().advice(dashboard.live.threadAdvice, isOver: true).first
  }
}
