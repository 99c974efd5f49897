import CSQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What SQLite's error codes mean for somebody who has a run file.
enum SQLiteProblem {
  // Extended codes are macros that Swift does not see.
  private static let readOnlyRollback = SQLITE_READONLY | 3 << 8
  private static let writeFailed = SQLITE_IOERR | 3 << 8

  /// The error for what the last call on a connection said.
  static func error(_ path: String, code: Int32, handle: OpaquePointer?) -> RunStoreError {
    let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    let reason = handle.map { sqlite3_system_errno($0) } ?? 0
    return error(path, code: code, message: message, systemError: reason)
  }

  private static func error(_ path: String, code: Int32, message: String, systemError: Int32) -> RunStoreError {
    // When a file cannot be opened for writing, SQLite tries to open it for reading, and keeps that try's reason.
    let isKnown = systemError != 0 && !(code & 0xFF == SQLITE_CANTOPEN && systemError == ENOENT)
    let words = isKnown ? "\(message): \(String(cString: strerror(systemError)))" : message
    switch code & 0xFF {
    case SQLITE_READONLY where code == readOnlyRollback:
      return RunStoreError(
        .failed, path, "another program was ended in the middle of a change; `sqlite3 FILE .tables` undoes that change")
    case SQLITE_NOTADB: return notARun(path)
    case SQLITE_CORRUPT, SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_SCHEMA, SQLITE_TOOBIG, SQLITE_FORMAT:
      return damaged(path, words)
    case SQLITE_INTERRUPT: return damaged(path, "its pages lead in circles")
    case SQLITE_FULL: return noRoom(path, words)
    case SQLITE_IOERR where [EFBIG, ENOSPC, EDQUOT].contains(systemError): return noRoom(path, words)
    // SQLite does not tell why; a limit of the file's size or a quota is likelier than a broken disk.
    case SQLITE_IOERR where code == writeFailed: return noRoom(path, words)
    case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH, SQLITE_CANTOPEN:
      return RunStoreError(.notAllowed, path, "\(words); check the permissions of the file and of its folder")
    case SQLITE_BUSY, SQLITE_LOCKED:
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
