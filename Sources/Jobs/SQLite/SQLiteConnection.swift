import CSQLite
import CSQLiteMemory
import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One worker's connection, used through SQLite's own calls by one thread.
final class SQLiteConnection {
  /// SQLite's handle.
  let handle: OpaquePointer
  /// Set from any thread to make a running or waiting statement end.
  private let stop: StopFlag
  private let waiting: BusyWait

  /// Opens a database.
  ///
  /// - Parameters:
  ///   - path: its name, see ``DatabaseName``.
  ///   - access: whether it may be written.
  ///   - busyTimeoutMilliseconds: how long to wait for another connection's lock.
  ///   - stop: set from any thread to make the opening, and later any statement, end.
  /// - Throws: no such file, not a database, locked for too long.
  init(
    path: String, access: SQLiteJob.Access, busyTimeoutMilliseconds: Int, stop: StopFlag
  ) throws(SQLiteJobError) {
    self.stop = stop
    let name = DatabaseName(path)
    try Self.checkFile(name.path, named: path)
    handle = try Self.open(name.target, access, named: path)
    waiting = BusyWait(milliseconds: busyTimeoutMilliseconds, stop: stop)
    waiting.begin(on: handle)
    csqlite_refuse_quoted_strings(handle)
    try setUp(path)
    let flag = Unmanaged.passUnretained(stop).toOpaque()
    sqlite3_progress_handler(
      handle, 1000, { $0.map { Unmanaged<StopFlag>.fromOpaque($0).takeUnretainedValue().isSet ? 1 : 0 } ?? 0 }, flag)
    stop.reaches(handle)
  }

  deinit {
    stop.reaches(nil)
    sqlite3_close_v2(handle)
  }

  private static func open(
    _ target: String, _ access: SQLiteJob.Access, named name: String
  ) throws(SQLiteJobError) -> OpaquePointer {
    let flags = access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(target, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let opened else {
      defer { sqlite3_close_v2(opened) }
      throw SQLiteJobError("\(name): \(words(code, opened))")
    }
    return opened
  }

  /// A file that is no database is told of here, not by the first query.
  private func setUp(_ name: String) throws(SQLiteJobError) {
    let code = sqlite3_exec(handle, "PRAGMA foreign_keys = ON; SELECT 1 FROM sqlite_master LIMIT 1", nil, nil, nil)
    guard code == SQLITE_OK else { throw SQLiteJobError("\(name): \(Self.words(code, handle))") }
  }

  private static func checkFile(_ path: String, named name: String) throws(SQLiteJobError) {
    var status = stat()
    guard stat(path.osPath, &status) == 0 else {
      throw SQLiteJobError("\(name): \(errno == ENOENT ? "no such file" : errorText(errno))")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw SQLiteJobError("\(name): is a directory, expected an SQLite database")
    }
    // A pipe without a writer would hold us at its opening.
    guard ![S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT) else {
      throw SQLiteJobError("\(name): is a pipe or a socket, expected an SQLite database")
    }
    guard access(path.osPath, R_OK) == 0 else { throw SQLiteJobError("\(name): not readable (permission denied)") }
  }

  private static func words(_ code: Int32, _ handle: OpaquePointer?) -> String {
    if code & 0xFF == SQLITE_NOTADB { return "is not an SQLite database" }
    return handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
  }

  /// Prepares one statement.
  ///
  /// - Throws: SQLite's message with its place in the query, or a sentence on empty text and second statements.
  func prepare(_ query: String) throws(SQLiteJobError) -> OpaquePointer {
    let (code, statement, rest) = compile(query)
    guard code == SQLITE_OK else {
      throw SQLiteJobError("the query cannot be prepared: \(message)\(place(in: query))")
    }
    guard let statement else { throw SQLiteJobError("the query is empty") }
    let (restCode, second, _) = compile(rest)
    sqlite3_finalize(second)
    guard restCode == SQLITE_OK && second == nil else {
      sqlite3_finalize(statement)
      throw SQLiteJobError("expected one statement, found more after the first semicolon")
    }
    return statement
  }

  /// The program of a statement that has been prepared; empty if SQLite does not show it.
  func program(of query: String) -> [ProgramStep] {
    var explaining: OpaquePointer?
    guard sqlite3_prepare_v2(handle, "EXPLAIN \(query)", -1, &explaining, nil) == SQLITE_OK else { return [] }
    defer { sqlite3_finalize(explaining) }
    var steps: [ProgramStep] = []
    while let explaining, sqlite3_step(explaining) == SQLITE_ROW {
      let number = { Int(sqlite3_column_int64(explaining, $0)) }
      // The programs of triggers follow, numbered from 0 again.
      guard number(0) == steps.count else { break }
      let word = { (column: Int32) in sqlite3_column_text(explaining, column).map { String(cString: $0) } ?? "" }
      var step = ProgramStep(
        opcode: word(1), p1: number(2), p2: number(3), p3: number(4), p4: word(5), p5: number(6))
      if step.opcode == "TypeCheck" { step.textColumns = textColumns(of: step.p4) }
      steps.append(step)
    }
    return steps
  }

  /// Which columns of a strict table hold texts, in their order.
  private func textColumns(of table: String) -> [Bool] {
    var listing: OpaquePointer?
    guard sqlite3_prepare_v2(handle, "SELECT type FROM pragma_table_info(?)", -1, &listing, nil) == SQLITE_OK else {
      return []
    }
    defer { sqlite3_finalize(listing) }
    sqlite3_bind_text(listing, 1, table, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    var columns: [Bool] = []
    while let listing, sqlite3_step(listing) == SQLITE_ROW {
      columns.append(sqlite3_column_text(listing, 0).map { String(cString: $0).uppercased() == "TEXT" } ?? false)
    }
    return columns
  }

  /// What SQLite says about the last call.
  var message: String { String(cString: sqlite3_errmsg(handle)) }

  private func compile(_ text: String) -> (code: Int32, statement: OpaquePointer?, rest: String) {
    var statement: OpaquePointer?
    return text.withCString { start in
      var tail: UnsafePointer<CChar>?
      let code = sqlite3_prepare_v3(handle, start, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, &tail)
      return (code, statement, tail.map { String(cString: $0) } ?? "")
    }
  }

  private func place(in query: String) -> String {
    let offset = Int(sqlite3_error_offset(handle))
    guard offset >= 0 else { return "" }
    let before = query.utf8.prefix(offset)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
    return line == 1 ? " (at character \(column))" : " (at line \(line), character \(column))"
  }
}
