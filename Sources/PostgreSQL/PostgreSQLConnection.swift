import CLibPQ

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A connection to a server. One thread at a time may use it.
///
/// Statements are sent with the extended protocol, several in one message, and answered one after another. Nothing
/// blocks except ``wait(or:milliseconds:)``.
package final class PostgreSQLConnection: @unchecked Sendable {
  /// An answer of the server.
  package enum Reply {
    /// Nothing has arrived; wait for it.
    case none
    /// A row, valid until the next call.
    case row(PostgreSQLRow)
    /// A statement has ended, or has been prepared or described. It has the columns and no row, until the next call.
    case done(PostgreSQLRow)
    /// A statement has failed. Those that were sent after it do not run.
    case failed(PostgreSQLError)
    /// All statements have ended; more may be sent.
    case end
    /// The connection is lost.
    case lost(PostgreSQLError)
  }

  /// The result of a wait.
  package enum Arrival {
    case answer, wake, timeUp
  }

  let calls: UnsafePointer<CLibPQ>
  let handle: OpaquePointer
  /// The server's process for this connection, as the server named it at the start; a pooler invents a number.
  package let backend: Int32
  private let notices: Notices
  private var result: OpaquePointer?
  private var hasMoreToSend = false

  /// Opens a connection, which waits for the server.
  ///
  /// - Parameters:
  ///   - database: what to connect to.
  ///   - name: the name of this connection in the server's lists, at most 63 bytes.
  ///   - isWanted: asked at least every 0.1 seconds, except while a host's name is looked up.
  /// - Throws: the server's or the system's reason, also if the connection is no longer wanted.
  package init(
    _ database: ConnectionString, name: String, while isWanted: () -> Bool = { true }
  ) throws(PostgreSQLError) {
    calls = try PostgreSQLLibrary.functions().calls
    guard let handle = Opening.begin(database, name: name, calls) else { throw PostgreSQLError("out of memory") }
    self.handle = handle
    notices = Notices(calls)
    do throws(PostgreSQLError) {
      // A server may already send notices while the connection is opened, and the library would print them.
      notices.receive(from: handle)
      try Opening.complete(handle, calls, while: isWanted)
    } catch {
      calls.pointee.finish(handle)
      throw error
    }
    backend = calls.pointee.backendPID(handle)
  }

  deinit {
    clearResult()
    calls.pointee.finish(handle)
  }

  /// Receives each notice of the server, in one or several lines; nil drops them.
  package var notice: ((String) -> Void)? {
    get { notices.handler }
    set { notices.handler = newValue }
  }

  /// The last error that arrived while no statement ran, for example because the server shuts down.
  package var lastWords: PostgreSQLError? { notices.lastWords }

  /// The request to cancel what this connection runs; any thread may send it. Nil if memory is short.
  package func makeCancelRequest() -> CancelRequest? {
    calls.pointee.getCancel(handle).map { CancelRequest($0, calls) }
  }

  // MARK: - Sending

  /// Sends a statement to prepare. The server finds out the types of its parameters.
  package func sendPrepare(_ name: String, _ text: String) {
    note(calls.pointee.sendPrepare(handle, name, text, 0, nil))
  }

  /// Asks for the columns of a prepared statement.
  package func sendDescribe(_ name: String) { note(calls.pointee.sendDescribePrepared(handle, name)) }

  /// Sends values to a prepared statement, which runs.
  package func sendPrepared(_ name: String, _ values: inout ParameterValues) {
    values.withPointers {
      note(calls.pointee.sendQueryPrepared(handle, name, Int32($0.count), $0.baseAddress, nil, nil, 0))
    }
  }

  /// Sends a statement that runs once, with its values.
  package func sendOnce(_ text: String, _ values: inout ParameterValues) {
    values.withPointers {
      note(calls.pointee.sendQueryParams(handle, text, Int32($0.count), nil, $0.baseAddress, nil, nil, 0))
    }
  }

  /// Sends a statement without values that runs once.
  package func sendOnce(_ text: String) {
    var none = ParameterValues()
    sendOnce(text, &none)
  }

  /// Sends the end of the statements, after which ``Reply/end`` follows.
  package func sendEnd() {
    note(calls.pointee.pipelineSync(handle))
    // Without it, the library collects all rows of a statement.
    _ = calls.pointee.setSingleRowMode(handle)
    flush()
  }

  /// A refused call breaks the connection, as the next reply reports.
  private func note(_ isAccepted: Int32) { if isAccepted == 0 { isBroken = true } }

  private var isBroken = false

  private func flush() { hasMoreToSend = calls.pointee.flush(handle) == 1 }

  // MARK: - Receiving

  /// The next answer that has arrived.
  package func next() -> Reply {
    clearResult()
    while true {
      if isBroken { return .lost(PostgreSQLError(connection: handle, calls)) }
      if calls.pointee.isBusy(handle) == 1 { return .none }
      guard let result = calls.pointee.getResult(handle) else {
        // A statement has ended. The next one begins, and its rows too must come one by one.
        if Int(calls.pointee.status(handle)) == CLIBPQ_CONNECTION_BAD { isBroken = true }
        _ = calls.pointee.setSingleRowMode(handle)
        continue
      }
      self.result = result
      if let reply = reply(result) { return reply }
    }
  }

  private func reply(_ result: OpaquePointer) -> Reply? {
    switch Int(calls.pointee.resultStatus(result)) {
    case CLIBPQ_SINGLE_TUPLE: return .row(PostgreSQLRow(result, calls))
    case CLIBPQ_TUPLES_OK, CLIBPQ_COMMAND_OK, CLIBPQ_EMPTY_QUERY:
      return .done(PostgreSQLRow(result, calls))
    case CLIBPQ_PIPELINE_SYNC: return .end
    case CLIBPQ_PIPELINE_ABORTED:
      clearResult()
      return nil
    default:
      let error = PostgreSQLError(result, calls)
      // The server closes the connection after a fatal error. Other states, such as that of COPY, cannot be continued.
      if error.isFatal || error.state == nil { return .lost(error) }
      return .failed(error)
    }
  }

  private func clearResult() {
    result.take().map { calls.pointee.clear($0) }
  }

  /// Waits for an answer, for another descriptor to become readable, or for the time to be up.
  ///
  /// - Parameters:
  ///   - descriptor: the other descriptor.
  ///   - milliseconds: the time; -1 for no limit.
  package func wait(or descriptor: Int32, milliseconds: Int32) -> Arrival {
    let writing = hasMoreToSend ? Int16(POLLOUT) : 0
    var states = [
      pollfd(fd: calls.pointee.socket(handle), events: Int16(POLLIN) | writing, revents: 0),
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&states, 2, milliseconds) > 0 else { return .timeUp }
    if states[0].revents != 0 {
      if calls.pointee.consumeInput(handle) == 0 { isBroken = true }
      if hasMoreToSend { flush() }
      return .answer
    }
    return .wake
  }

  /// Waits for the end of everything that was sent.
  ///
  /// - Parameters:
  ///   - isWanted: asked at least every 0.1 seconds.
  ///   - row: receives each row.
  /// - Throws: the first error. The connection can be used afterwards only if it ``isUsable`` and the end was reached.
  package func finish(
    while isWanted: () -> Bool = { true }, row: (PostgreSQLRow) -> Void = { _ in }
  ) throws(PostgreSQLError) {
    var failure: PostgreSQLError?
    while true {
      switch next() {
      case .none:
        if wait(or: -1, milliseconds: Opening.interval) == .timeUp, !isWanted() {
          isBroken = true
          throw PostgreSQLError("the server did not answer in time")
        }
      case .row(let next): row(next)
      case .done: break
      case .failed(let error): failure = failure ?? error
      case .lost(let error):
        isBroken = true
        throw failure ?? error
      case .end:
        if let failure { throw failure }
        return
      }
    }
  }

  /// Whether the connection can take a statement: it is open, and the server has not ended it in the meantime.
  package var isUsable: Bool {
    var state = pollfd(fd: calls.pointee.socket(handle), events: Int16(POLLIN), revents: 0)
    // The server's last words and the end of the stream arrive one after the other.
    while !isBroken, poll(&state, 1, 0) > 0 {
      if calls.pointee.consumeInput(handle) == 0 { isBroken = true }
      _ = calls.pointee.isBusy(handle)
    }
    return !isBroken && Int(calls.pointee.status(handle)) == CLIBPQ_CONNECTION_OK
  }

  /// Whether a new transaction can only read unless it asks for more, as the server has reported. False if the server
  /// does not report it, as before version 14.
  package var readsOnlyByDefault: Bool {
    guard let value = calls.pointee.parameterStatus(handle, "default_transaction_read_only") else { return false }
    return strcmp(value, "on") == 0
  }

  /// Whether no transaction is open.
  package var isOutsideTransaction: Bool {
    Int(calls.pointee.transactionStatus(handle)) == CLIBPQ_TRANSACTION_IDLE
  }
}

/// The values of a statement's parameters as texts that end with a NUL; its memory is reused.
package struct ParameterValues {
  private var bytes: [CChar] = []
  /// Where each value starts; nil for NULL.
  private var starts: [Int?] = []
  private var pointers: [UnsafePointer<CChar>?] = []

  /// Makes an empty list.
  package init() {}

  /// Removes all values.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
  }

  /// Appends NULL.
  package mutating func appendNull() { starts.append(nil) }

  /// Appends a text.
  ///
  /// - Returns: false if the text contains a NUL byte, which PostgreSQL's texts cannot.
  package mutating func append(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !text.contains(0) else { return false }
    starts.append(bytes.count)
    text.withMemoryRebound(to: CChar.self) { bytes.append(contentsOf: $0) }
    bytes.append(0)
    return true
  }

  fileprivate mutating func withPointers(_ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Void) {
    bytes.withUnsafeBufferPointer { bytes in
      pointers.removeAll(keepingCapacity: true)
      for start in starts { pointers.append(start.flatMap { start in bytes.baseAddress.map { $0 + start } }) }
    }
    // The bytes stay where they are until the list is changed.
    withExtendedLifetime(bytes) { pointers.withUnsafeBufferPointer(body) }
  }
}

/// A row of an answer, or only its columns.
package struct PostgreSQLRow {
  private let result: OpaquePointer
  private let calls: UnsafePointer<CLibPQ>

  init(_ result: OpaquePointer, _ calls: UnsafePointer<CLibPQ>) {
    self.result = result
    self.calls = calls
  }

  /// The number of columns.
  package var count: Int { Int(calls.pointee.nfields(result)) }

  /// The name of a column.
  package func name(_ column: Int) -> String {
    calls.pointee.fname(result, Int32(column)).map { String(cString: $0) } ?? ""
  }

  /// The type of a column, as the server numbers types.
  package func type(_ column: Int) -> UInt32 { calls.pointee.ftype(result, Int32(column)) }

  package func isNull(_ column: Int) -> Bool { calls.pointee.getisnull(result, 0, Int32(column)) == 1 }

  /// The value of a column as text.
  package func text(_ column: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: calls.pointee.getvalue(result, 0, Int32(column)),
      count: Int(calls.pointee.getlength(result, 0, Int32(column))))
  }

  /// Lends the bytes of a `bytea` column, in whichever notation the server writes it.
  package func withBytes(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    var count: UInt = 0
    guard let value = calls.pointee.getvalue(result, 0, Int32(column)) else { return }
    let bytes = value.withMemoryRebound(to: UInt8.self, capacity: 1) { calls.pointee.unescapeBytea($0, &count) }
    defer { calls.pointee.freemem(bytes) }
    body(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(count)))
  }
}

/// The request to cancel whatever a connection runs. Sending it opens a separate connection.
package final class CancelRequest: @unchecked Sendable {
  private let cancel: OpaquePointer
  private let calls: UnsafePointer<CLibPQ>

  init(_ cancel: OpaquePointer, _ calls: UnsafePointer<CLibPQ>) {
    self.cancel = cancel
    self.calls = calls
  }

  deinit { calls.pointee.freeCancel(cancel) }

  /// Sends the request, and returns when the server has passed it on. It blocks for as long as the network does.
  package func send() {
    var problem = [CChar](repeating: 0, count: 256)
    _ = calls.pointee.cancel(cancel, &problem, Int32(problem.count))
  }
}
