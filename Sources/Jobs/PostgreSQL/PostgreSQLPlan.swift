import ParallelFor
import PostgreSQL

extension PostgreSQLJob {
  /// How long the server may take, in seconds.
  private static let longestPlan = 60

  /// Returns the plan for an item's own values, which the server gets as it gets those of items. A worker that has run a
  /// query five times may use a plan that is made for any values.
  public func plan(of item: Item, isMeasured: Bool) throws(JobError) -> [String] {
    var values = ParameterValues()
    do throws(Failure) { try bind(item, to: &values) } catch { throw JobError(error.reason) }
    let statement = if let query { query.text } else { try StatementItem.text(of: item) }
    let options = isMeasured ? "(ANALYZE, BUFFERS) " : ""
    do throws(PostgreSQLError) {
      return try answer(to: "EXPLAIN \(options)\(statement)", &values)
    } catch {
      throw JobError(error.message)
    }
  }

  /// Returns the lines of a statement's answer. Its transaction can only read, and is rolled back.
  private func answer(
    to statement: String, _ values: inout ParameterValues
  ) throws(PostgreSQLError) -> [String] {
    // Asked every 0.1 s, and somewhat longer than the server's own limit.
    var patience = (Self.longestPlan + 5) * 10
    let isWanted = {
      patience -= 1
      return patience > 0
    }
    let connection = try connect("plan", while: isWanted)
    connection.sendOnce("BEGIN READ ONLY")
    connection.sendOnce("SET LOCAL statement_timeout = '\(Self.longestPlan)s'")
    connection.sendOnce(statement, &values)
    connection.sendOnce("ROLLBACK")
    connection.sendEnd()
    var lines: [String] = []
    try connection.finish(while: isWanted) { lines.append(String(decoding: $0.text(0), as: UTF8.self)) }
    return lines
  }
}
