import CSQLite

/// An error that SQLite reports.
package struct SQLiteError: Error, Equatable, CustomStringConvertible {
  /// SQLite's number for the result of a call.
  package struct Code: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// The primary code of an extended code.
    var primary: Code { Code(rawValue: rawValue & 0xFF) }
  }

  /// The database's name, as the connection received it.
  package let database: String
  /// The kind of error.
  package let code: Code
  /// The special case of the kind; the same as ``code`` if there is none.
  package let extendedCode: Code
  /// SQLite's message.
  package let message: String
  /// The reason why a system call failed (`errno`); 0 if none did.
  package let systemError: Int32
  /// The place of the error in the text of a statement, in bytes; nil if SQLite does not report it.
  package let offset: Int?

  /// Makes the error of the call that has just failed.
  ///
  /// - Parameters:
  ///   - result: the call's result.
  ///   - database: the database's name.
  ///   - handle: the connection; nil if there is none.
  init(_ result: Int32, database: String, handle: OpaquePointer?) {
    self.database = database
    extendedCode = Code(rawValue: result)
    code = extendedCode.primary
    message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(result))
    systemError = handle.map { sqlite3_system_errno($0) } ?? 0
    let place = handle.map { Int(sqlite3_error_offset($0)) } ?? -1
    offset = place < 0 ? nil : place
  }

  package var description: String { "\(database): \(message)" }
}

extension SQLiteError.Code {
  package static let error = Self(rawValue: SQLITE_ERROR)
  package static let notAllowed = Self(rawValue: SQLITE_PERM)
  package static let busy = Self(rawValue: SQLITE_BUSY)
  package static let locked = Self(rawValue: SQLITE_LOCKED)
  package static let readOnly = Self(rawValue: SQLITE_READONLY)
  package static let interrupted = Self(rawValue: SQLITE_INTERRUPT)
  package static let inputOrOutput = Self(rawValue: SQLITE_IOERR)
  package static let corrupt = Self(rawValue: SQLITE_CORRUPT)
  package static let full = Self(rawValue: SQLITE_FULL)
  package static let cannotOpen = Self(rawValue: SQLITE_CANTOPEN)
  package static let schemaChanged = Self(rawValue: SQLITE_SCHEMA)
  package static let tooBig = Self(rawValue: SQLITE_TOOBIG)
  package static let constraint = Self(rawValue: SQLITE_CONSTRAINT)
  package static let typeMismatch = Self(rawValue: SQLITE_MISMATCH)
  package static let notAuthorized = Self(rawValue: SQLITE_AUTH)
  package static let wrongFormat = Self(rawValue: SQLITE_FORMAT)
  package static let notADatabase = Self(rawValue: SQLITE_NOTADB)

  // Extended codes are macros that Swift cannot import.
  /// Another program ended in the middle of a change, and a reader cannot roll it back.
  package static let readOnlyRollback = Self(rawValue: SQLITE_READONLY | 3 << 8)
  package static let writeFailed = Self(rawValue: SQLITE_IOERR | 3 << 8)
}
