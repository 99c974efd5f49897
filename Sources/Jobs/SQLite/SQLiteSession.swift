import CSQLite
import ParallelFor

/// Runs the queries of one worker on its connection, with one prepared statement.
final class SQLiteSession: JobSession {
  private let job: SQLiteJob
  private let stop = StopFlag()
  private let place: WriterQueue.Place
  private var query: OpenQuery?
  private var output: CaptureBuffer
  private let interrupt: @Sendable (StopUrgency) -> Void

  init(_ job: SQLiteJob) {
    self.job = job
    place = WriterQueue.Place(stop: stop)
    output = CaptureBuffer(spillFile: job.spillFile)
    interrupt = { [stop, writers = job.writers] _ in
      stop.set()
      writers?.lookAgain()
    }
  }

  func rest() { query?.reading?.end() }

  func close() { query = nil }

  func run(_ item: Item, in context: ItemContext) -> JobEnding {
    stop.clear()
    context.onCancel(interrupt)
    do throws(Failure) {
      guard let writers = job.writers else { return try runOnQuery(item) }
      // Opening takes a turn too: SQLite reads the schema then, and would meet the lock of the worker that writes.
      guard writers.enter(place) else { return JobEnding(outcome: .cancelled) }
      defer { writers.leave() }
      return try runOnQuery(item)
    } catch {
      return JobEnding(outcome: .failed(error))
    }
  }

  private func runOnQuery(_ item: Item) throws(Failure) -> JobEnding {
    guard let query = try opened() else { return JobEnding(outcome: .cancelled) }
    return try run(query, item)
  }

  /// The query on its connection; nil when the item was cancelled before there was one. What cannot be opened fails the
  /// item, and the next one tries again.
  private func opened() throws(Failure) -> OpenQuery? {
    if let query { return query }
    do throws(SQLiteJobError) {
      let query = try OpenQuery(job, stop: stop)
      self.query = query
      return query
    } catch {
      if stop.isSet { return nil }
      throw Failure(error.description)
    }
  }

  private func run(_ query: OpenQuery, _ item: Item) throws(Failure) -> JobEnding {
    query.reading?.enter()
    defer {
      sqlite3_reset(query.statement)
      sqlite3_clear_bindings(query.statement)
      output.reset()
      query.reading?.leave()
    }
    for (position, source) in job.sources.enumerated() {
      try bind(try source.value(of: item, for: job.uses[position]), at: Int32(position + 1), of: query)
    }
    if let cancelled = try stepThrough(query) { return cancelled }
    return JobEnding(outcome: .succeeded, output: try kept { (output) throws(SpillError) in try output.finish() })
  }

  /// Goes through all rows; returns an ending only when the item was cancelled.
  private func stepThrough(_ query: OpenQuery) throws(Failure) -> JobEnding? {
    var isFirst = true
    while true {
      if stop.isSet { return JobEnding(outcome: .cancelled) }
      let code = sqlite3_step(query.statement)
      if isFirst { query.refreshColumns() }
      isFirst = false
      switch code & 0xFF {
      case SQLITE_ROW:
        try kept { [writer = query.writer] (output) throws(SpillError) in
          try output.extend { writer.append(query.statement, to: &$0) }
        }
      case SQLITE_DONE: return nil
      case _ where stop.isSet: return JobEnding(outcome: .cancelled)
      case SQLITE_BUSY, SQLITE_LOCKED:
        throw Failure("database is busy (locked by another connection): \(query.connection.message)")
      default: throw Failure(query.connection.message)
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

  private func bind(_ value: BoundValue, at position: Int32, of query: OpenQuery) throws(Failure) {
    let statement = query.statement
    let code =
      switch value {
      case .null: sqlite3_bind_null(statement, position)
      case .integer(let integer): sqlite3_bind_int64(statement, position, integer)
      case .real(let real): sqlite3_bind_double(statement, position, real)
      case .text(let text): text.withBytes { Self.bindText($0, at: position, of: statement) }
      }
    guard code == SQLITE_OK else { throw Failure(query.connection.message) }
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
