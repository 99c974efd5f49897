import ParallelFor
import SQLite

/// A read transaction that spans neighbouring items of one worker, so that not each of them locks the database file.
///
/// A read transaction that spans consecutive items of one worker, so that not every item locks the database file.
///
/// Locking and unlocking the file costs several times as much as a point query. The transaction ends before the worker
/// waits for an item, and after a millisecond at the latest or with the item that lasts longer. So other writers wait
/// hardly longer than they would for each query alone.
final class ReadTransaction {
  /// The age in nanoseconds at which no further item joins a transaction.
  private static let longest: Int64 = 1_000_000

  private let begin: SQLiteStatement
  private let commit: SQLiteStatement
  private var since: Instant?

  init(_ database: QueryDatabase) throws(SQLiteJobError) {
    begin = try database.prepare("BEGIN")
    commit = try database.prepare("COMMIT")
  }

  deinit { end() }

  /// Starts an item.
  func enter() {
    guard since == nil else { return }
    since = MonotonicClock.now
    run(begin)
  }

  /// Ends an item.
  func leave() {
    guard let since, MonotonicClock.now.nanoseconds(since: since) > Self.longest else { return }
    end()
  }

  /// Releases the lock.
  func end() {
    guard since != nil else { return }
    since = nil
    run(commit)
  }

  /// Runs BEGIN or COMMIT. BEGIN takes no lock and a reader's COMMIT writes nothing, so the items report any failure.
  private func run(_ statement: SQLiteStatement) { try? statement.execute() }
}
