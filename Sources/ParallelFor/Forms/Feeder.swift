public import Synchronization

/// Feeds a sequence to a run, on a separate thread unless the elements are few and in memory.
@usableFromInline
enum Feeder {
  @usableFromInline static var batch: Int { 256 }
  /// The time, in nanoseconds, after which a batch is offered even if it is not full, if a worker has nothing to do.
  @usableFromInline static var patience: Int64 { 50_000 }

  /// Starts to feed a sequence to a run.
  ///
  /// - Parameter input: converts an element to the run's input. The sequence may be endless, so it is not mapped here.
  @inlinable
  static func start<Items: Sequence & Sendable, Input, Output>(
    _ items: Items, to run: ParallelRun<Input, Output>, as input: @escaping @Sendable (Items.Element) -> Input
  ) {
    if isAtHand(items) { return feed(items, to: run, as: input) }
    _ = WorkerThread.start(name: "pfor-feed", .endless) { feed(items, to: run, as: input) }
  }

  /// Whether the elements are in memory and few enough for the run to take them without waiting, so that feeding needs
  /// no thread.
  @inlinable
  static func isAtHand<Items: Sequence>(_ items: Items) -> Bool {
    (items is [Items.Element] || items is ContiguousArray<Items.Element> || items is Range<Int>)
      && items.underestimatedCount <= batch
  }

  @inlinable
  static func feed<Items: Sequence, Input, Output>(
    _ items: Items, to run: ParallelRun<Input, Output>, as input: (Items.Element) -> Input
  ) {
    var batch: [Input] = []
    var since = MonotonicClock.now
    for item in items {
      batch.append(input(item))
      // The clock is read only when a worker could use the items.
      guard
        batch.count >= Self.batch
          || run.pool.isHungry.load(ordering: .relaxed) && MonotonicClock.now.nanoseconds(since: since) > patience
      else { continue }
      guard run.offer(batch) else { return }
      batch.removeAll(keepingCapacity: true)
      since = MonotonicClock.now
    }
    if !batch.isEmpty { run.offer(batch) }
    run.endInput()
  }
}
