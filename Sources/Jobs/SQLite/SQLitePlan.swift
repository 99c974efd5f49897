import ParallelFor
import SQLite

extension SQLiteJob {
  /// Returns the plan in SQLite's words, indented. It depends on the query, and not on the item's values.
  public func plan(of item: Item, isMeasured: Bool) throws(JobError) -> [String] {
    guard !isMeasured else { throw JobError("SQLite does not measure plans; x shows the plan itself") }
    let statement = if let query { query } else { try StatementItem.text(of: item) }
    let database = try QueryDatabase(
      path, access: .readOnly, busyTimeoutMilliseconds: busyTimeoutMilliseconds, stop: StopFlag())
    return try database.plan(of: statement)
  }
}

extension QueryDatabase {
  /// Returns the lines of a statement's plan, indented.
  fileprivate func plan(of statement: String) throws(JobError) -> [String] {
    let explaining = try prepare("EXPLAIN QUERY PLAN \(statement)")
    var depths: [Int64: Int] = [:]
    var lines: [String] = []
    do throws(SQLiteError) {
      while try explaining.advance() {
        let depth = depths[explaining.integer(1)].map { $0 + 1 } ?? 0
        depths[explaining.integer(0)] = depth
        lines.append(String(repeating: "  ", count: depth) + explaining.text(3))
      }
    } catch {
      throw JobError(error)
    }
    return lines
  }
}
