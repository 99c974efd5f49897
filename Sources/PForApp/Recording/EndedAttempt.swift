import Jobs
import ParallelFor
import RunStore

/// An attempt that has ended, as the run's record and its logs have it.
struct EndedAttempt: Sendable {
  /// The item.
  let item: Item
  /// Where the item stands among the items, and how often it was tried in earlier sessions.
  let place: ItemPlace
  /// When, where and how it ended; attempts count from 1 within this session.
  let record: AttemptRecord
  /// What it wrote to its standard output, or its rows.
  let output: CapturedBytes
  /// What it wrote to its standard error.
  let errors: CapturedBytes
  /// Whether the item will not be tried again.
  let isLast: Bool

  /// - Parameters:
  ///   - wait: nanoseconds for which it could have been begun before it was; nil when unknown.
  ///   - isLast: whether the item will not be tried again.
  init(_ item: Item, _ place: ItemPlace, _ ended: FinishedItem, _ ending: JobEnding, wait: Int64?, isLast: Bool) {
    let usage = ending.process?.usage
    self.item = item
    self.place = place
    self.isLast = isLast
    output = ending.output
    errors = ending.errors
    record = AttemptRecord(
      attempt: ended.attempt, worker: ended.worker.slot, start: MonotonicClock.wallTime(of: ended.start),
      latency: ended.latency, outcome: ended.outcome, wait: wait, exitStatus: ending.process?.exitStatus,
      signal: ending.process?.signal, cpu: usage?.processorTime, peakMemory: usage?.peakMemory, note: ended.note)
  }
}
