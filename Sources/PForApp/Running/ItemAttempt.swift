import Jobs
import ParallelFor
import RunStore

/// An attempt at an item that has ended: what it produced, and what the run has decided about it.
struct ItemAttempt: Sendable {
  private let settled: SettledAttempt<Item, JobResult>
  private let produced: JobResult
  private var made: AttemptRecord?
  /// Where the item stands among the items, and how often it was tried in earlier sessions.
  var place: ItemPlace
  /// What must be committed before its result is published; nil if nothing must.
  var ticket: RunRecorder.Ticket?
  /// What is to be delivered.
  var result: JobResult?

  /// Takes what the pool says of an attempt.
  init(_ settled: SettledAttempt<Item, JobResult>) {
    self.settled = settled
    produced = settled.output ?? JobResult(ending: JobEnding(outcome: settled.attempt.outcome))
    place = ItemPlace(number: settled.attempt.id.number)
  }

  /// The item.
  var item: Item { settled.input }

  /// When, where and how it ended; attempts count from 1 within this session.
  var ended: FinishedItem { settled.attempt }

  /// What it wrote, and how its process ended.
  var ending: JobEnding { produced.ending }

  /// What is to be delivered of it.
  var deliverable: JobResult { produced }

  /// What follows.
  var settlement: Settlement { settled.settlement }

  /// Whether it was settled before as one that would be followed by another.
  var isRevised: Bool { settled.isRevised }

  /// Whether the item has ended for good.
  var isFinal: Bool { settlement == .final }

  /// Whether no further attempt will be made in this session, though perhaps in another.
  var isLast: Bool { isFinal || settlement == .stopped }

  /// The attempt as run file and logs have it; the same for all once ``makeRecord()`` was called.
  var record: AttemptRecord {
    made ?? AttemptRecord(ended, produced.ending.process, wait: wait, begin: produced.begin)
  }

  /// Makes the record, so that run file and logs have the same times, also when the attempt is settled once more.
  mutating func makeRecord() {
    let record = record
    (made, produced.begin) = (record, record.start)
  }

  /// How many nanoseconds it could have begun before it did; nil if that is not known.
  private var wait: Int64? {
    (settled.due ?? settled.input.readAt).map { max(0, settled.attempt.start.nanoseconds(since: $0)) }
  }
}

/// Takes notice of every attempt once the run has decided what it means.
///
/// Observers are called in their order, on a worker's thread. The recording says where an attempt is recorded, what comes
/// after it can use that.
protocol AttemptObserver: Sendable {
  /// Takes notice of an attempt, and may add what later observers need.
  func settled(_ attempt: inout ItemAttempt)
}
