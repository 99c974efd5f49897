import SQLite

/// A statement on a run file; its errors are translated for the user of the file.
typealias Statement = SQLiteStatement

extension SQLiteStatement {
  /// Advances to the next row; returns false when there is none.
  func step() throws(RunStoreError) -> Bool {
    do throws(SQLiteError) {
      return try advance()
    } catch {
      throw SQLiteProblem.error(error)
    }
  }

  /// Runs a statement that yields no rows, and resets it.
  func run() throws(RunStoreError) {
    do throws(SQLiteError) {
      try execute()
    } catch {
      throw SQLiteProblem.error(error)
    }
  }

  /// Runs an INSERT that may meet a row with the same key; returns false if it did.
  func runUnlessPresent() throws(RunStoreError) -> Bool {
    do throws(SQLiteError) {
      return try executeUnlessPresent()
    } catch {
      throw SQLiteProblem.error(error)
    }
  }
}
