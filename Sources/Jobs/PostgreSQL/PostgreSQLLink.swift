import PostgreSQL

/// A worker's connection, with its prepared statements.
final class PostgreSQLLink {
  private static let begin = "BEGIN READ ONLY"
  private static let commit = "COMMIT"

  let connection: PostgreSQLConnection
  /// The request to cancel what the connection runs.
  let cancel: CancelRequest
  /// The query of all items; nil if each item is a statement.
  private let query: String?
  private let isReadOnly: Bool
  /// Whether the query is one statement of a transaction that it cannot end.
  private let isAtomic: Bool
  /// Whether statements may reach different servers, because a pooler is in between. Then none is prepared by name, and
  /// a request to cancel may reach another query, and late.
  private(set) var isPooled: Bool
  /// How often the query was prepared.
  private var preparations = 0
  private var isPrepared = false
  /// The writer of rows with the columns of the prepared query; nil until a row has come.
  private var writer: PostgreSQLRowWriter?

  /// Prepares a connection for items.
  init(
    _ connection: PostgreSQLConnection, query: String?, isReadOnly: Bool, while isWanted: () -> Bool
  ) throws(PostgreSQLError) {
    self.connection = connection
    self.query = query
    self.isReadOnly = isReadOnly
    isAtomic = query.map(SQLLexer.isAtomic) ?? false
    guard let cancel = connection.makeCancelRequest() else { throw PostgreSQLError("out of memory") }
    self.cancel = cancel
    isPooled = try Self.isPooled(connection, while: isWanted)
    guard isReadOnly, !isPooled else { return }
    connection.sendOnce("SET default_transaction_read_only = on")
    connection.sendPrepare(Self.begin, Self.begin)
    connection.sendPrepare(Self.commit, Self.commit)
    connection.sendEnd()
    try connection.finish(while: isWanted)
  }

  /// A pooler names its own process at the start, and passes questions on to a server.
  static func isPooled(
    _ connection: PostgreSQLConnection, while isWanted: () -> Bool
  ) throws(PostgreSQLError) -> Bool {
    var process: Int32?
    connection.sendOnce("SELECT pg_catalog.pg_backend_pid()")
    connection.sendEnd()
    try connection.finish(while: isWanted) { process = Int32(String(decoding: $0.text(0), as: UTF8.self)) }
    return process != connection.backend
  }

  // MARK: - Items

  /// Sends the query of an item, with its transaction and, if necessary, its preparation.
  func send(_ values: inout ParameterValues) {
    guard let query, !isPooled else { return sendOnce(query ?? "", &values) }
    var none = ParameterValues()
    if !isPrepared { prepare(query) }
    let needsTransaction = isReadOnly && !isReadOnlyByItself(isAtomic)
    if needsTransaction { connection.sendPrepared(Self.begin, &none) }
    connection.sendPrepared(name, &values)
    if needsTransaction { connection.sendPrepared(Self.commit, &none) }
    connection.sendEnd()
  }

  /// Sends the statement of an item, with its transaction.
  func sendOnce(_ statement: String) {
    var none = ParameterValues()
    sendOnce(statement, &none)
  }

  private func sendOnce(_ query: String, _ values: inout ParameterValues) {
    writer = nil
    let needsTransaction = isReadOnly && (isPooled || !isReadOnlyByItself(SQLLexer.isAtomic(query)))
    if needsTransaction { connection.sendOnce(Self.begin) }
    connection.sendOnce(query, &values)
    if needsTransaction { connection.sendOnce(Self.commit) }
    connection.sendEnd()
  }

  /// Whether a statement alone is a transaction that can only read. It costs the server a fifth less than the same with
  /// `BEGIN` and `COMMIT`. An earlier item may have changed the default, and the server has reported that by now. A
  /// procedure can end a transaction, and the next one could write.
  private func isReadOnlyByItself(_ isAtomic: Bool) -> Bool { isAtomic && connection.readsOnlyByDefault }

  private var name: String { "query \(preparations)" }

  private func prepare(_ query: String) {
    preparations += 1
    writer = nil
    connection.sendPrepare(name, query)
  }

  /// Notes that a statement of the item has ended. The first one to end is the preparation, if there was one.
  func statementEnded() { isPrepared = true }

  /// Makes the next item prepare the query again, because the result type has changed or the server has forgotten it.
  ///
  /// - Returns: false if nothing was prepared.
  func forgetPreparation(after error: PostgreSQLError) -> Bool {
    guard query != nil, !isPooled, isPrepared, error.needsPreparing else { return false }
    // A server that forgets statements is probably behind a pooler that reports the server's own process.
    if error.hasForgotten { isPooled = true }
    isPrepared = false
    return true
  }

  /// Appends a row.
  func write(_ row: PostgreSQLRow, as format: RowFormat, to buffer: inout [UInt8]) {
    let writer = writer ?? PostgreSQLRowWriter(row, format)
    self.writer = writer
    writer.append(row, to: &buffer)
  }
}

/// Writes rows with the values that PostgreSQL sends as text. Numbers and booleans become those of JSON, `bytea` is a
/// blob, and all other types, such as arrays and times, are texts.
struct PostgreSQLRowWriter {
  private enum Kind { case text, number, truth, bytes }

  private let writer: RowWriter
  private let kinds: [Kind]

  init(_ row: PostgreSQLRow, _ format: RowFormat) {
    let columns = 0..<row.count
    writer = RowWriter(format, columns: columns.map(row.name))
    kinds = columns.map { Self.kind(ofType: row.type($0)) }
  }

  /// The numbers of types never change.
  private static func kind(ofType type: UInt32) -> Kind {
    switch type {
    case 16: .truth
    case 17: .bytes
    case 20, 21, 23, 26, 700, 701, 1700: .number
    default: .text
    }
  }

  func append(_ row: PostgreSQLRow, to buffer: inout [UInt8]) {
    for (column, kind) in kinds.enumerated() {
      writer.begin(column, in: &buffer)
      if row.isNull(column) {
        writer.appendNull(to: &buffer)
        continue
      }
      switch kind {
      case .text: writer.append(text: row.text(column), to: &buffer)
      case .number: writer.append(spelled: row.text(column), to: &buffer)
      case .truth:
        let text = row.text(column)
        writer.append(text.first == UInt8(ascii: "t"), spelled: text, to: &buffer)
      case .bytes: row.withBytes(column) { writer.append(blob: $0, to: &buffer) }
      }
    }
    writer.endRow(in: &buffer)
  }
}
