import GRDBSQLite
import ParallelFor

/// Runs the queries of one worker on its connection, with one prepared statement.
final class SQLiteSession: JobSession {
  private let job: SQLiteJob
  private let connection: SQLiteConnection
  private let writer: RowWriter
  private var statement: OpaquePointer?
  /// For reading only: a writing item is a transaction of its own.
  private var reading: ReadTransaction?
  private var output: CaptureBuffer
  private let interrupt: @Sendable (StopUrgency) -> Void

  init(_ job: SQLiteJob) throws(SQLiteJobError) {
    self.job = job
    let connection = try SQLiteConnection(
      path: job.path, access: job.access, busyTimeoutMilliseconds: job.busyTimeoutMilliseconds)
    let statement = try connection.prepare(job.title)
    self.connection = connection
    self.statement = statement
    writer = RowWriter(format: job.rows, statement: statement)
    output = CaptureBuffer(spillFile: job.spillFile)
    reading = job.access == .readOnly ? try ReadTransaction(connection) : nil
    let stop = connection.stop
    nonisolated(unsafe) let handle = connection.handle
    interrupt = { _ in
      // The flag holds even when the request comes before the first step; the call also reaches what the progress
      // handler does not, such as the counting of a whole table.
      stop.set()
      sqlite3_interrupt(handle)
    }
  }

  deinit { close() }

  func rest() { reading?.end() }

  func close() {
    reading = nil
    sqlite3_finalize(statement)
    statement = nil
  }

  func run(_ item: Item, in context: ItemContext) -> JobEnding {
    guard let statement else { return JobEnding(outcome: .failed(Failure("the connection is closed"))) }
    connection.stop.clear()
    context.onCancel(interrupt)
    reading?.enter()
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
      output.reset()
      reading?.leave()
    }
    do throws(Failure) {
      for (position, source) in job.sources.enumerated() {
        try bind(try source.value(of: item), at: Int32(position + 1), of: statement)
      }
      if let cancelled = try stepThrough(statement) { return cancelled }
      return JobEnding(outcome: .succeeded, output: try kept { (output) throws(SpillError) in try output.finish() })
    } catch {
      return JobEnding(outcome: .failed(error))
    }
  }

  /// Goes through all rows; returns an ending only when the item was cancelled.
  private func stepThrough(_ statement: OpaquePointer) throws(Failure) -> JobEnding? {
    while true {
      if connection.stop.isSet { return JobEnding(outcome: .cancelled) }
      let code = sqlite3_step(statement)
      switch code & 0xFF {
      case SQLITE_ROW:
        try kept { [writer] (output) throws(SpillError) in
          try output.extend { writer.append(statement, to: &$0) }
        }
      case SQLITE_DONE: return nil
      case _ where connection.stop.isSet: return JobEnding(outcome: .cancelled)
      case SQLITE_BUSY, SQLITE_LOCKED:
        throw Failure("database is busy (locked by another connection): \(connection.message)")
      default: throw Failure(connection.message)
      }
    }
  }

  private func kept<Value>(_ body: (inout CaptureBuffer) throws(SpillError) -> Value) throws(Failure) -> Value {
    do throws(SpillError) {
      return try body(&output)
    } catch {
      throw Failure(error.description)
    }
  }

  private func bind(_ value: ByteText?, at position: Int32, of statement: OpaquePointer) throws(Failure) {
    let code: Int32
    if let value {
      if let integer = value.canonicalInteger {
        code = sqlite3_bind_int64(statement, position, integer)
      } else {
        code = value.withBytes { Self.bindText($0, at: position, of: statement) }
      }
    } else {
      code = sqlite3_bind_null(statement, position)
    }
    guard code == SQLITE_OK else { throw Failure(connection.message) }
  }

  private static func bindText(
    _ bytes: UnsafeBufferPointer<UInt8>, at position: Int32, of statement: OpaquePointer
  ) -> Int32 {
    // SQLITE_TRANSIENT: SQLite copies the bytes. A nil start would bind NULL, so an empty text gets an address.
    let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    let count = UInt64(bytes.count)
    guard let start = bytes.baseAddress else {
      return sqlite3_bind_text64(statement, position, "", 0, copies, UInt8(SQLITE_UTF8))
    }
    return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
      sqlite3_bind_text64(statement, position, $0, count, copies, UInt8(SQLITE_UTF8))
    }
  }
}
