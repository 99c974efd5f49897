import Jobs
import ParallelFor
import RunStore

/// An attempt at an item that has ended: what it produced, and what the run has decided about it.
typealias ItemAttempt = SettledAttempt<Item, JobResult>

extension SettledAttempt<Item, JobResult> {
  /// The item.
  var item: Item { input }

  /// When, where and how it ended; attempts count from 1 within this session.
  var ended: FinishedItem { attempt }

  /// What is to be delivered of it.
  var deliverable: JobResult { output ?? JobResult(ending: JobEnding(outcome: attempt.outcome)) }

  /// What it wrote, and how its process ended.
  var ending: JobEnding { deliverable.ending }

  /// Whether the item has ended for good.
  var isFinal: Bool { settlement == .final }

  /// Whether no further attempt will be made in this session, though perhaps in another.
  var isLast: Bool { isFinal || settlement == .stopped }

  /// The attempt as run file and logs have it; the same each time.
  func makeRecord() -> AttemptRecord {
    let produced = deliverable
    let record = AttemptRecord(attempt, produced.ending.process, wait: wait, begin: produced.begin)
    produced.begin = record.start
    return record
  }

  /// How many nanoseconds it could have begun before it did; nil if that is not known.
  private var wait: Int64? { (due ?? input.readAt).map { max(0, attempt.start.nanoseconds(since: $0)) } }
}

/// What an observer of an attempt tells the observers after it.
struct AttemptNotes: Sendable {
  /// The item's place among the items, and how often it was tried in earlier sessions.
  var place: ItemPlace
  /// What must be committed before its result is published; nil if nothing must.
  var ticket: RunRecorder.Ticket?
  /// What is to be delivered.
  var result: JobResult?

  /// Nothing but the item's number.
  init(of attempt: ItemAttempt) { place = ItemPlace(number: attempt.attempt.id.number) }
}

/// Takes notice of every attempt once the run has decided what it means.
///
/// Observers are called in their order, on a worker's thread. The recording says where an attempt is recorded, what comes
/// after it can use that.
protocol AttemptObserver: Sendable {
  /// Takes notice of an attempt, and may note what later observers need.
  func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes)
}
