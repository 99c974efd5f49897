import ParallelFor
import SQLite

/// A read transaction that spans neighbouring items of one worker, so that not each of them locks the database file.
///
/// Taking and giving back the file's lock costs several times as much as a point query. The transaction ends before the
/// worker waits for an item, and after a millisecond at the latest or with the item that lasts longer: other writers wait
/// hardly longer than they would for each query alone.
final class ReadTransaction {
  /// No item joins a transaction that is older than this, in nanoseconds.
  private static let longest: Int64 = 1_000_000

  private let begin: SQLiteStatement
  private let commit: SQLiteStatement
  private var since: Instant?

  init(_ database: QueryDatabase) throws(SQLiteJobError) {
    begin = try database.prepare("BEGIN")
    commit = try database.prepare("COMMIT")
  }

  deinit { end() }

  /// An item begins.
  func enter() {
    guard since == nil else { return }
    since = MonotonicClock.now
    run(begin)
  }

  /// An item has ended.
  func leave() {
    guard let since, MonotonicClock.now.nanoseconds(since: since) > Self.longest else { return }
    end()
  }

  /// Gives the lock back.
  func end() {
    guard since != nil else { return }
    since = nil
    run(commit)
  }

  /// BEGIN takes no lock and COMMIT of a reader writes nothing: neither has a way to fail that its items do not tell.
  private func run(_ statement: SQLiteStatement) { try? statement.execute() }
}
