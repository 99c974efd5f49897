import OSText
import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A job's database on one worker's connection; errors use the name that the user gave.
struct QueryDatabase {
  private let connection: SQLiteConnection

  /// Opens a database.
  ///
  /// - Parameters:
  ///   - path: the name, see ``DatabaseName``.
  ///   - access: whether the database may be written.
  ///   - busyTimeoutMilliseconds: how long to wait for another connection's lock.
  ///   - stop: set from any thread to end the opening, and later any running statement.
  /// - Throws: when the file is missing, is not a database, or stays locked for too long.
  init(
    _ path: String, access: SQLiteJob.Access, busyTimeoutMilliseconds: Int, stop: StopFlag
  ) throws(JobError) {
    let name = DatabaseName(path)
    try Self.checkFile(name.path, named: path)
    do throws(SQLiteError) {
      connection = try SQLiteConnection(
        name.target, name: path, access: access == .readOnly ? .readOnly : .readWrite,
        patience: busyTimeoutMilliseconds, stop: stop)
      connection.refuseQuotedTexts()
      // Fail here if the file is not a database, rather than at the first query.
      try connection.execute("PRAGMA foreign_keys = ON; SELECT 1 FROM sqlite_master LIMIT 1")
    } catch {
      throw JobError(error)
    }
  }

  private static func checkFile(_ path: String, named name: String) throws(JobError) {
    var status = stat()
    guard stat(path.osPath, &status) == 0 else {
      throw JobError("\(name): \(errno == ENOENT ? "no such file" : errorText(errno))")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw JobError("\(name): is a directory, expected an SQLite database")
    }
    // Opening a pipe without a writer would block.
    guard ![S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT) else {
      throw JobError("\(name): is a pipe or a socket, expected an SQLite database")
    }
    guard access(path.osPath, R_OK) == 0 else { throw JobError("\(name): not readable (permission denied)") }
  }

  /// Prepares one statement.
  ///
  /// - Throws: SQLite's message with its position in the query; also for an empty text and for more than one statement.
  func prepare(_ query: String) throws(JobError) -> SQLiteStatement {
    let first: SQLiteStatement?
    let rest: String
    do throws(SQLiteError) {
      (first, rest) = try connection.prepareFirst(of: query)
    } catch {
      let place = error.offset.map { QueryPlace.words($0, in: query) } ?? ""
      let advice = ParameterSource.adviceOnBraces(in: query)
      throw JobError("the query cannot be prepared: \(error.message)\(place)\(advice)")
    }
    guard let first else { throw JobError("the query is empty") }
    guard isWithoutStatement(rest) else {
      throw JobError("expected one statement, found more after the first semicolon")
    }
    return first
  }

  private func isWithoutStatement(_ text: String) -> Bool {
    do throws(SQLiteError) {
      return try connection.prepareFirst(of: text).statement == nil
    } catch {
      return false
    }
  }

  /// Whether a transaction is open.
  var isInTransaction: Bool { connection.isInTransaction }

  /// Rolls back the open transaction.
  func rollBack() { connection.rollBack() }

  /// The number of rows that the last statement changed.
  var changes: Int { connection.changes }

  // MARK: - Insight

  /// Sets what is called when the connection has waited for a lock for a while. It must not use the connection.
  func onLongWait(_ body: @escaping () -> Void) { connection.onLongWait = body }

  /// Sets what is called at intervals while a long statement runs. It may only read the counters of the statement.
  func onManySteps(_ body: @escaping () -> Void) { connection.onManySteps = body }

  // MARK: - Programs

  /// Returns the program of a statement that has been prepared; empty if SQLite does not show it.
  ///
  /// - Parameter bind: binds values, on which the program may depend.
  func program(of query: String, bind: (SQLiteStatement) -> Void = { _ in }) -> [ProgramStep] {
    guard let explaining = try? connection.prepare("EXPLAIN \(query)") else { return [] }
    bind(explaining)
    var steps: [ProgramStep] = []
    while (try? explaining.advance()) ?? false {
      let number = { Int(explaining.integer($0)) }
      // The programs of triggers follow and are numbered from 0 again.
      guard number(0) == steps.count else { break }
      let word = { (column: Int) in explaining.text(column) }
      var step = ProgramStep(
        opcode: word(1), p1: number(2), p2: number(3), p3: number(4), p4: word(5), p5: number(6))
      if step.opcode == "TypeCheck" { step.textColumns = textColumns(of: step.p4) }
      steps.append(step)
    }
    return steps
  }

  /// Returns the plan of a query that has been prepared, without running it; nil if SQLite does not show it now.
  ///
  /// - Parameter bind: binds the values of an item, on which the plan may depend.
  func plan(of query: String, bind: (SQLiteStatement) -> Void) -> QueryPlan? {
    // The plan is not worth a wait for a lock.
    connection.isPatient = false
    defer { connection.isPatient = true }
    let program = program(of: query, bind: bind)
    guard !program.isEmpty, let objects = try? objects(),
      let plan = try? connection.prepare("EXPLAIN QUERY PLAN \(query)")
    else { return nil }
    bind(plan)
    let lines = try? rows(of: plan) { $0.text(3) }
    return lines.map { QueryPlan(program: program, lines: $0, objects: objects) }
  }

  private func objects() throws(SQLiteError) -> [Int: QueryPlan.Object] {
    let listing = try connection.prepare("SELECT rootpage, name, tbl_name, type FROM sqlite_master WHERE rootpage > 0")
    let objects = try rows(of: listing) {
      (Int($0.integer(0)), QueryPlan.Object(name: $0.text(1), table: $0.text(2), isIndex: $0.text(3) == "index"))
    }
    return Dictionary(objects) { first, _ in first }
  }

  /// Returns the statements that made the tables, views and indexes, in order; empty if they cannot be read now.
  func schema() -> [String] {
    connection.isPatient = false
    defer { connection.isPatient = true }
    let text = """
      SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index', 'view')
      ORDER BY type = 'index', rowid
      """
    return (try? connection.prepare(text)).flatMap { try? rows(of: $0) { $0.text(0) } } ?? []
  }

  private func rows<Value>(of statement: SQLiteStatement, _ value: (SQLiteStatement) -> Value) throws(SQLiteError)
    -> [Value]
  {
    defer { statement.close() }
    var values: [Value] = []
    while try statement.advance() { values.append(value(statement)) }
    return values
  }

  /// Returns for each column of a strict table, in order, whether it holds texts.
  private func textColumns(of table: String) -> [Bool] {
    guard let listing = try? connection.prepare("SELECT type FROM pragma_table_info(?)") else { return [] }
    listing.bind(table, at: 0)
    var columns: [Bool] = []
    while (try? listing.advance()) ?? false { columns.append(listing.text(0).uppercased() == "TEXT") }
    return columns
  }
}

/// The name of a database as the user gives it: a path, or an SQLite URI that starts with `file:`.
///
/// As in SQLite's own shell, `file:x.db` is the file `x.db`, `%20` in it is a blank, and `?immutable=1` is a parameter
/// for SQLite. A file whose name starts with `file:` is given as `./file:x.db`. Nothing else is special: `:memory:` is
/// a file.
public struct DatabaseName: Sendable, Equatable {
  /// The file's path.
  public let path: String
  /// The target that SQLite opens.
  let target: SQLiteConnection.Target

  /// Parses a name.
  public init(_ name: String) {
    guard name.hasPrefix("file:") else {
      self.init(path: name)
      return
    }
    let rest = name.dropFirst("file:".count)
    let end = rest.firstIndex { $0 == "?" || $0 == "#" } ?? rest.endIndex
    let path = Self.decoded(Self.withoutAuthority(rest[..<end]))
    // Only SQLite interprets parameters; without them, the path is enough.
    if end < rest.endIndex && rest[end] == "?" {
      self.init(path: path, target: .uri(name))
    } else {
      self.init(path: path)
    }
  }

  private init(path: String, target: SQLiteConnection.Target? = nil) {
    self.path = path
    self.target = target ?? .file(path)
  }

  /// Drops the host, which can only be this machine.
  private static func withoutAuthority(_ text: Substring) -> Substring {
    for authority in ["//localhost/", "///"] where text.hasPrefix(authority) {
      return text.dropFirst(authority.count - 1)
    }
    return text
  }

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let code = rest.count >= 2 ? UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) : nil
      if byte == UInt8(ascii: "%"), let code {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
