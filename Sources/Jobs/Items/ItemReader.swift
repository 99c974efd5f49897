/// Reads the items of a source one after another, never more than needed; used by one thread.
public final class ItemReader {
  /// What is known about the fields of records.
  private enum Header {
    case unread
    /// The names that all records share; `isNamed` when they come from the file.
    case known(FieldTable, isNamed: Bool)
  }

  /// The source of the items.
  public let source: ItemSource
  /// The format of the items.
  public let format: ItemFormat

  @exclusivity(unchecked) private var records: RecordStream
  private var header = Header.unread
  private var peeked: Item?
  private var problem: ItemError?
  private var previousNames: FieldTable?

  /// Opens the source without reading from it.
  ///
  /// - Throws: when the source is missing, a directory or unreadable.
  public convenience init(source: ItemSource, format: ItemFormat) throws(ItemError) {
    try self.init(source: source, format: format, maximumRead: .max)
  }

  init(
    source: ItemSource, format: ItemFormat, maximumLength: Int = ItemFormat.maximumLength, maximumRead: Int
  ) throws(ItemError) {
    self.source = source
    self.format = format
    records = try RecordStream(
      source: source, format: format, maximumLength: maximumLength, maximumRead: maximumRead, isWatched: true)
  }

  /// Returns the names of the items' fields; for CSV and TSV, it waits for the first record.
  ///
  /// - Returns: `perItem` for an empty CSV or TSV file, because nothing is known and nothing will run.
  /// - Throws: when the first record cannot be read, or two columns have the same name.
  public func fieldNames() throws(ItemError) -> FieldNames {
    switch format {
    case .lines, .nul, .sql: return .none
    case .jsonl: return .perItem
    case .csv, .tsv:
      if case .unread = header { try readHeader() }
      guard case .known(let table, _) = header else { return .perItem }
      return .known(table.names)
    }
  }

  /// Returns the next items as soon as there is one, so that an interactive source need not fill a batch.
  ///
  /// - Parameter limit: the maximum number of items, at least 1.
  /// - Returns: at least one item, or nil at the end.
  /// - Throws: when the source cannot be read further; all earlier items have been returned.
  public func nextBatch(limit: Int) throws(ItemError) -> [Item]? {
    if let problem { throw problem }
    var batch: [Item] = []
    do throws(ItemError) {
      _ = try fieldNames()
      if let item = peeked.take() { batch.append(item) }
      try take(into: &batch, limit: limit)
      while batch.isEmpty, try records.fill() { try take(into: &batch, limit: limit) }
      // At the end of the source, the stream returns a last record without a terminator.
      if batch.isEmpty { try take(into: &batch, limit: limit) }
      return batch.isEmpty ? nil : batch
    } catch {
      problem = error
      guard batch.isEmpty else { return batch }
      throw error
    }
  }

  /// How the items file differs from what was read, once its end was reached; nil when it does not.
  ///
  /// Use it only when no thread reads any longer.
  public var change: ItemFileChange? {
    if case .file(let path) = source { records.change(at: path) } else { records.change(at: nil) }
  }

  /// Takes items from the bytes that have been read already.
  private func take(into batch: inout [Item], limit: Int) throws(ItemError) {
    while batch.count < limit, let record = try records.nextBuffered() {
      if let item = try item(of: record) { batch.append(item) }
    }
  }

  private func item(of record: RecordStream.Record) throws(ItemError) -> Item? {
    switch format {
    case .lines, .nul, .sql: return Item(ByteText(record.bytes))
    case .jsonl: return try object(of: record)
    case .csv, .tsv:
      let values = try split(record)
      guard case .known(let table, let isNamed) = header else { return nil }
      guard values.count == table.names.count else {
        let model = isNamed ? "as in the header" : "as in the first record"
        throw ItemError(
          source.name, line: record.line, "expected \(fields(table.names.count)) \(model), found \(values.count)")
      }
      return delimitedItem(record, values, table)
    }
  }

  private func fields(_ count: Int) -> String { count == 1 ? "1 field" : "\(count) fields" }

  private func delimitedItem(_ record: RecordStream.Record, _ values: [ByteText], _ table: FieldTable) -> Item {
    let value = values.count == 1 ? values[0] : ByteText(record.bytes)
    return Item(value, fields: Fields(table, values))
  }

  private func object(of record: RecordStream.Record) throws(ItemError) -> Item? {
    guard record.bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return nil }
    do throws(JSONRecord.Problem) {
      let fields = try JSONRecord.parse(record.bytes, previous: previousNames)
      previousNames = fields.table
      return Item(ByteText(record.bytes), fields: fields)
    } catch {
      throw ItemError(source.name, line: record.line, column: error.position + 1, error.reason)
    }
  }

  private func split(_ record: RecordStream.Record) throws(ItemError) -> [ByteText] {
    guard format.isQuoted else { return DelimitedRecord.splitTabs(record.bytes) }
    do throws(DelimitedRecord.Problem) {
      return try DelimitedRecord.splitCommas(record.bytes)
    } catch {
      throw ItemError(source.name, line: record.line, error.reason)
    }
  }

  /// Reads the first record of CSV or TSV: the names, or the first item.
  private func readHeader() throws(ItemError) {
    var first = try records.nextBuffered()
    while first == nil {
      let mayComeMore = try records.fill()
      first = try records.nextBuffered()
      if !mayComeMore { break }
    }
    guard let first else { return }
    let values = try split(first)
    if format.hasHeader {
      header = .known(FieldTable(try names(values, line: first.line)), isNamed: true)
    } else {
      let table = FieldTable((1...values.count).map(String.init))
      header = .known(table, isNamed: false)
      peeked = delimitedItem(first, values, table)
    }
  }

  /// Returns the names in a header's fields; a field without a name gets its number.
  private func names(_ values: [ByteText], line: Int) throws(ItemError) -> [String] {
    var names: [String] = []
    var positions: [FieldName: Int] = [:]
    for (position, value) in values.enumerated() {
      let name = value.count == 0 ? String(position + 1) : value.exact
      if let other = positions.updateValue(position, forKey: FieldName(name)) {
        throw ItemError(
          source.name, line: line,
          "expected a different name for every column; columns \(other + 1) and \(position + 1) are both "
            + "“\(name)” (--no-header numbers the columns instead)")
      }
      names.append(name)
    }
    return names
  }
}

/// Counts the items of a regular file during the run, with its own descriptor.
public enum ItemCounter {
  /// Counts the items that an ``ItemReader`` would read, without keeping them.
  ///
  /// - Parameters:
  ///   - path: a regular file.
  ///   - format: the format of the file.
  ///   - isCancelled: called once for every 256 KiB; true ends the counting.
  /// - Returns: the number, or nil when cancelled.
  /// - Throws: when the file cannot be opened or split into records. Invalid records are counted.
  public static func count(
    path: String, format: ItemFormat, isCancelled: () -> Bool = { false }
  ) throws(ItemError) -> Int? {
    var records = try RecordStream(source: .file(path), format: format)
    var total = 0
    var mayComeMore = true
    while mayComeMore {
      if isCancelled() { return nil }
      mayComeMore = try records.fill()
      while let record = try records.nextBuffered() {
        if format == .jsonl && record.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
        total += 1
      }
    }
    return format.hasHeader ? max(0, total - 1) : total
  }
}

/// Why the items cannot be read, or not to their end.
public struct ItemError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file as the user named it, or `standard input`.
  public var file: String
  /// The line, from 1, if there is one.
  public var line: Int?
  /// The byte in the line, from 1, if there is one.
  public var column: Int?
  /// What is wrong and what was expected; may contain untrusted text.
  public var reason: String

  init(_ file: String, line: Int? = nil, column: Int? = nil, _ reason: String) {
    self.file = file
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// The position and the reason, such as `orders.csv:17: expected 3 fields as in the header, found 2`.
  public var description: String {
    let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
    return "\(file)\(place): \(reason)"
  }
}
