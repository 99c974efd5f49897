/// What a statement has done, as SQLite counts it.
package struct StatementCounters: Equatable, Sendable {
  /// The rows of tables and entries of indexes that were read from the first to the last.
  package var scanned: Int
  /// The number of sorts.
  package var sorts: Int
  /// The rows that were put into indexes which SQLite made for this statement alone.
  package var indexed: Int
  /// The steps of SQLite's virtual machine, in whole thousands.
  package var steps: Int
  /// How long the connection waited for locks of other connections, in milliseconds; not more than it really waited.
  package var lockWait: Int

  package init(scanned: Int = 0, sorts: Int = 0, indexed: Int = 0, steps: Int = 0, lockWait: Int = 0) {
    self.scanned = scanned
    self.sorts = sorts
    self.indexed = indexed
    self.steps = steps
    self.lockWait = lockWait
  }
}
