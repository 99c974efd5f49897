import CSQLiteMemory

/// How SQLite keeps the memory of all its connections.
public enum SQLiteMemory {
  /// Keeps SQLite from counting the memory it uses, for which all workers would come for one lock several times a query.
  ///
  /// To be called before the program uses SQLite; later it does nothing.
  public static func stopCounting() { _ = csqlite_memory_stop_counting() }
}
