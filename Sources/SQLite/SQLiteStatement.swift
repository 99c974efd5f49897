import CSQLite

/// A prepared statement. Parameters and columns are counted from 0.
package final class SQLiteStatement {
  /// How SQLite stores bytes.
  package enum Form {
    case text
    case blob
  }

  /// The type of a value in the current row.
  package enum Kind {
    case null
    case integer
    case real
    case text
    case blob
  }

  private let connection: SQLiteConnection
  private var pointer: OpaquePointer?
  /// Which of the first 64 parameters are NULL, one bit each. Most values of most rows are NULL and need no call.
  private var nulls = UInt64.max

  init(_ pointer: OpaquePointer, of connection: SQLiteConnection) {
    self.pointer = pointer
    self.connection = connection
  }

  deinit { close() }

  /// Releases the statement. It cannot be used afterwards.
  package func close() {
    sqlite3_finalize(pointer)
    pointer = nil
  }

  // MARK: - Facts

  /// Whether the statement does not change the database.
  package var isReadOnly: Bool { sqlite3_stmt_readonly(pointer) != 0 }

  /// The parameters as written in the text, such as `:id` or `?2`; nil for a plain `?`.
  package var parameterNames: [String?] {
    (0..<sqlite3_bind_parameter_count(pointer)).map { position in
      sqlite3_bind_parameter_name(pointer, position + 1).map { String(cString: $0) }
    }
  }

  /// The names of the result columns.
  package var columnNames: [String] {
    (0..<sqlite3_column_count(pointer)).map { column in
      sqlite3_column_name(pointer, column).map { String(cString: $0) } ?? ""
    }
  }

  /// The error of the last call that failed.
  package var error: SQLiteError { connection.lastError }

  /// How often SQLite has prepared the statement again. It does so in the first step after another program has changed
  /// the tables, which may change the result columns.
  package var preparations: Int { Int(sqlite3_stmt_status(pointer, SQLITE_STMTSTATUS_REPREPARE, 0)) }

  /// Returns what the statement has done since the last call, and starts to count from zero. Call it before ``reset()``
  /// or ``finish()``.
  package func takeCounters() -> StatementCounters {
    var counters = counters(resetting: true)
    counters.lockWait = connection.takeLockWait()
    return counters
  }

  /// What the running statement has done so far. Only the connection's thread may ask.
  package var countersSoFar: StatementCounters { counters(resetting: false) }

  private func counters(resetting isReset: Bool) -> StatementCounters {
    func count(_ counter: Int32) -> Int {
      Int(UInt32(bitPattern: sqlite3_stmt_status(pointer, counter, isReset ? 1 : 0)))
    }
    return StatementCounters(
      scanned: count(SQLITE_STMTSTATUS_FULLSCAN_STEP), sorts: count(SQLITE_STMTSTATUS_SORT),
      indexed: count(SQLITE_STMTSTATUS_AUTOINDEX), steps: connection.steps)
  }

  // MARK: - Parameters

  package func bind(_ value: Int64, at position: Int) {
    nulls &= ~Self.mask(position)
    sqlite3_bind_int64(pointer, Int32(position + 1), value)
  }

  package func bind(_ value: Int64?, at position: Int) {
    if let value { bind(value, at: position) } else { bindNull(at: position) }
  }

  package func bind(real value: Double, at position: Int) {
    nulls &= ~Self.mask(position)
    sqlite3_bind_double(pointer, Int32(position + 1), value)
  }

  package func bindNull(at position: Int) {
    guard nulls & Self.mask(position) == 0 else { return }
    nulls |= Self.mask(position)
    sqlite3_bind_null(pointer, Int32(position + 1))
  }

  private static func mask(_ position: Int) -> UInt64 { position < UInt64.bitWidth ? 1 << UInt64(position) : 0 }

  /// Binds bytes without a copy. They must stay valid until ``finish()`` or until another value is bound.
  @discardableResult
  package func bind(borrowing bytes: UnsafeRawBufferPointer, as form: Form, at position: Int) -> Bool {
    bind(bytes, as: form, at: position, destructor: nil)
  }

  /// Binds a copy of a text.
  package func bind(_ text: String?, at position: Int) {
    guard var text else { return bindNull(at: position) }
    text.withUTF8 { _ = bind(copying: UnsafeRawBufferPointer($0), as: .text, at: position) }
  }

  /// Binds a copy of bytes.
  ///
  /// - Returns: false if SQLite refuses them because they are too many. The parameter is NULL then.
  @discardableResult
  package func bind(copying bytes: UnsafeRawBufferPointer, as form: Form, at position: Int) -> Bool {
    // SQLITE_TRANSIENT: SQLite copies the bytes.
    bind(bytes, as: form, at: position, destructor: unsafeBitCast(-1, to: sqlite3_destructor_type.self))
  }

  private func bind(
    _ bytes: UnsafeRawBufferPointer, as form: Form, at position: Int, destructor: sqlite3_destructor_type?
  ) -> Bool {
    nulls &= ~Self.mask(position)
    let count = UInt64(bytes.count)
    let number = Int32(position + 1)
    // A nil address would bind NULL, so an empty value is bound in another way.
    guard let start = bytes.baseAddress, count > 0 else {
      return form == .text
        ? sqlite3_bind_text(pointer, number, "", 0, nil) == SQLITE_OK
        : sqlite3_bind_zeroblob(pointer, number, 0) == SQLITE_OK
    }
    switch form {
    case .text:
      let characters = start.assumingMemoryBound(to: CChar.self)
      return sqlite3_bind_text64(pointer, number, characters, count, destructor, UInt8(SQLITE_UTF8)) == SQLITE_OK
    case .blob: return sqlite3_bind_blob64(pointer, number, start, count, destructor) == SQLITE_OK
    }
  }

  // MARK: - Running

  /// Moves to the next row. Returns false if there is none.
  ///
  /// - Throws: SQLite's error, after the statement has been reset.
  package func advance() throws(SQLiteError) -> Bool {
    let code = sqlite3_step(pointer)
    if code == SQLITE_ROW { return true }
    guard code != SQLITE_DONE else { return false }
    throw failure(code)
  }

  /// Runs a statement without rows to its end, and resets it to run again.
  package func execute() throws(SQLiteError) {
    _ = try advance()
    sqlite3_reset(pointer)
  }

  /// Runs an INSERT. Returns false if a constraint refuses the row, such as one with the same key.
  package func executeUnlessPresent() throws(SQLiteError) -> Bool {
    let code = sqlite3_step(pointer)
    guard code == SQLITE_DONE || code & 0xFF == SQLITE_CONSTRAINT else { throw failure(code) }
    sqlite3_reset(pointer)
    return code == SQLITE_DONE
  }

  private func failure(_ code: Int32) -> SQLiteError {
    let error = connection.error(code)
    sqlite3_reset(pointer)
    return error
  }

  /// Resets the statement to run again with the same values.
  package func reset() {
    sqlite3_reset(pointer)
    connection.beginStatement()
  }

  /// Resets the statement to run again with other values, and sets all parameters to NULL.
  package func finish() {
    reset()
    sqlite3_clear_bindings(pointer)
    nulls = .max
  }

  // MARK: - Columns

  package func kind(_ column: Int) -> Kind {
    switch sqlite3_column_type(pointer, Int32(column)) {
    case SQLITE_INTEGER: .integer
    case SQLITE_FLOAT: .real
    case SQLITE_TEXT: .text
    case SQLITE_BLOB: .blob
    default: .null
    }
  }

  package func isNull(_ column: Int) -> Bool { sqlite3_column_type(pointer, Int32(column)) == SQLITE_NULL }

  package func integer(_ column: Int) -> Int64 { sqlite3_column_int64(pointer, Int32(column)) }

  package func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }

  package func real(_ column: Int) -> Double { sqlite3_column_double(pointer, Int32(column)) }

  /// The bytes of a column, valid until the statement moves on; empty for NULL.
  package func rawBytes(_ column: Int) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(pointer, Int32(column))
    let count = Int(sqlite3_column_bytes(pointer, Int32(column)))
    return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
  }

  /// The bytes of a column converted to text, as for a number, valid until the statement moves on; empty for NULL.
  package func rawText(_ column: Int) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_text(pointer, Int32(column))
    let count = Int(sqlite3_column_bytes(pointer, Int32(column)))
    return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
  }

  /// The bytes of a column, valid until the statement moves on; nil for NULL.
  package func lentBytes(_ column: Int) -> UnsafeRawBufferPointer? { isNull(column) ? nil : rawBytes(column) }

  package func bytes(_ column: Int) -> [UInt8] { [UInt8](rawBytes(column)) }

  package func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

  /// A column as text. Bytes that are not UTF-8 become U+FFFD.
  package func text(_ column: Int) -> String { String(decoding: rawBytes(column), as: UTF8.self) }

  package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

  /// The number of bytes in a column, without reading those beyond the row's own page.
  package func count(_ column: Int) -> Int { Int(sqlite3_column_bytes(pointer, Int32(column))) }
}
