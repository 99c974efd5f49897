/// Feeds a sequence to a run on a thread of its own.
enum Feeder {
  private static let batch = 256
  /// A batch that is not full is offered after this time, in nanoseconds.
  private static let patience: Int64 = 50_000

  /// Begins to feed.
  ///
  /// - Parameter input: what the run wants for an element; the sequence may be endless, so it is not mapped here.
  static func start<Items: Sequence & Sendable, Input, Output>(
    _ items: Items, to run: ParallelRun<Input, Output>, as input: @escaping @Sendable (Items.Element) -> Input
  ) {
    _ = WorkerThread.start(name: "pfor-feed", isVital: true) { feed(items, to: run, as: input) }
  }

  private static func feed<Items: Sequence, Input, Output>(
    _ items: Items, to run: ParallelRun<Input, Output>, as input: (Items.Element) -> Input
  ) {
    var batch: [Input] = []
    var since = MonotonicClock.now
    for item in items {
      batch.append(input(item))
      guard batch.count >= Self.batch || MonotonicClock.now.nanoseconds(since: since) > patience else { continue }
      guard run.offer(batch) else { return }
      batch.removeAll(keepingCapacity: true)
      since = MonotonicClock.now
    }
    if !batch.isEmpty { run.offer(batch) }
    run.endInput()
  }
}
