public import Attempts
public import ParallelFor
import PostgreSQL

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs one SQL query per item on a PostgreSQL server, with a connection for each worker.
///
/// Values are always bound, never inserted into the text, and the server decides on their types. A lone `$1` takes the
/// item; for plain lines, so does the only parameter, whatever its name. `:name` takes the field of that name, and `$2`
/// beside other numbers the second field. JSON's `null` is NULL.
///
/// Each item runs in its own transaction, which can only read unless the run may write. A worker that has no connection
/// takes no items.
public struct PostgreSQLJob: Job {
  /// The query as the user wrote it, or what there is instead if each item is a statement.
  public let title: String
  /// The query of all items; nil if each item is a statement.
  let query: NumberedQuery?
  let rows: RowFormat
  let sources: [ParameterSource]
  /// How long a cancelled query may take to end, in nanoseconds.
  let grace: Int64
  let spillFile: SpillFile
  let waits = ConnectionWaits()
  let sampler: WaitSampler
  private let database: ConnectionString
  private let mayWrite: Bool
  private var run: String

  /// The shortest time that a cancelled query gets to end, in nanoseconds.
  private static let leastGrace: Int64 = 1_000_000_000

  /// Checks that the server can be reached and the query can be prepared.
  ///
  /// - Parameters:
  ///   - database: a PostgreSQL URI, or settings such as `host=db dbname=shop`; see ``PostgreSQLName``.
  ///   - query: one SQL statement with at least one parameter; nil if each item is a statement without parameters.
  ///   - fields: the fields of the items, as far as they are known.
  ///   - rows: the format of the rows.
  ///   - mayWrite: whether the statement may write.
  ///   - graceMilliseconds: how long a cancelled query may take to end before its connection is closed.
  ///   - spillFile: the file for large outputs.
  /// - Throws: when the client library is missing, the server cannot be reached, the query cannot be prepared (with the
  ///   server's message, position and hint), there is more than one statement, or a parameter has no value.
  public init(
    database: String, query: String?, fields: FieldNames = .none, rows: RowFormat = .tsv, mayWrite: Bool = false,
    graceMilliseconds: Int = 10_000, spillFile: SpillFile = .shared
  ) throws(JobError) {
    title = query ?? StatementItem.title
    self.rows = rows
    self.mayWrite = mayWrite
    self.spillFile = spillFile
    grace = max(Int64(graceMilliseconds) * 1_000_000, Self.leastGrace)
    run = "\(getpid())"
    if let query {
      let numbered = try NumberedQuery(query)
      self.query = numbered
      sources = try ParameterSource.sources(of: numbered.names, fields: fields, placeholder: "$1")
    } else {
      (self.query, sources) = (nil, [])
    }
    let name: ConnectionString
    do throws(PostgreSQLError) { name = try ConnectionString(database) } catch { throw JobError(error.message) }
    self.database = name
    let connection: PostgreSQLConnection
    do throws(PostgreSQLError) {
      connection = try PostgreSQLConnection(name, name: "\(Self.prefix(run))0")
    } catch {
      throw JobError("cannot connect to PostgreSQL: \(error.message)")
    }
    sampler = WaitSampler(connection) { (words) throws(PostgreSQLError) in
      var patience = 20
      return try PostgreSQLConnection(name, name: words) {
        patience -= 1
        return patience > 0
      }
    }
    try check(connection)
  }

  private func check(_ connection: PostgreSQLConnection) throws(JobError) {
    guard let query else { return }
    do throws(PostgreSQLError) {
      connection.sendPrepare("", query.text)
      connection.sendEnd()
      try connection.finish()
    } catch {
      let place = error.position.map { QueryPlace.words(character: query.place($0 - 1), in: title) } ?? ""
      let hint = error.hint.map { "; hint: \($0)" } ?? ""
      let advice = ParameterSource.adviceOnBraces(in: title, placeholder: "$1")
      throw JobError("the query cannot be prepared: \(error.message)\(place)\(hint)\(advice)")
    }
  }

  /// Opens the connection of a worker.
  func connect(
    for worker: WorkerID, while isWanted: () -> Bool
  ) throws(PostgreSQLError) -> PostgreSQLConnection {
    try connect("\(worker)", while: isWanted)
  }

  /// Opens a connection of the run, with a name among them.
  func connect(_ name: String, while isWanted: () -> Bool) throws(PostgreSQLError) -> PostgreSQLConnection {
    try PostgreSQLConnection(database, name: prefix + name, while: isWanted)
  }

  /// Appends the values of an item's parameters.
  func bind(_ item: Item, to values: inout ParameterValues) throws(Failure) {
    guard let query else { return }
    for (name, source) in zip(query.names, sources) {
      guard let value = try source.value(of: item).bytes else {
        values.appendNull()
        continue
      }
      guard value.withBytes({ values.append($0) }) else {
        throw Failure("the value of \(name ?? "$1") contains a NUL byte, which PostgreSQL cannot store")
      }
    }
  }

  /// The start of the names of the run's connections.
  var prefix: String { Self.prefix(run) }

  private static func prefix(_ run: String) -> String { "pfor-tui \(run)/" }

  /// Whether the run may only read.
  public var isReadOnly: Bool { !mayWrite }

  /// How rows are split into values. Their names come with the rows, and are not known here.
  public var rowText: RowText? { RowText(rows) }

  /// Whether workers need connections.
  public var hasConnections: Bool { true }

  /// The workers that wait for a connection, each with the reason.
  public var waitingWorkers: [WorkerID: String] { waits.reasons }

  /// Why running items take their time, as the server told at the last sample.
  public var runningReasons: [ItemID: Reason] { sampler.runningReasons }

  /// What the server has done for the run.
  public var serverActivity: ServerActivity? { sampler.activity }

  /// Returns the job with the name of its run, by which the server's lists show the run's connections.
  public func named(_ run: String) -> any Job {
    var job = self
    job.run = run
    return job
  }

  /// Returns the query and the values of its parameters, one per line.
  public func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String {
    guard let query else { return item.text }
    let values = zip(query.names, sources).map { name, source in
      do throws(Failure) {
        let value = try source.value(of: item).bytes
        return "\(name ?? "$1") = \(value.map { BoundValue.text($0).literal } ?? "NULL")"
      } catch {
        return "\(name ?? "$1"): \(error.reason)"
      }
    }
    return ([title] + values).joined(separator: "\n")
  }

  /// Makes a worker's session, which connects when it must get ready.
  public func openSession(for worker: WorkerID) -> any JobSession { PostgreSQLSession(self, worker: worker) }
}

/// The name of a PostgreSQL database as the user gives it.
public struct PostgreSQLName: Sendable {
  /// Whether a text names a PostgreSQL database, and not a file.
  public static func isOne(_ text: String) -> Bool { ConnectionString.isOne(text) }

  /// The name without passwords, for records.
  public let recordable: String
  /// Whether the name contains a password.
  public let hasSecret: Bool

  /// Reads a name.
  ///
  /// - Throws: when the client library is missing or does not understand the name. The error does not repeat it.
  public init(_ text: String) throws(JobError) {
    do throws(PostgreSQLError) {
      let string = try ConnectionString(text)
      recordable = string.recordable
      hasSecret = string.hasSecret
    } catch {
      throw JobError(error.message)
    }
  }
}

/// The workers that wait for a connection, each with the reason.
final class ConnectionWaits: @unchecked Sendable {
  private let lock = Lock()
  private var waiting: [WorkerID: String] = [:]

  var reasons: [WorkerID: String] { lock.withLock { waiting } }

  /// Notes why a worker waits; nil when it no longer does.
  func note(_ worker: WorkerID, _ reason: String?) { lock.withLock { waiting[worker] = reason } }
}
