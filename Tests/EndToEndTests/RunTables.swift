import GRDB
import Testing

/// The contents of a run file as SQL shows them, without the program's own reader.
struct RunTables {
  private let queue: DatabaseQueue

  /// Opens the file; the run must have ended.
  init(_ path: String) throws {
    var configuration = Configuration()
    configuration.readonly = true
    queue = try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Every item of the newest items file is recorded once, as done, and the run as finished.
  func expectEachDoneOnce(_ items: Int, unsuccessful: Int = 0, sourceLocation: SourceLocation = #_sourceLocation) throws
  {
    let numbered = try integers(
      "SELECT count(*), count(DISTINCT number), min(number), max(number), count(*) FILTER (WHERE outcome IN (0, 1, 2)) "
        + "FROM items WHERE number IS NOT NULL")
    #expect(numbered == [items, items, 1, items, items], sourceLocation: sourceLocation)
    let run = try integers("SELECT state, total, succeeded, failed + timed_out, cancelled FROM run")
    #expect(run == [1, items, items - unsuccessful, unsuccessful, 0], sourceLocation: sourceLocation)
    let check = try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    #expect(check == "ok", sourceLocation: sourceLocation)
  }

  /// The numbers in the one row of a query.
  private func integers(_ sql: String) throws -> [Int] {
    try queue.read { database in
      let row = try #require(try Row.fetchOne(database, sql: sql))
      return row.databaseValues.map { Int.fromDatabaseValue($0) ?? -1 }
    }
  }
}
