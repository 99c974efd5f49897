import GRDB
import GRDBSQLite
import OSText
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One worker's connection: opened and set up by GRDB, then used through SQLite's own calls by one thread.
///
/// GRDB's queue, rows and statement cache would cost more than a point query; since nobody else uses this queue, its
/// handle may be used outside of it.
final class SQLiteConnection {
  /// SQLite's handle.
  let handle: OpaquePointer
  /// Set from any thread to make a running or waiting statement end.
  let stop = StopFlag()
  private let queue: DatabaseQueue

  init(path: String, access: SQLiteJob.Access, busyTimeoutMilliseconds: Int) throws(SQLiteJobError) {
    try Self.checkFile(path)
    var configuration = Configuration()
    configuration.readonly = access == .readOnly
    configuration.label = "pfor"
    // Not SQLite's own timeout: it sleeps on when the item is cancelled.
    configuration.busyMode = .callback { [stop] tries in
      let waited = (0..<tries).reduce(0) { $0 + Self.pause(afterTries: $1) }
      guard waited < busyTimeoutMilliseconds && !stop.isSet else { return false }
      usleep(UInt32(Self.pause(afterTries: tries)) * 1000)
      return true
    }
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      guard let handle = queue.unsafeReentrantRead({ $0.sqliteConnection }) else {
        throw SQLiteJobError("\(path): the connection is closed")
      }
      self.handle = handle
    } catch let error as DatabaseError {
      throw SQLiteJobError("\(path): \(Self.words(error))")
    } catch {
      throw SQLiteJobError("\(path): \(error)")
    }
    // GRDB's observers expect that all statements pass through GRDB, and trap when a commit comes from elsewhere.
    sqlite3_update_hook(handle, nil, nil)
    sqlite3_commit_hook(handle, nil, nil)
    sqlite3_rollback_hook(handle, nil, nil)
    let flag = Unmanaged.passUnretained(stop).toOpaque()
    sqlite3_progress_handler(
      handle, 1000, { $0.map { Unmanaged<StopFlag>.fromOpaque($0).takeUnretainedValue().isSet ? 1 : 0 } ?? 0 }, flag)
  }

  deinit { sqlite3_progress_handler(handle, 0, nil, nil) }

  private static func pause(afterTries tries: Int) -> Int { min(25, 1 << min(tries, 5)) }

  private static func checkFile(_ path: String) throws(SQLiteJobError) {
    var status = stat()
    guard stat(path.osPath, &status) == 0 else {
      throw SQLiteJobError("\(path): \(errno == ENOENT ? "no such file" : errorText(errno))")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw SQLiteJobError("\(path): is a directory, expected an SQLite database")
    }
    guard access(path.osPath, R_OK) == 0 else { throw SQLiteJobError("\(path): not readable (permission denied)") }
  }

  private static func words(_ error: DatabaseError) -> String {
    error.resultCode == .SQLITE_NOTADB ? "is not an SQLite database" : error.message ?? error.resultCode.description
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

/// A flag that one thread sets and another one looks at.
final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }

  func set() { flag.store(true, ordering: .relaxed) }

  func clear() { flag.store(false, ordering: .relaxed) }
}
