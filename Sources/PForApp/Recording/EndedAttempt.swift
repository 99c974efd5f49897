import Jobs
import ParallelFor
import RunStore

/// An attempt that has ended, as the run's logs have it.
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
}

extension AttemptRecord {
  /// The record of an attempt that has ended just now.
  ///
  /// - Parameter wait: nanoseconds for which it could have been begun before it was; nil when unknown.
  init(_ ended: FinishedItem, _ process: ProcessEnding?, wait: Int64?) {
    self.init(
      attempt: ended.attempt, worker: ended.worker.slot,
      start: MonotonicClock.wallTime(of: ended.start, now: ended.end), latency: ended.latency, outcome: ended.outcome,
      wait: wait, exitStatus: process?.exitStatus, signal: process?.signal, cpu: process?.usage.processorTime,
      peakMemory: process?.usage.peakMemory, note: ended.note)
  }
}
