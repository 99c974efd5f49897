import GRDB
import GRDBSQLite
public import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why a query cannot be run at all.
public struct SQLiteJobError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence, with SQLite's message and the place in the query where it gives one.
  public var description: String

  init(_ description: String) { self.description = description }
}

/// Runs one SQL query an item against an SQLite database, with a connection for each worker.
///
/// The values are always bound, never put into the text. `?`, or whatever the only parameter is called when items are
/// plain lines, takes the item; `:name`, `@name` and `$name` take the field of that name, `?2` the second field. A
/// value written as an integer is bound as an integer (columns of text compare with it all the same; an expression over
/// texts needs `CAST(? AS TEXT)`), everything else as a text, JSON's `null` as NULL.
public struct SQLiteJob: Job {
  /// What the run may do to the database.
  public enum Access: Sendable {
    /// Nothing but read.
    case readOnly
    /// Read and write, each item in a transaction of its own.
    case readWrite
  }

  /// The query as the user wrote it.
  public let title: String
  let path: String
  let rows: RowFormat
  let access: Access
  let busyTimeoutMilliseconds: Int
  let sources: [ParameterSource]
  let parameterNames: [String?]
  let spillFile: SpillFile

  /// Checks that the database can be opened and the query be prepared.
  ///
  /// - Parameters:
  ///   - path: the database's file, which must exist.
  ///   - query: one SQL statement with at least one parameter.
  ///   - fields: what is known of the items' fields.
  ///   - rows: how rows are written.
  ///   - access: whether the statement may write.
  ///   - busyTimeoutMilliseconds: how long to wait for another connection's lock.
  ///   - spillFile: where large outputs go.
  /// - Throws: no such file, not a database, a query that cannot be prepared (with SQLite's message and position), more
  ///   than one statement, a statement that writes, a parameter without a value.
  public init(
    path: String, query: String, fields: FieldNames = .none, rows: RowFormat = .tsv, access: Access = .readOnly,
    busyTimeoutMilliseconds: Int = 5000, spillFile: SpillFile = .shared
  ) throws(SQLiteJobError) {
    title = query
    self.path = path
    self.rows = rows
    self.access = access
    self.busyTimeoutMilliseconds = busyTimeoutMilliseconds
    self.spillFile = spillFile
    let connection = try SQLiteConnection(path: path, access: access, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
    let statement = try connection.prepare(query)
    defer { sqlite3_finalize(statement) }
    if access == .readOnly && sqlite3_stmt_readonly(statement) == 0 {
      throw SQLiteJobError("this statement writes to the database; add --write to allow that")
    }
    parameterNames = (0..<sqlite3_bind_parameter_count(statement)).map { position in
      sqlite3_bind_parameter_name(statement, position + 1).map { String(cString: $0) }
    }
    sources = try ParameterSource.sources(of: parameterNames, fields: fields)
  }

  /// Whether the run may do nothing but read.
  public var isReadOnly: Bool { access == .readOnly }

  /// The query and the values of its parameters, a line each.
  public func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String {
    let values = zip(parameterNames, sources).map { name, source in
      do throws(Failure) {
        guard let value = try source.value(of: item) else { return "\(name ?? "?") = NULL" }
        if let integer = value.canonicalInteger { return "\(name ?? "?") = \(integer)" }
        return
          "\(name ?? "?") = '\(value.description.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
      } catch {
        return "\(name ?? "?"): \(error.reason)"
      }
    }
    return ([title] + values).joined(separator: "\n")
  }

  /// Opens one worker's connection and prepares the query on it.
  ///
  /// - Throws: ``SQLiteJobError`` when either fails.
  public func openSession(for worker: WorkerID) throws -> any JobSession { try SQLiteSession(self) }
}
