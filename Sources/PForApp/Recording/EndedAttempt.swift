import Jobs
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
