import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Translates SQLite's errors for the user of a run file.
enum SQLiteProblem {
  /// Calls SQLite and translates its error.
  static func translated<Value>(_ body: () throws(SQLiteError) -> Value) throws(RunStoreError) -> Value {
    do throws(SQLiteError) {
      return try body()
    } catch {
      throw Self.error(error)
    }
  }

  /// Translates an error; the name of the connection is the path of the file.
  static func error(_ error: SQLiteError) -> RunStoreError {
    let path = error.database
    let systemError = error.systemError
    // When SQLite cannot open a file for writing, it tries to open it for reading and reports that attempt's reason.
    let isKnown = systemError != 0 && !(error.code == .cannotOpen && systemError == ENOENT)
    let words = isKnown ? "\(error.message): \(String(cString: strerror(systemError)))" : error.message
    switch error.code {
    case .readOnly where error.extendedCode == .readOnlyRollback:
      return RunStoreError(
        .failed, path, "another program was killed in the middle of a change; `sqlite3 FILE .tables` undoes it")
    case .notADatabase: return notARun(path)
    case .corrupt, .error, .typeMismatch, .schemaChanged, .tooBig, .wrongFormat: return damaged(path, words)
    case .interrupted: return damaged(path, "its pages form a loop")
    case .full: return noRoom(path, words)
    case .inputOrOutput where [EFBIG, ENOSPC, EDQUOT].contains(systemError): return noRoom(path, words)
    // SQLite gives no reason here. A limit on the file's size or a quota is likelier than a broken disk.
    case .inputOrOutput where error.extendedCode == .writeFailed: return noRoom(path, words)
    case .readOnly, .notAllowed, .notAuthorized, .cannotOpen:
      return RunStoreError(.notAllowed, path, "\(words); check the permissions of the file and of its folder")
    case .busy, .locked:
      return RunStoreError(.inUse, path, "another program has it locked (\(words))")
    default: return RunStoreError(.failed, path, words)
    }
  }

  static func damaged(_ path: String, _ what: String) -> RunStoreError {
    RunStoreError(
      .damaged, path,
      "the run file is damaged (\(what)); `sqlite3 FILE .recover` may save its contents; "
        + "to run all items again, name another file or move this one away")
  }

  static func notARun(_ path: String) -> RunStoreError {
    RunStoreError(.notARun, path, "is not a run file of pfor-tui; it was not changed")
  }

  private static func noRoom(_ path: String, _ words: String) -> RunStoreError {
    RunStoreError(
      .noRoom, path, "no room to record the run (\(words)); earlier records are safe; make room and resume")
  }
}

/// A statement on a run file; its errors are translated for the user of the file.
typealias Statement = SQLiteStatement

extension SQLiteStatement {
  /// Advances to the next row; returns false when there is none.
  func step() throws(RunStoreError) -> Bool {
    do throws(SQLiteError) {
      return try advance()
    } catch {
      throw SQLiteProblem.error(error)
    }
  }

  /// Runs a statement that yields no rows, and resets it.
  func run() throws(RunStoreError) {
    do throws(SQLiteError) {
      try execute()
    } catch {
      throw SQLiteProblem.error(error)
    }
  }

  /// Runs an INSERT that may meet a row with the same key; returns false if it did.
  func runUnlessPresent() throws(RunStoreError) -> Bool {
    do throws(SQLiteError) {
      return try executeUnlessPresent()
    } catch {
      throw SQLiteProblem.error(error)
    }
  }
}
