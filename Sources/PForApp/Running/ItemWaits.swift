import Jobs
import ParallelFor

/// How long items could have been begun before they were: from being read, and for a further attempt from the end of its
/// delay.
///
/// Takes a lock only for items that are tried again.
final class ItemWaits: @unchecked Sendable {
  private let backoff: Backoff
  private let lock = Lock()
  /// From when on items can be tried again, by their positions.
  private var due: [Int: Instant] = [:]

  /// - Parameter backoff: how long an item waits before it is tried again.
  init(_ backoff: Backoff) { self.backoff = backoff }

  /// How long an attempt waited for its beginning, in nanoseconds; nil when that is not known.
  func wait(of item: Item, _ ended: FinishedItem) -> Int64? {
    let since = ended.attempt == 1 ? item.readAt : lock.withLock { due.removeValue(forKey: ended.id.position) }
    return since.map { max(0, ended.start.nanoseconds(since: $0)) }
  }

  /// An attempt has failed, and another one will follow.
  func attemptFailed(_ ended: FinishedItem) {
    let delay = backoff.delay(after: ended.attempt, of: ended.id.position)
    lock.withLock { due[ended.id.position] = ended.end + delay }
  }
}
