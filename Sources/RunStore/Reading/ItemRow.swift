package import Attempts
import ParallelFor
import SQLite

/// Reads items from the rows of a query.
enum ItemRow {
  /// Returns the start of a query whose rows ``read(_:_:)`` understands: the columns of ``ItemColumn``, and those of the
  /// last attempt.
  static func select(_ database: RunDatabase) -> String {
    let own = ItemColumn.allCases.map(\.column.name).joined(separator: ", ")
    return "SELECT \(own), \(AttemptRow.list(database)) FROM items"
  }

  /// Reads the current row of a statement.
  ///
  /// - Throws: when the row is damaged.
  static func read(_ row: Statement, _ database: RunDatabase) throws(RunStoreError) -> ItemRecord {
    try checkKey(row, database)
    let attempts = row.integer(.attempt)
    let (attempt, outputCount, errorCount) = try AttemptRow.read(
      row, attempt: attempts, from: ItemColumn.allCases.count, database)
    let number = row.optionalInteger(ItemColumn.number.rawValue)
    guard number.map({ $0 > 0 && NumberRange.counts.contains($0) }) ?? true, NumberRange.counts.contains(attempts)
    else {
      throw SQLiteProblem.damaged(database.path, "an item has the number \(number ?? 0) and \(attempts) attempts")
    }
    return ItemRecord(
      row: row.integer(.id), number: number.map { Int($0) }, text: row.bytes(ItemColumn.text.rawValue),
      fields: row.optionalBytes(ItemColumn.fields.rawValue), attempt: attempt, attempts: Int(attempts),
      outputCount: outputCount, errorCount: errorCount)
  }

  /// Checks that the text and the fields are the recorded ones.
  static func checkKey(_ row: Statement, _ database: RunDatabase) throws(RunStoreError) {
    let key = ItemKey.of(
      row.rawBytes(ItemColumn.text.rawValue), fields: row.optionalBytes(ItemColumn.fields.rawValue))
    guard key == row.integer(.key) else {
      throw SQLiteProblem.damaged(database.path, "the item in row \(row.integer(.id)) does not match its checksum")
    }
  }
}

extension SQLiteStatement {
  /// A number in the current row of a query for items.
  func integer(_ column: ItemColumn) -> Int64 { integer(column.rawValue) }
}

/// Reads attempts from the rows of a query.
enum AttemptRow {
  private static let outcome = AttemptColumn.place("outcome")
  private static let output = AttemptColumn.place("output")
  private static let errors = AttemptColumn.place("errors")
  private static let checksum = AttemptColumn.place("checksum")
  private static let texts = AttemptColumn.all.indices.filter {
    if case .text = AttemptColumn.all[$0].content { true } else { false }
  }

  /// Returns the columns in the order that ``read(_:attempt:from:_:)`` expects. An output is represented by its size.
  ///
  /// - Parameter hasSizes: whether to include the sizes of outputs in the rows; SQLite must read the outputs for that.
  static func list(_ database: RunDatabase, hasSizes: Bool = true) -> String {
    AttemptColumn.all.map { column in
      guard case .output = column.content else { return database.expression(for: column.column) }
      let name = column.column.name
      return "CASE WHEN \(name)_chunk IS NULL THEN \(hasSizes ? "length(CAST(\(name) AS BLOB))" : "0") "
        + "ELSE (SELECT rest FROM chunks WHERE chunks.id = \(name)_chunk) END"
    }.joined(separator: ", ")
  }

  /// Reads an attempt and the sizes of its outputs from the current row of a statement.
  ///
  /// - Throws: when the row is damaged.
  static func read(
    _ row: Statement, attempt: Int64, from first: Int, _ database: RunDatabase
  ) throws(RunStoreError) -> (attempt: EndedAttempt?, outputCount: Int, errorCount: Int) {
    let outputs = (try output(row, first + output, database), try output(row, first + errors, database))
    guard !row.isNull(first + outcome) else {
      guard row.isNull(first + checksum) else { throw damaged(database) }
      return (nil, outputs.0.count, outputs.1.count)
    }
    var record = EndedAttempt(attempt: Int(attempt), worker: 0, start: 0, latency: 0, outcome: .succeeded)
    var words = [attempt] + Array(repeating: RecordLayout.absent, count: AttemptColumn.Number.allCases.count)
    for (place, column) in AttemptColumn.all.enumerated() {
      switch column.content {
      case .number(let number):
        let value = row.optionalInteger(first + place)
        guard value.map({ number.unit.range.contains($0) }) ?? true else {
          throw SQLiteProblem.damaged(database.path, "the \(column.column.name) of an attempt is \(value ?? 0)")
        }
        words[number.word] = value ?? (number.word < AttemptColumn.firstUnknown ? 0 : RecordLayout.absent)
        number.set(&record, value)
      case .text(let text): if let value = row.optionalText(first + place) { text.set(&record, value) }
      case .output, .firstPiece, .checksum: break
      }
    }
    guard let checksum = row.optionalInteger(first + checksum) else {
      guard database.checks != .all else { throw damaged(database) }
      return (record, outputs.0.count, outputs.1.count)
    }
    var sum = AttemptSum { words[$0] }
    sum.addTexts(texts.map { row.lentBytes(first + $0) })
    sum.addPieces(output: outputs.0.pieces, errors: outputs.1.pieces)
    guard sum.fitsRow(checksum) else { throw damaged(database) }
    return (record, outputs.0.count, outputs.1.count)
  }

  /// Returns the size of an output, and where its pieces are if it is not in the row. The column after that of the output
  /// names its first piece.
  private static func output(
    _ row: Statement, _ place: Int, _ database: RunDatabase
  ) throws(RunStoreError) -> (count: Int, pieces: AttemptSum.Pieces?) {
    let (size, first) = (row.integer(place), row.optionalInteger(place + 1))
    guard 0...(first == nil ? Int64(RecordWriter.inlineLimit) : NumberRange.counts.upperBound) ~= size else {
      throw SQLiteProblem.damaged(database.path, "an output has \(size) bytes")
    }
    return (Int(size), first.map { AttemptSum.Pieces(first: $0, size: Int(size)) })
  }

  private static func damaged(_ database: RunDatabase) -> RunStoreError {
    SQLiteProblem.damaged(database.path, "an attempt does not match its checksum")
  }
}

/// An attempt that was followed by another one.
package struct EarlierAttempt: Sendable, Equatable {
  let row: Int64
  package var attempt: EndedAttempt
  /// The size of the standard output, in bytes.
  package var outputCount: Int
  /// The size of the standard error, in bytes.
  package var errorCount: Int
}
