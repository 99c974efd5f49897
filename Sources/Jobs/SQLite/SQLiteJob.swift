public import ParallelFor
import SQLite

/// Why a query cannot be run at all.
public struct SQLiteJobError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence, with SQLite's message and the place in the query where it gives one.
  public var description: String

  init(_ description: String) { self.description = description }

  /// What SQLite says of a database.
  init(_ error: SQLiteError) {
    let words = error.code == .notADatabase ? "is not an SQLite database" : error.message
    self.init("\(error.database): \(words)")
  }
}

/// Runs one SQL query an item against an SQLite database, with a connection for each worker.
///
/// The values are always bound, never put into the text. A lone `?`, or whatever the only parameter is called when items
/// are plain lines, takes the item; `:name`, `@name` and `$name` take the field of that name, `?2` the second field.
///
/// A value that SQL writes as a number (`40`, `40.5`, `4e1`, but not `007`) is bound as that number, everything else as
/// a text. JSON's strings are texts whatever they look like, its `null` is NULL, its `true` and `false` and nested
/// values are the texts that were written. A number whose spelling SQLite would change (`1.10`, `4e1`) is bound as the
/// text that was written where the query takes a text: where it compares the parameter with a column of texts, stores it
/// into one, joins it with `||`, gives it to a function of texts such as `length`, or casts it. So `CAST(? AS TEXT)`
/// says text and keeps the spelling, and `CAST(? AS NUMERIC)` says number.
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
  /// What the query does with each parameter.
  let uses: [ParameterUse]
  /// The workers' turns to write; nil when the query only reads.
  let writers: WriterQueue?
  let parameterNames: [String?]
  let spillFile: SpillFile

  /// Checks that the database can be opened and the query be prepared.
  ///
  /// - Parameters:
  ///   - path: the database's file, which must exist, or a `file:` URI; see ``DatabaseName``.
  ///   - query: one SQL statement with at least one parameter.
  ///   - fields: what is known of the items' fields.
  ///   - rows: how rows are written.
  ///   - access: whether the statement may write.
  ///   - busyTimeoutMilliseconds: how long to wait for another connection's lock.
  ///   - openingTimeoutMilliseconds: how long this check may wait for it, if that is less.
  ///   - spillFile: where large outputs go.
  /// - Throws: no such file, not a database, a query that cannot be prepared (with SQLite's message and position), more
  ///   than one statement, a statement that writes, a parameter without a value.
  public init(
    path: String, query: String, fields: FieldNames = .none, rows: RowFormat = .tsv, access: Access = .readOnly,
    busyTimeoutMilliseconds: Int = 5000, openingTimeoutMilliseconds: Int? = nil, spillFile: SpillFile = .shared
  ) throws(SQLiteJobError) {
    title = query
    self.path = path
    self.rows = rows
    self.access = access
    self.busyTimeoutMilliseconds = busyTimeoutMilliseconds
    self.spillFile = spillFile
    let database = try QueryDatabase(
      path, access: access,
      busyTimeoutMilliseconds: min(busyTimeoutMilliseconds, openingTimeoutMilliseconds ?? .max), stop: StopFlag())
    let statement = try database.prepare(query)
    let writes = !statement.isReadOnly
    if access == .readOnly && writes {
      throw SQLiteJobError("this statement writes to the database; add --write to allow that")
    }
    writers = writes ? WriterQueue() : nil
    parameterNames = statement.parameterNames
    sources = try ParameterSource.sources(of: parameterNames, fields: fields)
    uses = ParameterUse.uses(in: database.program(of: query), count: sources.count, rows: rows)
  }

  /// Whether the run may do nothing but read.
  public var isReadOnly: Bool { access == .readOnly }

  /// The query and the values of its parameters, a line each.
  public func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String {
    let values = zip(parameterNames, zip(sources, uses)).map { name, parameter in
      do throws(Failure) {
        return "\(name ?? "?") = \(try parameter.0.value(of: item, for: parameter.1).literal)"
      } catch {
        return "\(name ?? "?"): \(error.reason)"
      }
    }
    return ([title] + values).joined(separator: "\n")
  }

  /// Makes a worker's session; its first item opens the connection, so that this counts as the item's time and can be
  /// cancelled with it.
  public func openSession(for worker: WorkerID) -> any JobSession { SQLiteSession(self) }
}
