import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What SQLite's errors mean for the user of a run file.
enum SQLiteProblem {
  /// Calls SQLite, and says what its error means.
  static func told<Value>(_ body: () throws(SQLiteError) -> Value) throws(RunStoreError) -> Value {
    do throws(SQLiteError) {
      return try body()
    } catch {
      throw Self.error(error)
    }
  }

  /// What an error means; the connection has the file's path for a name.
  static func error(_ error: SQLiteError) -> RunStoreError {
    let path = error.database
    let systemError = error.systemError
    // When a file cannot be opened for writing, SQLite tries to open it for reading, and keeps that try's reason.
    let isKnown = systemError != 0 && !(error.code == .cannotOpen && systemError == ENOENT)
    let words = isKnown ? "\(error.message): \(String(cString: strerror(systemError)))" : error.message
    switch error.code {
    case .readOnly where error.extendedCode == .readOnlyRollback:
      return RunStoreError(
        .failed, path, "another program was ended in the middle of a change; `sqlite3 FILE .tables` undoes that change")
    case .notADatabase: return notARun(path)
    case .corrupt, .error, .typeMismatch, .schemaChanged, .tooBig, .wrongFormat: return damaged(path, words)
    case .interrupted: return damaged(path, "its pages lead in circles")
    case .full: return noRoom(path, words)
    case .inputOrOutput where [EFBIG, ENOSPC, EDQUOT].contains(systemError): return noRoom(path, words)
    // SQLite does not tell why; a limit of the file's size or a quota is likelier than a broken disk.
    case .inputOrOutput where error.extendedCode == .writeFailed: return noRoom(path, words)
    case .readOnly, .notAllowed, .notAuthorized, .cannotOpen:
      return RunStoreError(.notAllowed, path, "\(words); check the permissions of the file and of its folder")
    case .busy, .locked:
      return RunStoreError(.inUse, path, "another program keeps it locked (\(words))")
    default: return RunStoreError(.failed, path, words)
    }
  }

  static func damaged(_ path: String, _ what: String) -> RunStoreError {
    RunStoreError(
      .damaged, path,
      "the run file is damaged (\(what)); `sqlite3 FILE .recover` may save what it holds; "
        + "to run all items again, name another file or move this one away")
  }

  static func notARun(_ path: String) -> RunStoreError {
    RunStoreError(.notARun, path, "is not a run file of pfor-tui; nothing was changed in it")
  }

  private static func noRoom(_ path: String, _ words: String) -> RunStoreError {
    RunStoreError(
      .noRoom, path, "no room to record the run (\(words)); what was recorded before is safe: make room and resume")
  }
}
