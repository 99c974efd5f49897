import SQLite

/// Writes items that succeeded at once, by far the most frequent records. It sorts them by row and writes many with one
/// statement, which takes half the time of one statement each.
///
/// It gathers them until something else must be written, because that may concern the same rows.
final class PlainItems {
  /// The number of items that one statement inserts.
  private static let groupSize = 16
  /// The values that are bound for each item, after the fields of all items; the others are constant.
  private static let boundNames = ["id", "key", "text"] + AttemptColumn.all.filter(\.isPlain).map(\.column.name)
  /// The bound numbers of an attempt: their words, and their places among the bound values.
  private static let numbers = AttemptColumn.all.filter(\.isPlain).compactMap { column in
    column.word.map { (word: $0, place: place(of: column.column.name)) }
  }
  private static let outputPlace = place(of: "output")
  private static let checksumPlace = place(of: "checksum")

  private static func place(of name: String) -> Int {
    guard let place = boundNames.firstIndex(of: name) else { preconditionFailure("a plain item has no \(name)") }
    return place
  }

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
    let names = Table.items.columns.map(\.name)
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
  func add(_ head: RecordHead, at offset: Int) { places.append(Place(row: head.row, offset: offset)) }

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
    insertOne: (RecordHead, inout RecordReader) throws(RunStoreError) -> Void
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
      var reader = batch.reader(at: places[next].offset)
      try insertOne(reader.next(), &reader)
      next += 1
    }
  }

  /// - Returns: the number of items that were written before one whose row exists already.
  private func writeGroup(from first: Int, of batch: borrowing RecordBatch) throws(RunStoreError) -> Int {
    for item in 0..<Self.groupSize {
      var reader = batch.reader(at: places[first + item].offset)
      bind(reader.next(), &reader, of: item)
    }
    return try insertGroup.runUnlessPresent() ? Self.groupSize : database.changes
  }

  private func bind(_ head: RecordHead, _ reader: inout RecordReader, of item: Int) {
    let first = Self.firstBound(of: item)
    insertGroup.bind(head.row, at: first)
    insertGroup.bind(head.key, at: first + 1)
    bind(reader.part(), at: first + 2)
    bind(reader.part(), at: item)
    for number in Self.numbers { insertGroup.bind(head[number.word], at: first + number.place) }
    for rule in Self.rules.dropFirst(2) {
      let bytes = reader.part()
      guard rule == .inBatch else { continue }
      bind(bytes, at: first + Self.outputPlace)
      insertGroup.bind(Self.sum(of: head, output: bytes.bytes), at: first + Self.checksumPlace)
    }
  }

  private static func sum(of head: RecordHead, output: UnsafeRawBufferPointer?) -> Int64 {
    var sum = AttemptSum { head[$0] }
    sum.addOutputs(output, UnsafeRawBufferPointer(start: nil, count: 0))
    return sum.value
  }

  private func bind(_ part: RecordReader.Part, at position: Int) {
    guard case .bytes(let bytes) = part else { return insertGroup.bindNull(at: position) }
    insertGroup.bind(borrowing: bytes, as: TextCheck.isText(bytes) ? .text : .blob, at: position)
  }

  // MARK: - What is plain

  /// The words of the numbers that a plain item has, and of those that it does not have.
  private static let known = numbers.map(\.word)
  private static let unknown = AttemptColumn.all.filter { !$0.isPlain && $0.column.name != "outcome" }
    .compactMap(\.word)

  /// What a plain item has as a part.
  private enum Rule {
    case inBatch
    case absent
    case empty
  }

  /// The rules of all parts: the text and the fields of the item, and those of the attempt.
  private static let rules =
    [Rule.inBatch, .inBatch]
    + AttemptColumn.parts.map { part in
      switch part {
      case .text: .absent
      case .output(.output): .inBatch
      case .output(.errors): .empty
      }
    }

  /// Whether the item of a record succeeded at its first attempt and has nothing but an output that is in the batch.
  static func isPlain(_ head: RecordHead) -> Bool {
    guard head.kind == .finalAttempt, head.attempt == 1, head.outcome == OutcomeCode.succeeded, head.row == head.number
    else { return false }
    for word in known where head[word] == RecordLayout.absent { return false }
    for word in unknown where head[word] != RecordLayout.absent { return false }
    for (part, rule) in rules.enumerated() where !fits(head.size(of: part), rule) { return false }
    return true
  }

  private static func fits(_ size: PartSize, _ rule: Rule) -> Bool {
    switch rule {
    case .inBatch: size != .held
    case .absent: size == .absent
    case .empty: size == PartSize(0)
    }
  }
}
