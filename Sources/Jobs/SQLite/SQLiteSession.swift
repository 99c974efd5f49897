import ParallelFor
import SQLite

/// Runs the queries of one worker on its connection, with one prepared statement.
final class SQLiteSession: JobSession {
  private let job: SQLiteJob
  private let stop = StopFlag()
  private let place: WriterQueue.Place
  // Only the worker's thread uses them, so the run-time checks for overlapping accesses are unnecessary.
  @exclusivity(unchecked) private var query: OpenQuery?
  @exclusivity(unchecked) private var output: CaptureBuffer
  @exclusivity(unchecked) private var watch: QueryWatch
  // It is set only while the statement runs, and counting its references would cost each item.
  @exclusivity(unchecked) private unowned(unsafe) var running: SQLiteStatement?
  private let interrupt: @Sendable (StopUrgency) -> Void

  init(_ job: SQLiteJob) {
    self.job = job
    place = WriterQueue.Place(stop: stop)
    output = CaptureBuffer(spillFile: job.spillFile)
    watch = QueryWatch(job.insight)
    interrupt = { [stop, writers = job.writers] _ in
      stop.set()
      writers?.recheck()
    }
  }

  func rest() { query?.reading?.end() }

  func close() { query = nil }

  func run(_ item: Item, in context: ItemContext) -> JobEnding {
    stop.clear()
    context.onCancel(interrupt)
    watch.item = context.item
    var ending: JobEnding
    do throws(Failure) {
      ending = try runInTurn(item)
    } catch {
      ending = JobEnding(outcome: .failed(error))
    }
    if watch.hasReasons { ending.reasons = watch.takeReasons() }
    return ending
  }

  private func runInTurn(_ item: Item) throws(Failure) -> JobEnding {
    guard let writers = job.writers else { return try runOnQuery(item) }
    let asked = MonotonicClock.now
    // Opening takes a turn too, because SQLite reads the schema then and would meet the lock of the writing worker.
    let hasTurn = writers.enter(place)
    watch.began = MonotonicClock.now
    watch.turnWait = watch.began.nanoseconds(since: asked)
    guard hasTurn else {
      watch.end(at: watch.began) { nil }
      return JobEnding(outcome: .cancelled)
    }
    defer { writers.leave() }
    return try runOnQuery(item)
  }

  private func runOnQuery(_ item: Item) throws(Failure) -> JobEnding {
    guard let query = try opened() else { return JobEnding(outcome: .cancelled) }
    return try run(query, item)
  }

  /// Returns the open query; nil when the item was cancelled before it was open. A failed opening fails the item, and
  /// the next item tries again.
  private func opened() throws(Failure) -> OpenQuery? {
    if let query { return query }
    do throws(JobError) {
      let query = try OpenQuery(job, stop: stop)
      self.query = query
      query.database.onLongWait { [unowned self] in watch.waitsForLock() }
      query.database.onManySteps { [unowned self] in goesOn() }
      return query
    } catch {
      if stop.isSet { return nil }
      throw Failure(error.description)
    }
  }

  /// Notes what the running statement has done so far.
  private func goesOn() {
    if let counters = running?.countersSoFar { watch.goesOn(counters) }
  }

  private func run(_ query: OpenQuery, _ item: Item) throws(Failure) -> JobEnding {
    if let reading = query.reading { watch.began = reading.enter() }
    watch.rows = 0
    defer { leave(query, item) }
    var ending = try execute(query, try query.statement(for: item), item)
    if ending.outcome.isSuccess { ending.note = query.rollBack() }
    return ending
  }

  private func execute(_ query: OpenQuery, _ statement: SQLiteStatement, _ item: Item) throws(Failure) -> JobEnding {
    running = statement
    defer {
      running = nil
      watch.counters = statement.takeCounters()
      if job.writers != nil, !statement.isReadOnly { watch.rows = query.database.changes }
      statement.finish()
    }
    try bindAll(of: item, to: statement)
    guard try stepThrough(query, statement) else { return JobEnding(outcome: .cancelled) }
    return JobEnding(outcome: .succeeded, output: try kept { (output) throws(SpillError) in try output.finish() })
  }

  /// Ends an item. Why it was slow is found out after the locks are released.
  private func leave(_ query: OpenQuery, _ item: Item) {
    output.reset()
    query.rollBack()
    let now = MonotonicClock.now
    query.reading?.leave(at: now)
    watch.end(at: now) {
      let text = job.query ?? item.text
      let plan = query.plan(of: text) { statement in try? bindAll(of: item, to: statement) }
      return plan.map { PlannedQuery(text: text, plan: $0, schema: query.database.schema) }
    }
  }

  /// Steps through all rows. Returns false if the item was cancelled.
  private func stepThrough(_ query: OpenQuery, _ statement: SQLiteStatement) throws(Failure) -> Bool {
    var isFirst = true
    while true {
      if stop.isSet { return false }
      do throws(SQLiteError) {
        guard try statement.advance() else { return true }
      } catch {
        if stop.isSet { return false }
        throw Self.failure(error)
      }
      if isFirst { query.refreshColumns(of: statement) }
      isFirst = false
      watch.rows += 1
      try kept { [writer = query.writer] (output) throws(SpillError) in
        try output.extend { writer.append(statement, to: &$0) }
      }
    }
  }

  private static func failure(_ error: SQLiteError) -> Failure {
    switch error.code {
    case .busy, .locked: Failure("database is busy (locked by another connection): \(error.message)")
    default: Failure(error.message)
    }
  }

  private func kept<Value>(_ body: (inout CaptureBuffer) throws(SpillError) -> Value) throws(Failure) -> Value {
    do throws(SpillError) {
      return try body(&output)
    } catch {
      throw Failure(error.description)
    }
  }

  private func bindAll(of item: Item, to statement: SQLiteStatement) throws(Failure) {
    for (position, source) in job.sources.enumerated() {
      try bind(try BoundValue(source, of: item, for: job.uses[position]), at: position, of: statement)
    }
  }

  private func bind(_ value: BoundValue, at position: Int, of statement: SQLiteStatement) throws(Failure) {
    switch value {
    case .null: statement.bindNull(at: position)
    case .integer(let integer): statement.bind(integer, at: position)
    case .real(let real): statement.bind(real: real, at: position)
    case .text(let text):
      let isBound = text.withBytes {
        statement.bind(copying: UnsafeRawBufferPointer($0), as: .text, at: position)
      }
      guard isBound else { throw Failure(statement.error.message) }
    }
  }
}

/// A worker's connection with the prepared query.
final class OpenQuery {
  let database: QueryDatabase
  private let access: SQLiteJob.Access
  /// The query of all items; nil if each item is a statement.
  private let fixed: SQLiteStatement?
  /// The transaction of items that only read; an item that writes is its own transaction.
  let reading: ReadTransaction?
  /// Writes rows with the statement's current columns.
  private(set) var writer: RowWriter
  private let rows: RowFormat
  private var preparations: Int
  /// The last plan, of which query, and how often the statement had been prepared again when it was read.
  private var plan: (plan: QueryPlan?, query: String, preparations: Int)?

  /// Opens the connection and prepares the query.
  ///
  /// - Parameters:
  ///   - job: the job to open.
  ///   - stop: set from any thread to end the opening, and later any running statement.
  /// - Throws: when the connection or the query fails.
  init(_ job: SQLiteJob, stop: StopFlag) throws(JobError) {
    database = try QueryDatabase(
      job.path, access: job.access, busyTimeoutMilliseconds: job.busyTimeoutMilliseconds, stop: stop)
    access = job.access
    var statement: SQLiteStatement?
    if let query = job.query { statement = try database.prepare(query) }
    fixed = statement
    rows = job.rows
    writer = RowWriter(rows, columns: statement?.columnNames ?? [])
    preparations = statement?.preparations ?? 0
    reading = access == .readOnly ? try ReadTransaction(database) : nil
  }

  /// Returns the statement of an item.
  func statement(for item: Item) throws(Failure) -> SQLiteStatement {
    if let fixed { return fixed }
    do throws(JobError) {
      let statement = try database.prepare(try StatementItem.text(of: item))
      if access == .readOnly, !statement.isReadOnly { throw SQLiteJob.forbiddenWrite }
      if !statement.parameterNames.isEmpty { throw StatementItem.hasParameters }
      writer = RowWriter(rows, columns: statement.columnNames)
      preparations = statement.preparations
      return statement
    } catch {
      throw Failure(error.description)
    }
  }

  /// Ends a transaction that an item has left open.
  ///
  /// - Returns: a remark about it for the user.
  @discardableResult
  func rollBack() -> String? {
    guard reading == nil, database.isInTransaction else { return nil }
    database.rollBack()
    return StatementItem.leftTransaction
  }

  /// Returns the plan of an item's query. A plan is read once, and again if SQLite has prepared the query again.
  func plan(of query: String, bind: (SQLiteStatement) -> Void) -> QueryPlan? {
    let now = fixed?.preparations ?? 0
    if let plan, plan.query == query, plan.preparations == now { return plan.plan }
    let plan = database.plan(of: query, bind: bind)
    self.plan = (plan, query, now)
    return plan
  }

  /// Reads the columns again if SQLite has prepared the statement again.
  func refreshColumns(of statement: SQLiteStatement) {
    let now = statement.preparations
    guard now != preparations else { return }
    preparations = now
    writer = RowWriter(rows, columns: statement.columnNames)
  }
}

/// A read transaction that spans consecutive items of one worker, so that not every item locks the database file.
///
/// Locking and unlocking the file costs several times as much as a point query. The transaction ends before the worker
/// waits for an item. It also ends with the item during which it becomes a millisecond old. So other writers hardly
/// wait longer than they would for each query alone.
final class ReadTransaction {
  /// The age in nanoseconds at which no further item joins a transaction.
  private static let longest: Int64 = 1_000_000

  private let begin: SQLiteStatement
  private let commit: SQLiteStatement
  private var since: Instant?

  init(_ database: QueryDatabase) throws(JobError) {
    begin = try database.prepare("BEGIN")
    commit = try database.prepare("COMMIT")
  }

  deinit { end() }

  /// Starts an item.
  ///
  /// - Returns: when the transaction began, which is at most a millisecond ago.
  func enter() -> Instant {
    if let since { return since }
    let now = MonotonicClock.now
    since = now
    run(begin)
    return now
  }

  /// Ends an item.
  func leave(at now: Instant) {
    guard let since, now.nanoseconds(since: since) > Self.longest else { return }
    end()
  }

  /// Releases the lock.
  func end() {
    guard since != nil else { return }
    since = nil
    run(commit)
  }

  /// Runs BEGIN or COMMIT. BEGIN takes no lock and a reader's COMMIT writes nothing, so the items report any failure.
  private func run(_ statement: SQLiteStatement) { try? statement.execute() }
}

extension RowWriter {
  /// Appends the current row of a statement.
  fileprivate func append(_ statement: SQLiteStatement, to buffer: inout [UInt8]) {
    for column in columns {
      begin(column, in: &buffer)
      switch statement.kind(column) {
      case .null: appendNull(to: &buffer)
      case .integer: append(statement.integer(column), to: &buffer)
      case .real: append(statement.real(column), spelled: statement.rawText(column), to: &buffer)
      case .blob: append(blob: statement.rawBytes(column), to: &buffer)
      case .text: append(text: statement.rawText(column), to: &buffer)
      }
    }
    endRow(in: &buffer)
  }
}
