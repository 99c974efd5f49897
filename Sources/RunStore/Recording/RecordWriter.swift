import Attempts
import SQLite

/// Writes batches of records into a run file, each in one transaction; used by one thread.
final class RecordWriter {
  /// The maximum size of outputs that are stored in their row; larger ones are stored in pieces.
  static let inlineLimit = 1 << 20
  /// The size of a piece.
  static let chunkSize = 256 << 10
  private let file: RunFile
  // Only the thread that records uses it, so the run-time check for overlapping accesses is unnecessary.
  @exclusivity(unchecked) private var run: RunRow.Loaded
  private var killedSessionEnd: Int64?
  private var nextChunk: Int64
  private let begin: Statement
  private let commit: Statement
  private let updateRun: Statement
  private let insertItem: Statement
  private let insertAttempt: Statement
  private let insertChunk: Statement
  private let oldOutcome: Statement
  private let moveOld: Statement
  private let deleteOld: Statement
  private let plainItems: PlainItems

  init(_ file: RunFile) throws(RunStoreError) {
    self.file = file
    run = file.row
    killedSessionEnd = file.killedSessionEnd
    let database = file.database
    let names = AttemptColumn.names
    nextChunk = try Self.lastChunk(in: database) + 1
    begin = try database.prepare("BEGIN IMMEDIATE")
    commit = try database.prepare("COMMIT")
    updateRun = try RunRow.prepareUpdate(database)
    insertItem = try database.prepare(Self.insert(into: .items))
    insertAttempt = try database.prepare(Self.insert(into: .attempts))
    insertChunk = try database.prepare(Self.insert(into: .chunks))
    oldOutcome = try database.prepare("SELECT number, outcome FROM items WHERE id = ?")
    moveOld = try database.prepare(
      "INSERT INTO attempts(item, attempt, \(names)) SELECT id, attempt, \(names) FROM items WHERE id = ?")
    deleteOld = try database.prepare("DELETE FROM items WHERE id = ?")
    plainItems = try PlainItems(database)
  }

  private static func insert(into table: Table) -> String {
    let names = table.columns.map(\.name).joined(separator: ", ")
    return "INSERT INTO \(table.name)(\(names)) VALUES(\(table.columns.map { _ in "?" }.joined(separator: ", ")))"
  }

  private static func lastChunk(in database: RunDatabase) throws(RunStoreError) -> Int64 {
    let last = try database.integer("SELECT max(id) FROM chunks") ?? 0
    guard NumberRange.counts.contains(last) else {
      throw SQLiteProblem.damaged(database.path, "a piece of an output is in row \(last)")
    }
    return last
  }

  /// Writes all records of a batch. If it throws, none of them is in the file.
  func write(_ batch: borrowing RecordBatch) throws(RunStoreError) {
    defer {
      for statement in [insertItem, insertAttempt, insertChunk] { statement.finish() }
      plainItems.finish()
    }
    do throws(RunStoreError) {
      try begin.run()
      try batch.forEach { (head, reader) throws(RunStoreError) in
        if PlainItems.isPlain(head) {
          plainItems.add(head, at: reader.skip())
          countFinal(head)
        } else {
          try writePlainItems(of: batch)
          try write(head, &reader)
        }
      }
      try writePlainItems(of: batch)
      RunRow.bindUpdate(of: run, to: updateRun)
      try updateRun.run()
      try commit.run()
    } catch {
      file.database.rollBack()
      plainItems.removeAll()
      throw error
    }
  }

  private func write(_ head: RecordHead, _ reader: inout RecordReader) throws(RunStoreError) {
    switch head.kind {
    case .finalAttempt:
      try insertFinal(head, &reader)
      countFinal(head)
    case .earlierAttempt: try writeEarlier(head, &reader)
    case .request: try perform(reader.request())
    case nil: preconditionFailure("a record of no kind")
    }
  }

  private func writePlainItems(of batch: borrowing RecordBatch) throws(RunStoreError) {
    try plainItems.write(from: batch) { (head, reader) throws(RunStoreError) in try insertFinal(head, &reader) }
  }

  // MARK: - Attempts

  private func insertFinal(_ head: RecordHead, _ reader: inout RecordReader) throws(RunStoreError) {
    if head.attempt > 1 { try displace(head.row) }
    try bindItem(head, &reader)
    try bindAttempt(head, &reader, to: insertItem, from: ItemColumn.allCases.count)
    if try !insertItem.runUnlessPresent() {
      try displace(head.row)
      try insertItem.run()
    }
  }

  /// Writes an attempt that is not the last one. The item gets a row with its first attempt, for attempts to refer to.
  private func writeEarlier(_ head: RecordHead, _ reader: inout RecordReader) throws(RunStoreError) {
    try displace(head.row)
    try bindItem(head, &reader)
    for place in AttemptColumn.all.indices { insertItem.bindNull(at: ItemColumn.allCases.count + place) }
    try insertItem.run()
    insertAttempt.bind(head.row, at: 0)
    insertAttempt.bind(head.attempt, at: 1)
    try bindAttempt(head, &reader, to: insertAttempt, from: 2)
    try insertAttempt.run()
    count(head)
  }

  /// Moves an attempt from the earlier ones to its item.
  private func makeFinal(_ row: Int64, _ attempt: Int64) throws(RunStoreError) {
    let names = AttemptColumn.names
    let attempt = "FROM attempts WHERE item = \(row) AND attempt = \(attempt)"
    guard let outcome = try file.database.integer("SELECT outcome \(attempt)") else { return }
    try file.database.execute(
      "UPDATE items SET (\(names)) = (SELECT \(names) \(attempt)) WHERE id = \(row); DELETE \(attempt)")
    run.record.counts.count(outcome)
  }

  private func count(_ head: RecordHead) { run.record.latest = max(run.record.latest ?? .min, head.end) }

  private func countFinal(_ head: RecordHead) {
    count(head)
    run.record.counts.count(head.outcome)
  }

  /// Makes room for a new last attempt at the item of a row; the old one becomes an earlier attempt.
  private func displace(_ row: Int64) throws(RunStoreError) {
    oldOutcome.bind(row, at: 0)
    defer { oldOutcome.reset() }
    guard try oldOutcome.step() else { return }
    let outcome = oldOutcome.optionalInteger(1)
    let isCounted = !oldOutcome.isNull(0)
    oldOutcome.reset()
    if let outcome {
      moveOld.bind(row, at: 0)
      try moveOld.run()
      if isCounted { run.record.counts.count(outcome, by: -1) }
    }
    deleteOld.bind(row, at: 0)
    try deleteOld.run()
  }

  private func bindItem(_ head: RecordHead, _ reader: inout RecordReader) throws(RunStoreError) {
    if head.row != head.number { try makeNumberIndex() }
    for column in ItemColumn.allCases {
      switch column {
      case .id: insertItem.bind(head.row, at: column.rawValue)
      case .number: insertItem.bind(head.number, at: column.rawValue)
      case .key: insertItem.bind(head.key, at: column.rawValue)
      case .text, .fields: try bind(reader.part(), to: insertItem, at: column.rawValue)
      case .attempt: insertItem.bind(head.attempt, at: column.rawValue)
      }
    }
  }

  private func bindAttempt(
    _ head: RecordHead, _ reader: inout RecordReader, to statement: Statement, from first: Int
  ) throws(RunStoreError) {
    var texts: [UnsafeRawBufferPointer?] = []
    var outputs: [RecordedOutput] = []
    var checksum: Int?
    for (place, column) in AttemptColumn.all.enumerated() {
      let place = first + place
      switch column.content {
      case .number(let number):
        let value = head[number.word]
        statement.bind(value == RecordLayout.absent ? nil : value, at: place)
      case .text:
        let text = reader.part()
        try bind(text, to: statement, at: place)
        texts.append(text.bytes)
      case .output:
        let output = try stored(reader.part())
        bind(output, to: statement, at: place)
        outputs.append(output)
      case .firstPiece: statement.bind(outputs.last?.pieces?.first, at: place)
      case .checksum: checksum = place
      }
    }
    // The sum covers the columns after it too.
    if let checksum { statement.bind(AttemptSum(head, texts, outputs).value, at: checksum) }
  }

  private func bind(_ part: RecordReader.Part, to statement: Statement, at position: Int) throws(RunStoreError) {
    switch part {
    case .absent: statement.bindNull(at: position)
    case .bytes(let bytes):
      statement.bind(borrowing: bytes, as: TextCheck.isText(bytes) ? .text : .blob, at: position)
    case .held(let source):
      try readWhole(source).withUnsafeBytes {
        _ = statement.bind(copying: $0, as: TextCheck.isText($0) ? .text : .blob, at: position)
      }
    }
  }

  /// Stores a large output in pieces, and reads a smaller one that is stored elsewhere.
  private func stored(_ part: RecordReader.Part) throws(RunStoreError) -> RecordedOutput {
    switch part {
    case .absent: .absent
    case .bytes(let bytes): .lent(bytes)
    case .held(let source) where source.count > Self.inlineLimit:
      .chunks(AttemptSum.Pieces(first: try writeChunks(source), size: source.count))
    case .held(let source): .read(try readWhole(source))
    }
  }

  private func bind(_ output: RecordedOutput, to statement: Statement, at position: Int) {
    switch output {
    case .absent, .chunks: statement.bindNull(at: position)
    case .lent(let bytes):
      statement.bind(borrowing: bytes, as: TextCheck.isText(bytes) ? .text : .blob, at: position)
    case .read(let bytes):
      bytes.withUnsafeBytes {
        _ = statement.bind(copying: $0, as: TextCheck.isText($0) ? .text : .blob, at: position)
      }
    }
  }

  // MARK: - Large parts

  private func readWhole(_ source: CapturedBytes) throws(RunStoreError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(source.count)
    do { try source.forEachChunk { bytes.append(contentsOf: $0) } } catch { throw unreadable(error) }
    return bytes
  }

  /// Stores bytes in pieces of the same size and returns the row of the first one; the others follow it.
  private func writeChunks(_ source: CapturedBytes) throws(RunStoreError) -> Int64 {
    let first = nextChunk
    var rest = source.count
    var piece: [UInt8] = []
    piece.reserveCapacity(Self.chunkSize)
    do {
      try source.forEachChunk { bytes in
        var bytes = bytes[...]
        while !bytes.isEmpty {
          let more = bytes.prefix(Self.chunkSize - piece.count)
          piece.append(contentsOf: more)
          bytes = bytes.dropFirst(more.count)
          if piece.count == Self.chunkSize { try writeChunk(&piece, rest: &rest) }
        }
      }
      if !piece.isEmpty { try writeChunk(&piece, rest: &rest) }
    } catch let error as RunStoreError {
      throw error
    } catch {
      throw unreadable(error)
    }
    guard rest == 0 else { throw unreadable("\(rest) bytes are missing") }
    return first
  }

  private func writeChunk(_ piece: inout [UInt8], rest: inout Int) throws {
    insertChunk.bind(nextChunk, at: 0)
    insertChunk.bind(Int64(rest), at: 1)
    try piece.withUnsafeBytes { bytes in
      insertChunk.bind(borrowing: bytes, as: .blob, at: 2)
      insertChunk.bind(ChunkSum.of(bytes, rest: Int64(rest)), at: 3)
      try insertChunk.run()
    }
    nextChunk += 1
    rest -= piece.count
    piece.removeAll(keepingCapacity: true)
  }

  private func unreadable(_ reason: Any) -> RunStoreError {
    RunStoreError(.failed, file.path, "an output cannot be read back for the record: \(reason)")
  }

  // MARK: - Requests

  private func perform(_ request: RunRequest) throws(RunStoreError) {
    switch request {
    case .change(let change): try write(change)
    case .total(let count): run.record.total = count
    case .delivered(let count): run.record.delivered = count
    case .makeFinal(let row, let attempt): try makeFinal(row, attempt)
    case .renumber(let row, let number): try renumber(row, number)
    case .retire(let rows): for range in rows { try retire(range) }
    case .makeIndexes: try Schema.add(Schema.itemsByKey, to: file.database)
    case .finish(let state, let exitCode, let time):
      run.record.state = state
      run.record.exitCode = exitCode
      run.record.ended = time
    }
  }

  private func write(_ change: RunChange) throws(RunStoreError) {
    if change.kind == .sessionBegan {
      (run.record.state, run.record.ended, run.record.exitCode) = (.running, nil, nil)
      if let end = killedSessionEnd { try write(RunChange(time: end, kind: .sessionEnded)) }
      killedSessionEnd = nil
    }
    let insert = try file.database.prepare(
      "INSERT INTO changes(time, kind, value, checksum, reason) VALUES(?, ?, ?, ?, ?)")
    defer { insert.close() }
    insert.bind(change.time, at: 0)
    insert.bind(change.kind.rawValue, at: 1)
    insert.bind(change.value.map { Int64($0) }, at: 2)
    insert.bind(ChangeSum.of(change), at: 3)
    if let reason = change.reason { insert.bind(reason, at: 4) }
    try insert.run()
  }

  /// Creates the index by number, which is not needed while every item is in the row of its number.
  private func makeNumberIndex() throws(RunStoreError) {
    guard !run.isRenumbered else { return }
    try Schema.add(Schema.itemsByNumber, to: file.database)
    run.isRenumbered = true
  }

  private func renumber(_ row: Int64, _ number: Int) throws(RunStoreError) {
    if row != number { try makeNumberIndex() }
    oldOutcome.bind(row, at: 0)
    let isFound = try oldOutcome.step()
    if isFound, oldOutcome.isNull(0), let outcome = oldOutcome.optionalInteger(1) { run.record.counts.count(outcome) }
    oldOutcome.reset()
    let update = try file.database.prepare("UPDATE items SET number = ? WHERE id = ?")
    defer { update.close() }
    update.bind(Int64(number), at: 0)
    update.bind(row, at: 1)
    try update.run()
  }

  private func retire(_ rows: ClosedRange<Int64>) throws(RunStoreError) {
    let condition = "WHERE id BETWEEN \(rows.lowerBound) AND \(rows.upperBound) AND number IS NOT NULL"
    let counted = try file.database.prepare(
      "SELECT outcome, count(*) FROM items \(condition) AND outcome IS NOT NULL GROUP BY outcome")
    defer { counted.close() }
    while try counted.step() { run.record.counts.count(counted.integer(0), by: -Int(counted.integer(1))) }
    counted.reset()
    try file.database.execute("UPDATE items SET number = NULL \(condition)")
  }
}

/// An output in the form in which its row stores it.
private enum RecordedOutput {
  case absent
  case lent(UnsafeRawBufferPointer)
  case read([UInt8])
  case chunks(AttemptSum.Pieces)

  var pieces: AttemptSum.Pieces? { if case .chunks(let pieces) = self { pieces } else { nil } }

  /// The sum of the bytes in the row; 0 if there are none.
  var sum: Int64 {
    switch self {
    case .absent, .chunks: 0
    case .lent(let bytes): Checksum.of(bytes)
    case .read(let bytes): bytes.withUnsafeBytes { Checksum.of($0) }
    }
  }
}

extension AttemptSum {
  fileprivate init(_ head: RecordHead, _ texts: [UnsafeRawBufferPointer?], _ outputs: [RecordedOutput]) {
    self.init { head[$0] }
    addTexts(texts)
    addPieces(output: outputs[0].pieces, errors: outputs[1].pieces)
    addOutputs(sum: outputs[0].sum, outputs[1].sum)
  }
}
