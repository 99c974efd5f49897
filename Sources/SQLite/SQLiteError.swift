import CSQLite

/// What SQLite says when something fails.
package struct SQLiteError: Error, Equatable, CustomStringConvertible {
  /// A result of a call, as SQLite numbers them.
  package struct Code: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// The general code of an extended code.
    var primary: Code { Code(rawValue: rawValue & 0xFF) }
  }

  /// The name of the database, as the connection was given it.
  package let database: String
  /// What kind of error it is.
  package let code: Code
  /// The special case of that kind; the same as ``code`` where there is none.
  package let extendedCode: Code
  /// SQLite's words.
  package let message: String
  /// Why the system refused a call (`errno`); 0 when it did not.
  package let systemError: Int32
  /// Where in the text of a statement the error is, in bytes; nil when SQLite does not tell.
  package let offset: Int?

  /// Takes what a connection knows of a call that failed just now.
  ///
  /// - Parameters:
  ///   - result: what the call returned.
  ///   - database: the name of the database.
  ///   - handle: the connection; nil when there is none.
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

  // Extended codes are macros that Swift does not see.
  /// Another program was ended in the middle of a change, which a reader cannot undo.
  package static let readOnlyRollback = Self(rawValue: SQLITE_READONLY | 3 << 8)
  package static let writeFailed = Self(rawValue: SQLITE_IOERR | 3 << 8)
}
