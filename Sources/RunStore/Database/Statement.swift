import SQLite

/// A statement on a run file, whose errors say what they mean for the file.
typealias Statement = SQLiteStatement

extension SQLiteStatement {
  /// Goes to the next row; false when there is none.
  func step() throws(RunStoreError) -> Bool {
    do throws(SQLiteError) {
      return try advance()
    } catch {
      throw SQLiteProblem.error(error)
    }
  }

  /// Runs a statement without rows to its end and makes it fit to be run again.
  func run() throws(RunStoreError) {
    do throws(SQLiteError) {
      try execute()
    } catch {
      throw SQLiteProblem.error(error)
    }
  }

  /// Runs an INSERT that may meet a row with the same key; false if it did.
  func runUnlessPresent() throws(RunStoreError) -> Bool {
    do throws(SQLiteError) {
      return try executeUnlessPresent()
    } catch {
      throw SQLiteProblem.error(error)
    }
  }
}
