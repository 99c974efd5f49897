import Jobs
import ParallelFor
import RunStore

extension AttemptRecord {
  /// The record of an attempt that has just ended.
  ///
  /// - Parameters:
  ///   - ended: the attempt.
  ///   - process: how its process ended; nil if there was none.
  ///   - wait: the nanoseconds that it waited after it could have started; nil if unknown.
  ///   - begin: the recorded start, if there is one, because the clocks may have drifted apart since then.
  init(_ ended: FinishedItem, _ process: ProcessEnding?, wait: Int64?, begin: Int64?) {
    self.init(
      attempt: ended.attempt, worker: ended.worker.slot,
      start: begin ?? MonotonicClock.wallTime(of: ended.start, now: ended.end), latency: ended.latency,
      outcome: ended.outcome, wait: wait, exitStatus: process?.exitStatus, signal: process?.signal,
      cpu: process?.usage.processorTime, peakMemory: process?.usage.peakMemory, note: ended.note)
  }
}
