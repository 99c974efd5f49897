import SQLite

/// Writes items that succeeded at once, by far the most frequent records. It sorts them by row and writes many with one
/// statement, which takes half the time of one statement each.
///
/// It gathers them until something else must be written, because that may concern the same rows.
final class PlainItems {
  /// The number of items that one statement inserts.
  private static let groupSize = 16
  /// The values that are bound for each item, after the fields of all items; the others are constant.
  private static let boundNames = ["id", "key", "text", "worker", "start", "wait", "latency", "output", "checksum"]

  /// The position of an item's record in the batch.
  private struct Place {
    let row: Int64
    let offset: Int
  }

  private let database: RunDatabase
  private let insertGroup: Statement
  private var places: [Place] = []

  init(_ database: RunDatabase) throws(RunStoreError) {
    self.database = database
    // All columns in the table's order; otherwise SQLite copies each value once more.
    let names = ["id", "number", "key", "text", "fields", "attempt"] + Schema.attemptNames
    let rows = (0..<Self.groupSize).map { item in
      "(\(names.map { Self.expression(for: $0, of: item) }.joined(separator: ", ")))"
    }
    // FAIL keeps the rows before one that exists already. With ABORT, SQLite would journal each page to undo them.
    insertGroup = try database.prepare(
      "INSERT OR FAIL INTO items(\(names.joined(separator: ", "))) VALUES \(rows.joined(separator: ", "))")
  }

  private static func expression(for name: String, of item: Int) -> String {
    switch name {
    case "attempt": "1"
    case "outcome": "\(OutcomeCode.succeeded)"
    case "errors": "''"
    case "fields": "?\(item + 1)"
    case "number": expression(for: "id", of: item)
    default: boundNames.firstIndex(of: name).map { "?\(firstBound(of: item) + $0 + 1)" } ?? "NULL"
    }
  }

  private static func firstBound(of item: Int) -> Int { groupSize + item * boundNames.count }

  /// Gathers a record.
  func add(_ header: RecordHeader, at offset: Int) { places.append(Place(row: header.row, offset: offset)) }

  /// Forgets the gathered records.
  func removeAll() { places.removeAll(keepingCapacity: true) }

  /// Releases the bound values.
  func finish() { insertGroup.finish() }

  /// Writes the gathered records.
  ///
  /// - Parameters:
  ///   - batch: the batch that holds the records.
  ///   - insertOne: writes a single record.
  func write(
    from batch: borrowing RecordBatch,
    insertOne: (RecordHeader, inout PartReader) throws(RunStoreError) -> Void
  ) throws(RunStoreError) {
    guard !places.isEmpty else { return }
    defer { removeAll() }
    places.sort { ($0.row, $0.offset) < ($1.row, $1.offset) }
    var next = 0
    while next < places.count {
      if places.count - next >= Self.groupSize {
        let written = try writeGroup(from: next, of: batch)
        next += written
        if written == Self.groupSize { continue }
      }
      var parts = batch.reader(at: places[next].offset)
      try insertOne(parts.header(), &parts)
      next += 1
    }
  }

  /// - Returns: the number of items that were written before one whose row exists already.
  private func writeGroup(from first: Int, of batch: borrowing RecordBatch) throws(RunStoreError) -> Int {
    for item in 0..<Self.groupSize {
      var parts = batch.reader(at: places[first + item].offset)
      bind(parts.header(), &parts, of: item)
    }
    return try insertGroup.runUnlessPresent() ? Self.groupSize : database.changes
  }

  private func bind(_ header: RecordHeader, _ parts: inout PartReader, of item: Int) {
    let first = Self.firstBound(of: item)
    insertGroup.bind(header.row, at: first)
    insertGroup.bind(header.key, at: first + 1)
    bind(parts.part(header.text), at: first + 2)
    bind(parts.part(header.fields), at: item)
    insertGroup.bind(header.worker, at: first + 3)
    insertGroup.bind(header.start, at: first + 4)
    insertGroup.bind(header.wait, at: first + 5)
    insertGroup.bind(header.latency, at: first + 6)
    let output = parts.part(header.output)
    bind(output, at: first + 7)
    insertGroup.bind(Self.sum(of: header, output: output.bytes), at: first + 8)
  }

  private static func sum(of header: RecordHeader, output: UnsafeRawBufferPointer?) -> Int64 {
    var sum = AttemptSum(header)
    sum.addTexts(nil, nil)
    sum.addPieces(output: nil, errors: nil)
    sum.addOutputs(output, UnsafeRawBufferPointer(start: nil, count: 0))
    return sum.value
  }

  private func bind(_ part: PartReader.Part, at position: Int) {
    guard case .bytes(let bytes) = part else { return insertGroup.bindNull(at: position) }
    insertGroup.bind(borrowing: bytes, as: TextCheck.isText(bytes) ? .text : .blob, at: position)
  }
}

extension RecordHeader {
  /// Whether the item succeeded at its first attempt and has nothing but an output that is in the batch.
  var isPlain: Bool {
    kind == .finalAttempt && attempt == 1 && outcome == OutcomeCode.succeeded && row == number
      && wait != Self.absent && [exitStatus, signal, cpu, peakMemory].allSatisfy { $0 == Self.absent }
      && reason == .absent && note == .absent && errors == PartSize(0) && ![text, fields, output].contains(.held)
  }
}
