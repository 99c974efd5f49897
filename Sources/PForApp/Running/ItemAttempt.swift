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
  func makeRecord() -> AttemptRecord {
    let produced = deliverable
    let record = AttemptRecord(attempt, produced.ending.process, wait: wait, begin: produced.begin)
    produced.begin = record.start
    return record
  }

  /// The nanoseconds that the attempt waited after it could have started; nil if unknown.
  private var wait: Int64? { (due ?? input.readAt).map { max(0, attempt.start.nanoseconds(since: $0)) } }
}

/// The notes that an observer of an attempt leaves for the observers after it.
struct AttemptNotes: Sendable {
  /// The item's place among the items, and the number of attempts in earlier sessions.
  var place: ItemPlace
  /// The ticket to wait for before the result is published; nil for none.
  var ticket: RunRecorder.Ticket?
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
