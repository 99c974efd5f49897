/// The one row of the table `run`, read and written.
enum RunRow {
  private static let names = [
    "id", "created", "title", "kind", "command", "source", "directory", "options", "state", "ended", "exit_code",
    "total", "succeeded", "failed", "timed_out", "cancelled", "latest", "delivered", "delivered_bytes", "renumbered",
  ]

  /// Reads the row, and whether items stand in other rows than their numbers say.
  static func load(_ database: RunDatabase) throws(RunStoreError) -> (record: RunRecord, isRenumbered: Bool) {
    let row = try database.prepare("SELECT \(names.joined(separator: ", ")) FROM run")
    defer { row.close() }
    guard try row.step() else { throw SQLiteProblem.damaged(database.path, "it says nothing about the run") }
    guard let state = RunRecord.State(rawValue: Int(truncatingIfNeeded: row.integer(8))) else {
      throw SQLiteProblem.damaged(database.path, "it says that the run is in state \(row.integer(8))")
    }
    for column in [11, 12, 13, 14, 15, 17] where !(0...ItemColumns.largest).contains(row.integer(column)) {
      throw SQLiteProblem.damaged(database.path, "its \(names[column]) is \(row.integer(column))")
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
    record.command = try pairs(database, "command").map(\.value)
    record.options = Dictionary(try pairs(database, "options").map { ($0.key, $0.value) }) { $1 }
    return (record, row.integer(19) != 0)
  }

  /// The keys and values of an array or an object.
  private static func pairs(
    _ database: RunDatabase, _ column: String
  ) throws(RunStoreError) -> [(key: String, value: String)] {
    let rows = try database.prepare("SELECT each.key, each.value FROM run, json_each(run.\(column)) AS each")
    defer { rows.close() }
    var all: [(key: String, value: String)] = []
    while try rows.step() { all.append((rows.text(0), rows.text(1))) }
    return all
  }

  /// Writes the row of a run that begins.
  static func insert(_ record: RunRecord, into database: RunDatabase) throws(RunStoreError) {
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
    bindProgress(of: record, to: row, from: 8)
    row.bind(0, at: names.count - 1)
    try row.run()
  }

  /// A statement that writes how far the run is; see ``bindProgress(of:to:from:)``.
  static func prepareUpdate(_ database: RunDatabase) throws(RunStoreError) -> Statement {
    let changing = names[8..<names.count - 1].map { "\($0) = ?" }.joined(separator: ", ")
    return try database.prepare("UPDATE run SET \(changing)")
  }

  /// Binds what changes while a run goes on.
  static func bindProgress(of record: RunRecord, to row: Statement, from first: Int = 0) {
    row.bind(Int64(record.state.rawValue), at: first)
    row.bind(record.ended, at: first + 1)
    row.bind(record.exitCode.map { Int64($0) }, at: first + 2)
    row.bind(record.total.map { Int64($0) }, at: first + 3)
    row.bind(Int64(record.counts.succeeded), at: first + 4)
    row.bind(Int64(record.counts.failed), at: first + 5)
    row.bind(Int64(record.counts.timedOut), at: first + 6)
    row.bind(Int64(record.counts.cancelled), at: first + 7)
    row.bind(record.latest, at: first + 8)
    row.bind(Int64(record.delivered.items), at: first + 9)
    row.bind(record.delivered.bytes, at: first + 10)
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
