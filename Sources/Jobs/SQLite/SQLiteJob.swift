public import Attempts
public import ParallelFor
import SQLite

extension JobError {
  /// Makes an error from SQLite's error about a database.
  init(_ error: SQLiteError) {
    let words = error.code == .notADatabase ? "is not an SQLite database" : error.message
    self.init("\(error.database): \(words)")
  }
}

/// Runs one SQL query per item against an SQLite database, with a connection for each worker.
///
/// Values are always bound, never inserted into the text. A lone `?` takes the item; for plain lines, so does the only
/// parameter, whatever its name. `:name`, `@name` and `$name` take the field of that name, `?2` the second field.
///
/// A value that SQL writes as a number (`40`, `40.5`, `4e1`, but not `007`) is bound as that number, everything else as
/// a text. JSON strings are always texts, and JSON's `null` is NULL. Its `true`, `false` and nested values are texts as
/// written. A number whose spelling SQLite would change (`1.10`, `4e1`) is bound as the written text where the query
/// takes a text: where it compares the parameter with a text column, stores it in one, joins it with `||`, passes it to
/// a text function such as `length`, or casts it. So `CAST(? AS TEXT)` requests a text and keeps the spelling, and
/// `CAST(? AS NUMERIC)` requests a number.
public struct SQLiteJob: Job {
  /// What the run may do to the database.
  public enum Access: Sendable {
    /// Only read.
    case readOnly
    /// Read and write, each item in its own transaction.
    case readWrite
  }

  /// The query as the user wrote it; nil if each item is a statement.
  let query: String?
  let path: String
  let rows: RowFormat
  /// The names of the result's columns.
  let columnNames: [String]
  let access: Access
  let busyTimeoutMilliseconds: Int
  let sources: [ParameterSource]
  /// How the query uses each parameter.
  let uses: [ParameterUse]
  /// The queue in which workers wait to write; nil when the query only reads.
  let writers: WriterQueue?
  let parameterNames: [String?]
  let spillFile: SpillFile
  /// What is known of the plan, for all workers.
  let insight: QueryInsight

  /// Checks that the database can be opened and the query can be prepared.
  ///
  /// - Parameters:
  ///   - path: the database file, which must exist, or a `file:` URI; see ``DatabaseName``.
  ///   - query: one SQL statement with at least one parameter; nil if each item is a statement without parameters.
  ///   - fields: the fields of the items, as far as they are known.
  ///   - rows: the format of the rows.
  ///   - access: whether the statement may write.
  ///   - busyTimeoutMilliseconds: how long to wait for another connection's lock.
  ///   - openingTimeoutMilliseconds: how long this check may wait for the lock, if that is less.
  ///   - spillFile: the file for large outputs.
  /// - Throws: when the file is missing or not a database, the query cannot be prepared (with SQLite's message and
  ///   position), there is more than one statement, the statement may not write, or a parameter has no value.
  public init(
    path: String, query: String?, fields: FieldNames = .none, rows: RowFormat = .tsv, access: Access = .readOnly,
    busyTimeoutMilliseconds: Int = 5000, openingTimeoutMilliseconds: Int? = nil, spillFile: SpillFile = .shared
  ) throws(JobError) {
    self.query = query
    self.path = path
    self.rows = rows
    self.access = access
    self.busyTimeoutMilliseconds = busyTimeoutMilliseconds
    self.spillFile = spillFile
    insight = QueryInsight(path: DatabaseName(path).path)
    let database = try QueryDatabase(
      path, access: access,
      busyTimeoutMilliseconds: min(busyTimeoutMilliseconds, openingTimeoutMilliseconds ?? .max), stop: StopFlag())
    guard let query else {
      writers = access == .readWrite ? WriterQueue() : nil
      (parameterNames, columnNames, sources, uses) = ([], [], [], [])
      return
    }
    let statement = try database.prepare(query)
    let writes = !statement.isReadOnly
    if access == .readOnly && writes { throw Self.forbiddenWrite }
    writers = writes ? WriterQueue() : nil
    parameterNames = statement.parameterNames
    columnNames = statement.columnNames
    sources = try ParameterSource.sources(of: parameterNames, fields: fields)
    uses = ParameterUse.uses(in: database.program(of: query), count: sources.count, rows: rows)
  }

  /// Why items that are slow and run now take their time, as far as it is known.
  public var runningReasons: [ItemID: Reason] { insight.running }

  static let forbiddenWrite = JobError("this statement writes to the database; add --write to allow that")

  /// The query as the user wrote it.
  public var title: String { query ?? StatementItem.title }

  /// Whether the run may only read.
  public var isReadOnly: Bool { access == .readOnly }

  /// How rows are split into values.
  public var rowText: RowText? { RowText(rows, columns: columnNames) }

  /// Returns the query and the values of its parameters, one per line.
  public func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String {
    let values = zip(parameterNames, zip(sources, uses)).map { name, parameter in
      do throws(Failure) {
        return "\(name ?? "?") = \(try BoundValue(parameter.0, of: item, for: parameter.1).literal)"
      } catch {
        return "\(name ?? "?"): \(error.reason)"
      }
    }
    return ([query ?? item.text] + values).joined(separator: "\n")
  }

  /// Makes a worker's session. Its first item opens the connection, so that the opening counts as the item's time and
  /// can be cancelled with it.
  public func openSession(for worker: WorkerID) -> any JobSession { SQLiteSession(self) }
}
