import Jobs
import ParallelFor
import RunStore

/// An attempt at an item that has ended: what it produced, and what the run has decided about it.
struct ItemAttempt: Sendable {
  /// The item.
  let item: Item
  /// When, where and how it ended; attempts count from 1 within this session.
  let ended: FinishedItem
  /// The attempt as run file and logs have it.
  let record: AttemptRecord
  /// What it wrote, and how its process ended.
  let ending: JobEnding
  /// What follows.
  let settlement: Settlement
  /// Whether it was settled before as one that would be followed by another.
  let isRevised: Bool
  /// Where the item stands among the items, and how often it was tried in earlier sessions.
  var place: ItemPlace
  /// What must be committed before its result is published; nil if nothing must.
  var ticket: RunRecorder.Ticket?
  /// What is to be delivered.
  var result: JobResult?

  /// Takes what the pool says of an attempt.
  init(_ settled: SettledAttempt<Item, JobResult>) {
    item = settled.input
    ended = settled.attempt
    let ready = settled.due ?? settled.input.readAt
    ending = settled.output?.ending ?? JobEnding(outcome: settled.attempt.outcome)
    record = AttemptRecord(
      ended, ending.process, wait: ready.map { max(0, settled.attempt.start.nanoseconds(since: $0)) })
    settlement = settled.settlement
    isRevised = settled.isRevised
    place = ItemPlace(number: settled.attempt.id.number)
  }

  /// Whether the item has ended for good.
  var isFinal: Bool { settlement == .final }

  /// Whether no further attempt will be made in this session, though perhaps in another.
  var isLast: Bool { isFinal || settlement == .stopped }
}

/// Takes notice of every attempt once the run has decided what it means.
///
/// Observers are called in their order, on a worker's thread. The recording says where an attempt is recorded, what comes
/// after it can use that.
protocol AttemptObserver: Sendable {
  /// Takes notice of an attempt, and may add what later observers need.
  func settled(_ attempt: inout ItemAttempt)
}
