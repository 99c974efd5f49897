/// Writes the most frequent records by far, items that succeeded at once, in the order of their rows and many with one
/// statement: that takes half of the time of one statement for each.
///
/// They are gathered until something else must be written, which may concern the same rows.
final class PlainItems {
  /// How many items one statement inserts.
  private static let groupSize = 16
  /// What is bound for each of them; the rest is the same for all.
  private static let boundNames = [
    "id", "number", "key", "text", "fields", "worker", "start", "wait", "latency", "output",
  ]

  /// Where in the batch an item's record begins.
  private struct Place {
    let row: Int64
    let offset: Int
  }

  private let database: RunDatabase
  private let insertGroup: Statement
  private var places: [Place] = []

  init(_ database: RunDatabase) throws(RunStoreError) {
    self.database = database
    let names = Self.boundNames.joined(separator: ", ")
    let row = "(\(Self.boundNames.map { _ in "?" }.joined(separator: ", ")), 1, \(OutcomeCode.succeeded), '')"
    let rows = Array(repeating: row, count: Self.groupSize).joined(separator: ", ")
    // When a row is there already, those before it stay: with ABORT, SQLite would note each page to undo them.
    insertGroup = try database.prepare(
      "INSERT OR FAIL INTO items(\(names), attempt, outcome, errors) VALUES \(rows)")
  }

  /// Gathers a record.
  func add(_ header: RecordHeader, at offset: Int) { places.append(Place(row: header.row, offset: offset)) }

  /// Forgets what was gathered.
  func removeAll() { places.removeAll(keepingCapacity: true) }

  /// Lets go of what is bound.
  func finish() { insertGroup.finish() }

  /// Writes what was gathered.
  ///
  /// - Parameters:
  ///   - batch: the batch that holds the records.
  ///   - insertOne: writes a single one.
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

  /// - Returns: how many were written before one whose row was there already.
  private func writeGroup(from first: Int, of batch: borrowing RecordBatch) throws(RunStoreError) -> Int {
    for place in 0..<Self.groupSize {
      var parts = batch.reader(at: places[first + place].offset)
      bind(parts.header(), &parts, from: place * Self.boundNames.count)
    }
    return try insertGroup.runUnlessPresent() ? Self.groupSize : database.changes
  }

  private func bind(_ header: RecordHeader, _ parts: inout PartReader, from first: Int) {
    insertGroup.bind(header.row, at: first)
    insertGroup.bind(header.number, at: first + 1)
    insertGroup.bind(header.key, at: first + 2)
    bind(parts.part(header.text), at: first + 3)
    bind(parts.part(header.fields), at: first + 4)
    insertGroup.bind(header.worker, at: first + 5)
    insertGroup.bind(header.start, at: first + 6)
    insertGroup.bind(header.wait, at: first + 7)
    insertGroup.bind(header.latency, at: first + 8)
    bind(parts.part(header.output), at: first + 9)
  }

  private func bind(_ part: PartReader.Part, at position: Int) {
    guard case .bytes(let bytes) = part else { return insertGroup.bindNull(at: position) }
    insertGroup.bind(borrowing: bytes, as: TextCheck.isText(bytes) ? .text : .blob, at: position)
  }
}

extension RecordHeader {
  /// Whether the item succeeded at its first attempt and left nothing but an output that stands in the batch.
  var isPlain: Bool {
    kind == .finalAttempt && attempt == 1 && outcome == OutcomeCode.succeeded && row == number
      && wait != Self.absent && [exitStatus, signal, cpu, peakMemory].allSatisfy { $0 == Self.absent }
      && reason == .absent && note == .absent && errors == PartSize(0) && ![text, fields, output].contains(.held)
  }
}
