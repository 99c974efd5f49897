import Attempts
import Jobs
import ParallelFor
import RunStore

/// An ended attempt at an item: its output, and what the run has decided about the item.
typealias ItemAttempt = SettledAttempt<Item, JobResult>

extension SettledAttempt<Item, JobResult> {
  /// The item.
  var item: Item { input }

  /// When, where and how the attempt ended; attempts count from 1 within this session.
  var ended: FinishedItem { attempt }

  /// The result to deliver.
  var deliverable: JobResult { output ?? JobResult(ending: JobEnding(outcome: attempt.outcome)) }

  /// The outcome and the output of the attempt, and how its process ended.
  var ending: JobEnding { deliverable.ending }

  /// Whether the item has ended for good.
  var isFinal: Bool { settlement == .final }

  /// Whether this is the item's last attempt in this session.
  var isLast: Bool { isFinal || settlement == .stopped }

  /// The attempt as the run file and the logs keep it; every call returns the same record.
  func makeRecord() -> EndedAttempt {
    let produced = deliverable
    var record = EndedAttempt(attempt, produced.ending.process, wait: wait, begin: produced.begin)
    record.reasons = produced.ending.reasons
    produced.begin = record.start
    return record
  }

  /// The nanoseconds that the attempt waited after it could have started; nil if unknown.
  private var wait: Int64? { (due ?? input.readAt).map { max(0, attempt.start.nanoseconds(since: $0)) } }
}

extension EndedAttempt {
  /// The sum of what the pool and the job know about an attempt.
  ///
  /// - Parameters:
  ///   - ended: the attempt.
  ///   - process: how its process ended.
  ///   - wait: the nanoseconds that it waited after it could have started; nil if unknown.
  ///   - begin: the recorded start, if there is one, because the clocks may have drifted apart since then.
  init(_ ended: FinishedItem, _ process: ProcessEnding, wait: Int64?, begin: Int64?) {
    self.init(
      attempt: ended.attempt, worker: ended.worker.slot,
      start: begin ?? MonotonicClock.wallTime(of: ended.start, now: ended.end), latency: ended.nanoseconds,
      outcome: ended.outcome, wait: wait, process: process, note: ended.note)
  }
}

/// The notes that an observer of an attempt leaves for the observers after it.
struct AttemptNotes: Sendable {
  /// The item's place among the items, and the number of attempts in earlier sessions.
  var place: ItemPlace
  /// The sequence number of the record to wait for before the result is published; nil for none.
  var record: UInt64?
  /// The result to deliver; nil for none.
  var result: JobResult?

  /// Creates notes that contain only the item's number.
  init(of attempt: ItemAttempt) { place = ItemPlace(number: attempt.attempt.id.number) }
}

/// Observes every attempt after the run has settled it.
///
/// Observers are called in order, on a worker's thread. The recording notes the item's place in the run file for the
/// observers after it.
protocol AttemptObserver: Sendable {
  /// Observes an attempt, and may add notes for later observers.
  func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes)
}
