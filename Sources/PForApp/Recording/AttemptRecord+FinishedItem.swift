import Jobs
import ParallelFor
import RunStore

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
