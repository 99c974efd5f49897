import CSQLiteMemory

/// How SQLite takes the paths that it is given.
public enum SQLitePaths {
  /// Lets SQLite open databases whose paths are not UTF-8.
  ///
  /// To be called once, after ``SQLiteMemory/stopCounting()`` and before the program opens a database.
  public static func takeBytes() { csqlite_paths_are_bytes() }
}
