import CSQLite
import CSQLiteMemory

/// Empty copies of tables in memory, to see how SQLite would run a query if there were another index.
///
/// Schemas come from files that others may have written. Nothing in one can run here: the connection reads and writes
/// no file, loads no extension, has no triggers and no virtual tables, and its time is limited.
package final class SchemaCopy {
  /// The most steps of SQLite's virtual machine for one statement, in thousands.
  private static let mostRounds = 1_000
  /// The maximum length of a statement in bytes.
  private static let longestStatement: Int32 = 1 << 20

  private let connection: SQLiteConnection
  private var handle: OpaquePointer? { connection.rawHandle }

  /// Makes the tables, views and indexes that can be made.
  ///
  /// - Parameter statements: the statements that made them, as the schema of the database has them, in order.
  /// - Throws: when there is no memory.
  package init(of statements: [String]) throws(SQLiteError) {
    connection = try SQLiteConnection(.uri("file:schema?mode=memory"), access: .readWrite, patience: 0)
    connection.limitStatements(rounds: Self.mostRounds)
    csqlite_distrust_schema(handle)
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Self.longestStatement)
    sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, Self.longestStatement)
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
    sqlite3_set_authorizer(
      handle, { _, action, _, _, _, _ in SchemaCopy.mayMake(action) ? SQLITE_OK : SQLITE_DENY }, nil)
    for statement in statements { run(statement) }
    // From here on, only our own statements run; the query is only planned.
    sqlite3_set_authorizer(handle, nil, nil)
    connection.refuseQuotedTexts()
  }

  /// Whether a statement of the schema may do this. Making a table writes its row of the schema. Without SELECT, no
  /// table can be filled.
  private static func mayMake(_ action: Int32) -> Bool {
    switch action {
    case SQLITE_CREATE_TABLE, SQLITE_CREATE_INDEX, SQLITE_CREATE_VIEW, SQLITE_REINDEX: true
    case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE, SQLITE_READ, SQLITE_FUNCTION: true
    default: false
    }
  }

  /// Runs a statement that makes something. Other texts, and statements that SQLite refuses, are left out.
  private func run(_ text: String) {
    let words = text.prefix(32).split(whereSeparator: \.isWhitespace).prefix(2).map { $0.uppercased() }
    guard words.first == "CREATE", ["TABLE", "INDEX", "UNIQUE", "VIEW"].contains(words.last ?? "") else { return }
    guard let statement = try? connection.prepareFirst(of: text).statement else { return }
    try? statement.execute()
    statement.close()
  }

  /// Returns the names of a table's columns that an index can have; empty if there is no such table.
  package func columns(of table: String) -> [String] {
    guard let listing = try? connection.prepare("SELECT name FROM pragma_table_info(?)") else { return [] }
    defer { listing.close() }
    listing.bind(table, at: 0)
    return rows(of: listing) { $0.text(0) }
  }

  /// Returns the lines of the plan of a query, while a table has another index.
  ///
  /// - Parameters:
  ///   - query: the query, which does not run.
  ///   - index: the table, the columns of the index, and its name in the plan; nil for none.
  /// - Returns: nil if the query or the index cannot be prepared.
  package func plan(of query: String, with index: (table: String, columns: [String], name: String)? = nil) -> [String]?
  {
    if let index {
      let columns = index.columns.map(Self.quoted).joined(separator: ", ")
      let text = "CREATE INDEX \(Self.quoted(index.name)) ON \(Self.quoted(index.table)) (\(columns))"
      guard (try? connection.execute(text)) != nil else { return nil }
    }
    defer { if let index { try? connection.execute("DROP INDEX \(Self.quoted(index.name))") } }
    guard let plan = try? connection.prepare("EXPLAIN QUERY PLAN \(query)") else { return nil }
    defer { plan.close() }
    return rows(of: plan) { $0.text(3) }
  }

  private func rows<Value>(of statement: SQLiteStatement, _ value: (SQLiteStatement) -> Value) -> [Value] {
    var values: [Value] = []
    while (try? statement.advance()) ?? false { values.append(value(statement)) }
    return values
  }

  private static func quoted(_ name: String) -> String {
    "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }
}
