import CSQLite

/// A prepared statement; parameters and columns are counted from 0.
final class Statement {
  /// How SQLite is to store bytes.
  enum Form {
    case text
    case blob
  }

  private unowned let database: RunDatabase
  private var pointer: OpaquePointer?
  /// The first 64 parameters that are NULL already, a bit for each: most values of most rows are.
  private var nulls = UInt64.max

  init(_ pointer: OpaquePointer, of database: RunDatabase) {
    self.pointer = pointer
    self.database = database
  }

  deinit { close() }

  /// Gives back what the statement holds; it cannot be used afterwards.
  func close() {
    sqlite3_finalize(pointer)
    pointer = nil
  }

  // MARK: - Parameters

  func bind(_ value: Int64, at position: Int) {
    nulls &= ~Self.mask(position)
    sqlite3_bind_int64(pointer, Int32(position + 1), value)
  }

  func bind(_ value: Int64?, at position: Int) {
    if let value { bind(value, at: position) } else { bindNull(at: position) }
  }

  func bindNull(at position: Int) {
    guard nulls & Self.mask(position) == 0 else { return }
    nulls |= Self.mask(position)
    sqlite3_bind_null(pointer, Int32(position + 1))
  }

  private static func mask(_ position: Int) -> UInt64 { position < UInt64.bitWidth ? 1 << UInt64(position) : 0 }

  /// Binds bytes that stay where they are until the statement is reset with ``finish()`` or bound anew.
  func bind(borrowing bytes: UnsafeRawBufferPointer, as form: Form, at position: Int) {
    bind(bytes, as: form, at: position, destructor: nil)
  }

  /// Binds a copy of a text.
  func bind(_ text: String?, at position: Int) {
    guard var text else { return bindNull(at: position) }
    text.withUTF8 { bind(copying: UnsafeRawBufferPointer($0), as: .text, at: position) }
  }

  /// Binds a copy of bytes.
  func bind(copying bytes: UnsafeRawBufferPointer, as form: Form, at position: Int) {
    // SQLITE_TRANSIENT: SQLite copies the bytes.
    bind(bytes, as: form, at: position, destructor: unsafeBitCast(-1, to: sqlite3_destructor_type.self))
  }

  private func bind(
    _ bytes: UnsafeRawBufferPointer, as form: Form, at position: Int, destructor: sqlite3_destructor_type?
  ) {
    nulls &= ~Self.mask(position)
    // A nil start would bind NULL, so nothing gets an address.
    guard let start = bytes.baseAddress, bytes.count > 0 else {
      if form == .text {
        sqlite3_bind_text(pointer, Int32(position + 1), "", 0, nil)
      } else {
        sqlite3_bind_zeroblob(pointer, Int32(position + 1), 0)
      }
      return
    }
    let count = UInt64(bytes.count)
    switch form {
    case .text:
      let characters = start.assumingMemoryBound(to: CChar.self)
      sqlite3_bind_text64(pointer, Int32(position + 1), characters, count, destructor, UInt8(SQLITE_UTF8))
    case .blob: sqlite3_bind_blob64(pointer, Int32(position + 1), start, count, destructor)
    }
  }

  // MARK: - Running

  /// Goes on to the next row; false when there is none.
  func step() throws(RunStoreError) -> Bool {
    let code = sqlite3_step(pointer)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let error = database.error(code)
      sqlite3_reset(pointer)
      throw error
    }
  }

  /// Runs a statement without rows to its end and makes it fit to be run again.
  func run() throws(RunStoreError) {
    _ = try step()
    sqlite3_reset(pointer)
  }

  /// Runs an INSERT that may meet a row with the same key; false if it did.
  func runUnlessPresent() throws(RunStoreError) -> Bool {
    let code = sqlite3_step(pointer)
    defer { sqlite3_reset(pointer) }
    switch code {
    case SQLITE_DONE: return true
    case _ where code & 0xFF == SQLITE_CONSTRAINT: return false
    default: throw database.error(code)
    }
  }

  /// Makes the statement fit to be run again.
  func reset() {
    sqlite3_reset(pointer)
    database.beginStatement()
  }

  /// Lets go of what is bound.
  func finish() {
    sqlite3_reset(pointer)
    sqlite3_clear_bindings(pointer)
    nulls = .max
  }

  // MARK: - Columns

  func isNull(_ column: Int) -> Bool { sqlite3_column_type(pointer, Int32(column)) == SQLITE_NULL }

  func integer(_ column: Int) -> Int64 { sqlite3_column_int64(pointer, Int32(column)) }

  func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }

  /// Lends the bytes of a column until the statement moves on.
  func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    let start = sqlite3_column_blob(pointer, Int32(column))
    let count = Int(sqlite3_column_bytes(pointer, Int32(column)))
    return body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
  }

  /// Lends the bytes of a column until the statement moves on; nil for NULL.
  func lentBytes(_ column: Int) -> UnsafeRawBufferPointer? {
    isNull(column) ? nil : withBytes(column) { $0 }
  }

  func bytes(_ column: Int) -> [UInt8] { withBytes(column) { [UInt8]($0) } }

  func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

  /// A column as text; what is not UTF-8 becomes U+FFFD.
  func text(_ column: Int) -> String { withBytes(column) { String(decoding: $0, as: UTF8.self) } }

  func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

  /// How many bytes a column has, without reading those beyond the row's own page.
  func count(_ column: Int) -> Int { Int(sqlite3_column_bytes(pointer, Int32(column))) }
}
