import Dashboard
import DashboardView
import RunStore

/// What the numbers of threads of a recorded run have done, over all of its sessions.
enum ThreadHistory {
  /// The most items that are read, because a summary should not take long, and the start of a run even less.
  private static let mostItems = 50_000, mostItemsAtStart = 5_000
  private static let page = 1_000

  /// Returns what the numbers of threads say about the last one; nil if there was only one, or too many items.
  static func advice(_ reader: RunReader, _ run: RunRecord) throws(RunStoreError) -> String? {
    let facts = try facts(reader, run, changes: try reader.changes(), most: mostItems)
    return facts.flatMap { Formatting().advice($0.threadAdvice, isOver: true).first }
  }

  /// Returns the number of threads that was enough; nil if that is not known.
  ///
  /// It is the last one that the automatic choice kept, or else the knee of the numbers that a user set.
  static func enough(_ reader: RunReader, _ run: RunRecord) throws(RunStoreError) -> Int? {
    let changes = try reader.changes()
    if let kept = changes.last(where: { $0.kind == .automaticThreads && $0.value != nil })?.value { return kept }
    let facts = try facts(reader, run, changes: changes, most: mostItemsAtStart)
    return facts.flatMap { ThreadAdvice.knee(of: $0.threadRates.points) }
  }

  /// Replays a run; nil if it had only one number of threads, or too many items.
  private static func facts(
    _ reader: RunReader, _ run: RunRecord, changes: [RunChange], most: Int
  ) throws(RunStoreError) -> RunFacts? {
    let threads = Set(changes.filter { $0.kind == .sessionBegan || $0.kind == .threadsChanged }.map(\.value))
    guard threads.count > 1, run.counts.done <= most else { return nil }
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
    return dashboard.live
  }
}
