import Jobs
import ParallelFor
import RunStore

extension AttemptRecord {
  /// The record of an attempt that has ended just now.
  ///
  /// - Parameters:
  ///   - wait: nanoseconds for which it could have been begun before it was; nil when unknown.
  ///   - begin: when it began, if that has been recorded before: the clocks may have moved apart since then.
  init(_ ended: FinishedItem, _ process: ProcessEnding?, wait: Int64?, begin: Int64?) {
    self.init(
      attempt: ended.attempt, worker: ended.worker.slot,
      start: begin ?? MonotonicClock.wallTime(of: ended.start, now: ended.end), latency: ended.latency,
      outcome: ended.outcome, wait: wait, exitStatus: process?.exitStatus, signal: process?.signal,
      cpu: process?.usage.processorTime, peakMemory: process?.usage.peakMemory, note: ended.note)
  }
}
