/// Feeds a sequence to a run on a thread of its own.
enum Feeder {
  private static let batch = 256
  /// A batch that is not full is offered after this time, in nanoseconds.
  private static let patience: Int64 = 50_000

  static func start<Items: Sequence & Sendable, Output>(_ items: Items, _ run: ParallelRun<Items.Element, Output>)
  where Items.Element: Sendable {
    _ = WorkerThread.start(name: "pfor-feed", isVital: true) { feed(items, run) }
  }

  private static func feed<Items: Sequence, Output>(_ items: Items, _ run: ParallelRun<Items.Element, Output>) {
    var batch: [Items.Element] = []
    var since = MonotonicClock.now
    for item in items {
      batch.append(item)
      guard batch.count >= Self.batch || MonotonicClock.now.nanoseconds(since: since) > patience else { continue }
      guard run.offer(batch) else { return }
      batch.removeAll(keepingCapacity: true)
      since = MonotonicClock.now
    }
    if !batch.isEmpty { run.offer(batch) }
    run.endInput()
  }
}
