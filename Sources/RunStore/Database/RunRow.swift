import SQLite

/// Reads and writes the one row of the table `run`.
enum RunRow {
  private static let names = [
    "id", "created", "title", "kind", "command", "source", "directory", "options", "state", "ended", "exit_code",
    "total", "succeeded", "failed", "timed_out", "cancelled", "latest", "delivered", "delivered_bytes", "renumbered",
  ]

  private static let count = names.count

  /// The row as it is read.
  struct Loaded {
    var record: RunRecord
    /// Whether the rows of items can differ from their numbers.
    var isRenumbered: Bool
    /// The sum of the columns that never change.
    var fixed: Fixed
  }

  /// The sum of the columns that never change during a run.
  struct Fixed {
    fileprivate var sum: Int64
    fileprivate var isUnchecked: Bool
  }

  /// Reads the row.
  ///
  /// - Throws: when there is not exactly one row, or the row is damaged.
  static func load(_ database: RunDatabase) throws(RunStoreError) -> Loaded {
    let isChecked = database.checks != .none
    let more = isChecked ? "unchecked, checksum" : "1, NULL"
    let row = try database.prepare("SELECT \(names.joined(separator: ", ")), \(more) FROM run")
    defer { row.close() }
    guard try row.step() else { throw SQLiteProblem.damaged(database.path, "it says nothing about the run") }
    let loaded = try read(row, database)
    if isChecked {
      database.checks = loaded.fixed.isUnchecked ? .some : .all
      guard row.optionalInteger(count + 1) == sum(of: loaded) else {
        throw SQLiteProblem.damaged(database.path, "the row of the run does not match its checksum")
      }
    }
    guard try !row.step() else { throw SQLiteProblem.damaged(database.path, "it describes more than one run") }
    return loaded
  }

  private static func read(_ row: Statement, _ database: RunDatabase) throws(RunStoreError) -> Loaded {
    guard let state = RunRecord.State(rawValue: Int(truncatingIfNeeded: row.integer(8))) else {
      throw SQLiteProblem.damaged(database.path, "the state of its run is \(row.integer(8))")
    }
    for column in [11, 12, 13, 14, 15, 17] where !(0...ItemColumns.largest).contains(row.integer(column)) {
      throw SQLiteProblem.damaged(database.path, "its \(names[column]) is \(row.integer(column))")
    }
    for column in [1, 9, 16] where !NumberRange.times.contains(row.integer(column)) {
      throw SQLiteProblem.damaged(database.path, "its time \(names[column]) is \(row.integer(column))")
    }
    var record = RunRecord(
      id: row.text(0), created: row.integer(1), title: row.text(2), kind: row.text(3), command: [], source: row.text(5),
      directory: row.text(6))
    record.state = state
    record.ended = row.optionalInteger(9)
    record.exitCode = row.optionalInteger(10).map { Int32(truncatingIfNeeded: $0) }
    record.total = row.optionalInteger(11).map { Int($0) }
    record.counts.succeeded = Int(row.integer(12))
    record.counts.failed = Int(row.integer(13))
    record.counts.timedOut = Int(row.integer(14))
    record.counts.cancelled = Int(row.integer(15))
    record.latest = row.optionalInteger(16)
    record.delivered = DeliveryMark(items: Int(row.integer(17)), bytes: row.integer(18))
    record.command = try pairs(database, row.text(4)).map(\.value)
    record.options = Dictionary(try pairs(database, row.text(7)).map { ($0.key, $0.value) }) { $1 }
    return Loaded(record: record, isRenumbered: row.integer(19) != 0, fixed: fixed(of: row))
  }

  // MARK: - The checksum

  private static func fixed(of row: Statement) -> Fixed {
    var sum = Checksum()
    sum.add(row.integer(1), row.integer(count))
    for (one, other) in [(0, 2), (3, 4), (5, 6), (7, 7)] { sum.add(row.lentBytes(one), row.lentBytes(other)) }
    return Fixed(sum: sum.value, isUnchecked: row.integer(count) != 0)
  }

  private static func sum(of row: Loaded) -> Int64 {
    sum(of: row.record, isRenumbered: row.isRenumbered, row.fixed)
  }

  private static func sum(of record: RunRecord, isRenumbered: Bool, _ fixed: Fixed) -> Int64 {
    let absent = RecordHeader.absent
    var sum = Checksum()
    sum.add(fixed.sum, isRenumbered ? 1 : 0)
    sum.add(Int64(record.state.rawValue), record.ended ?? absent)
    sum.add(record.exitCode.map { Int64($0) } ?? absent, record.total.map { Int64($0) } ?? absent)
    sum.add(Int64(record.counts.succeeded), Int64(record.counts.failed))
    sum.add(Int64(record.counts.timedOut), Int64(record.counts.cancelled))
    sum.add(record.latest ?? absent, Int64(record.delivered.items))
    sum.add(record.delivered.bytes, 0)
    return sum.value
  }

  // MARK: - JSON

  /// Returns the keys and values of an array or an object.
  private static func pairs(
    _ database: RunDatabase, _ json: String
  ) throws(RunStoreError) -> [(key: String, value: String)] {
    let rows = try database.prepare("SELECT key, value FROM json_each(?)")
    defer { rows.close() }
    rows.bind(json, at: 0)
    var all: [(key: String, value: String)] = []
    while try rows.step() { all.append((rows.text(0), rows.text(1))) }
    return all
  }

  /// Inserts the row of a new run.
  ///
  /// - Returns: the row as it is stored.
  @discardableResult
  static func insert(_ record: RunRecord, into database: RunDatabase) throws(RunStoreError) -> Loaded {
    let isChecked = database.checks != .none
    let names = isChecked ? self.names + ["unchecked"] : self.names
    let places = names.map { _ in "?" }.joined(separator: ", ")
    let row = try database.prepare("INSERT INTO run(\(names.joined(separator: ", "))) VALUES(\(places))")
    defer { row.close() }
    row.bind(record.id, at: 0)
    row.bind(record.created, at: 1)
    row.bind(record.title, at: 2)
    row.bind(record.kind, at: 3)
    row.bind(json(record.command), at: 4)
    row.bind(record.source, at: 5)
    row.bind(record.directory, at: 6)
    row.bind(json(record.options), at: 7)
    bindProgress(of: record, to: row)
    row.bind(0, at: count - 1)
    if isChecked { row.bind(0, at: count) }
    try row.run()
    return try isChecked ? seal(database) : load(database)
  }

  /// Writes the checksum of the row's values.
  ///
  /// - Returns: the row as it is stored.
  @discardableResult
  static func seal(_ database: RunDatabase) throws(RunStoreError) -> Loaded {
    let row = try database.prepare("SELECT \(names.joined(separator: ", ")), unchecked FROM run")
    defer { row.close() }
    guard try row.step() else { throw SQLiteProblem.damaged(database.path, "it says nothing about the run") }
    let loaded = try read(row, database)
    row.reset()
    try database.execute("UPDATE run SET checksum = \(sum(of: loaded))")
    return loaded
  }

  /// Prepares the statement that updates the progress of a run; see ``bindUpdate(of:isRenumbered:_:to:)``.
  static func prepareUpdate(_ database: RunDatabase) throws(RunStoreError) -> Statement {
    let changing = names[first...] + ["checksum"]
    return try database.prepare("UPDATE run SET \(changing.map { "\($0) = ?" }.joined(separator: ", "))")
  }

  /// Binds the columns that change during a run, and the row's checksum.
  static func bindUpdate(of record: RunRecord, isRenumbered: Bool, _ fixed: Fixed, to row: Statement) {
    bindProgress(of: record, to: row, shift: first)
    row.bind(isRenumbered ? 1 : 0, at: count - 1 - first)
    row.bind(sum(of: record, isRenumbered: isRenumbered, fixed), at: count - first)
  }

  /// The index of the first column that changes.
  private static let first = 8

  private static func bindProgress(of record: RunRecord, to row: Statement, shift: Int = 0) {
    row.bind(Int64(record.state.rawValue), at: 8 - shift)
    row.bind(record.ended, at: 9 - shift)
    row.bind(record.exitCode.map { Int64($0) }, at: 10 - shift)
    row.bind(record.total.map { Int64($0) }, at: 11 - shift)
    row.bind(Int64(record.counts.succeeded), at: 12 - shift)
    row.bind(Int64(record.counts.failed), at: 13 - shift)
    row.bind(Int64(record.counts.timedOut), at: 14 - shift)
    row.bind(Int64(record.counts.cancelled), at: 15 - shift)
    row.bind(record.latest, at: 16 - shift)
    row.bind(Int64(record.delivered.items), at: 17 - shift)
    row.bind(record.delivered.bytes, at: 18 - shift)
  }

  private static func json(_ words: [String]) -> String {
    var json = JSONText()
    json.beginArray()
    for word in words { json.string(word) }
    json.endArray()
    return String(decoding: json.bytes, as: UTF8.self)
  }

  private static func json(_ options: [String: String]) -> String {
    var json = JSONText()
    json.beginObject()
    for (name, value) in options.sorted(by: { $0.key < $1.key }) {
      json.key(name)
      json.string(value)
    }
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
