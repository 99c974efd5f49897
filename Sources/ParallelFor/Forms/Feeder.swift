public import Synchronization

/// Feeds a sequence to a run, on a thread of its own unless all is at hand and little.
@usableFromInline
enum Feeder {
  @usableFromInline static var batch: Int { 256 }
  /// A batch that is not full is offered after this time, in nanoseconds, if a worker has nothing to do.
  @usableFromInline static var patience: Int64 { 50_000 }

  /// Begins to feed.
  ///
  /// - Parameter input: what the run wants for an element; the sequence may be endless, so it is not mapped here.
  @inlinable
  static func start<Items: Sequence & Sendable, Input, Output>(
    _ items: Items, to run: ParallelRun<Input, Output>, as input: @escaping @Sendable (Items.Element) -> Input
  ) {
    if isAtHand(items) { return feed(items, to: run, as: input) }
    _ = WorkerThread.start(name: "pfor-feed", .endless) { feed(items, to: run, as: input) }
  }

  /// Whether the elements lie in memory and are so few that the run takes them without waiting: no work for a thread.
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
      // The clock is asked only when somebody could do with the items.
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
