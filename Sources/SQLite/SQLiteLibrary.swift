import CSQLite
import CSQLiteMemory

/// The settings for all connections of the process.
enum SQLiteLibrary {
  /// Prepares SQLite before the first connection. Later calls do nothing.
  ///
  /// SQLite's memory statistics are turned off, because all threads would take one lock for them several times a query.
  /// Paths are passed as the bytes that `OSText` represents, because not all are UTF-8.
  static func prepare() { _ = isPrepared }

  private static let isPrepared: Bool = {
    _ = csqlite_memory_stop_counting()
    csqlite_paths_are_bytes()
    return true
  }()
}
