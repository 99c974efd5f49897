import CSQLite
import CSQLiteMemory

/// What is set once for all connections of the process.
enum SQLiteLibrary {
  /// Prepares SQLite before the first connection; later it does nothing.
  ///
  /// SQLite does not count the memory it uses, for which all threads would come for one lock several times a query. And
  /// it takes paths as bytes, as `OSText` has them; not all are UTF-8.
  static func prepare() { _ = isPrepared }

  private static let isPrepared: Bool = {
    _ = csqlite_memory_stop_counting()
    csqlite_paths_are_bytes()
    return true
  }()
}
