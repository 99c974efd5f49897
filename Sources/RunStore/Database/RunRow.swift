import SQLite

/// Reads and writes the one row of the table `run`.
enum RunRow {
  /// The row as it is read.
  struct Loaded {
    var record: RunRecord
    /// Whether the rows of items can differ from their numbers.
    var isRenumbered = false
    /// The sum of the columns that never change.
    fileprivate(set) var fixedSum: Int64 = 0
  }

  private static let names = RunColumn.all.map(\.column.name)
  /// The columns that change during a run.
  private static let changing = Array(RunColumn.all.dropFirst(place("state")))

  private static func place(_ name: String) -> Int {
    guard let place = names.firstIndex(of: name) else { preconditionFailure("a run has no column \(name)") }
    return place
  }

  // MARK: - Reading

  /// Reads the row.
  ///
  /// - Throws: when there is not exactly one row, or the row is damaged.
  static func load(_ database: RunDatabase) throws(RunStoreError) -> Loaded {
    let row = try select(database)
    defer { row.close() }
    let loaded = try read(row, database)
    guard database.checks == .none || row.optionalInteger(names.count + 1) == sum(of: loaded, numbers(row)) else {
      throw SQLiteProblem.damaged(database.path, "the row of the run does not match its checksum")
    }
    guard try !row.step() else { throw SQLiteProblem.damaged(database.path, "it describes more than one run") }
    return loaded
  }

  /// Moves to the row.
  private static func select(_ database: RunDatabase) throws(RunStoreError) -> Statement {
    let added = RunColumn.added.map { database.expression(for: $0) }
    let row = try database.prepare("SELECT \((names + added).joined(separator: ", ")) FROM run")
    guard try row.step() else {
      row.close()
      throw SQLiteProblem.damaged(database.path, "it says nothing about the run")
    }
    return row
  }

  private static func read(_ row: Statement, _ database: RunDatabase) throws(RunStoreError) -> Loaded {
    var loaded = Loaded(
      record: RunRecord(id: "", created: 0, title: "", kind: "", command: [], source: "", directory: ""))
    for (place, column) in RunColumn.all.enumerated() {
      switch column.content {
      case .text(let path): loaded[keyPath: path] = row.text(place)
      case .words(let path): loaded[keyPath: path] = try pairs(database, row.text(place)).map(\.value)
      case .options(let path):
        loaded[keyPath: path] = Dictionary(try pairs(database, row.text(place)).map { ($0.key, $0.value) }) { $1 }
      case .number(let range, _, let set):
        guard range.contains(row.optionalInteger(place) ?? range.lowerBound) else {
          throw SQLiteProblem.damaged(database.path, "its \(column.column.name) is \(row.integer(place))")
        }
        set(&loaded, row.optionalInteger(place))
      }
    }
    loaded.fixedSum = fixedSum(of: row)
    if database.checks != .none { database.checks = row.integer(names.count) == 0 ? .all : .some }
    return loaded
  }

  /// Returns the keys and values of an array or an object in JSON.
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

  // MARK: - The checksum

  private static func fixedSum(of row: Statement) -> Int64 {
    var sum = Checksum()
    sum.add(row.integer(place("created")), row.integer(names.count))
    let texts = RunColumn.all.indices.filter { if case .number = RunColumn.all[$0].content { false } else { true } }
    for pair in stride(from: 0, to: texts.count, by: 2) {
      sum.add(row.lentBytes(texts[pair]), row.lentBytes(texts[min(pair + 1, texts.count - 1)]))
    }
    return sum.value
  }

  /// Returns the numbers in the columns that change.
  private static func numbers(_ row: Statement) -> [Int64?] {
    changing.indices.map { row.optionalInteger(names.count - changing.count + $0) }
  }

  private static func numbers(of loaded: Loaded) -> [Int64?] {
    changing.map { if case .number(_, let value, _) = $0.content { value(loaded) } else { nil } }
  }

  private static func sum(of loaded: Loaded, _ numbers: [Int64?]) -> Int64 {
    var sum = Checksum()
    let numbers = numbers.map { $0 ?? RecordLayout.absent }
    // The last column, `renumbered`, comes first.
    sum.add(loaded.fixedSum, numbers[numbers.count - 1])
    for pair in stride(from: 0, to: numbers.count - 1, by: 2) {
      sum.add(numbers[pair], pair + 1 < numbers.count - 1 ? numbers[pair + 1] : 0)
    }
    return sum.value
  }

  // MARK: - Writing

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
    let loaded = Loaded(record: record)
    for (place, column) in RunColumn.all.enumerated() {
      switch column.content {
      case .text(let path): row.bind(loaded[keyPath: path], at: place)
      case .words(let path): row.bind(JSONText.array(loaded[keyPath: path]), at: place)
      case .options(let path): row.bind(JSONText.object(loaded[keyPath: path]), at: place)
      case .number(_, let value, _): row.bind(value(loaded), at: place)
      }
    }
    if isChecked { row.bind(0, at: self.names.count) }
    try row.run()
    return try isChecked ? seal(database) : load(database)
  }

  /// Writes the checksum of the row's values.
  ///
  /// - Returns: the row as it is stored.
  @discardableResult
  static func seal(_ database: RunDatabase) throws(RunStoreError) -> Loaded {
    let row = try select(database)
    defer { row.close() }
    let loaded = try read(row, database)
    let sum = sum(of: loaded, numbers(row))
    row.reset()
    try database.execute("UPDATE run SET checksum = \(sum)")
    return loaded
  }

  /// Prepares the statement that updates the progress of a run; see ``bindUpdate(of:to:)``.
  static func prepareUpdate(_ database: RunDatabase) throws(RunStoreError) -> Statement {
    let columns = changing.map(\.column.name) + ["checksum"]
    return try database.prepare("UPDATE run SET \(columns.map { "\($0) = ?" }.joined(separator: ", "))")
  }

  /// Binds the columns that change during a run, and the row's checksum.
  static func bindUpdate(of loaded: Loaded, to row: Statement) {
    let numbers = numbers(of: loaded)
    for (place, number) in numbers.enumerated() { row.bind(number, at: place) }
    row.bind(sum(of: loaded, numbers), at: numbers.count)
  }
}

// MARK: - Columns

/// A column of the one row that describes the run as a whole.
struct RunColumn: Sendable {
  typealias Path<Value> = any WritableKeyPath<RunRow.Loaded, Value> & Sendable

  /// What the column holds. Texts never change during a run; of the numbers, only `created` never changes.
  enum Content: Sendable {
    case text(Path<String>)
    /// A JSON array of strings.
    case words(Path<[String]>)
    /// A JSON object of strings.
    case options(Path<[String: String]>)
    case number(
      ClosedRange<Int64>, @Sendable (RunRow.Loaded) -> Int64?, @Sendable (inout RunRow.Loaded, Int64?) -> Void)
  }

  let column: Column
  let content: Content

  /// The columns in the order of the table.
  static let all = [
    text("id", .text(\.record.id), "the name of the run"),
    number("created", \.record.created, in: NumberRange.times, "when the run started"),
    text("title", .text(\.record.title), "the command's template or the query, in one line"),
    text("kind", .text(\.record.kind), "the kind of job: `command`, `shell`, `sqlite`, `postgresql`"),
    text("command", .words(\.record.command), "the words of the command, or the query, as a JSON array"),
    text("source", .text(\.record.source), "the source of the items: a path as given, or `-`"),
    text("directory", .text(\.record.directory), "the working directory"),
    text(
      "options", .options(\.record.options),
      "the options that matter to a resumed run, as a JSON object; never the environment"),
    number("state", \.state, in: 0...2, "0 running or killed; 1 finished; 2 ended before every item had run"),
    optional("ended", \.record.ended, in: NumberRange.times, "when the program ended; NULL before that"),
    optional("exit_code", \.record.exitCode, "the exit status of the program; NULL before it ended"),
    optional("total", \.record.total, in: NumberRange.counts, "the number of items; NULL while unknown"),
    number("succeeded", \.record.counts.succeeded, "the number of items that succeeded"),
    number("failed", \.record.counts.failed, "the number of items that failed"),
    number("timed_out", \.record.counts.timedOut, "the number of items that timed out"),
    number("cancelled", \.record.counts.cancelled, "the number of items that were stopped"),
    optional("latest", \.record.latest, in: NumberRange.times, "when the latest attempt ended"),
    number("delivered", \.record.delivered, "the number of results that were delivered, from the first one on"),
    number("delivered_bytes", \.deliveredBytes, in: .min ... .max, "unused, always 0"),
    number(
      "renumbered", \.renumbered, in: .min ... .max, "1 if items may have an `id` that differs from their `number`"),
  ]

  /// The columns that are not part of the record.
  static let added = [
    Column(
      name: "unchecked", type: "INTEGER NOT NULL DEFAULT 1",
      meaning: "1 if some rows were written by a version without checksums", since: Schema.firstChecked),
    .checksum("a sum of the other columns"),
  ]

  private static func text(_ name: String, _ content: Content, _ meaning: String) -> RunColumn {
    RunColumn(column: Column(name: name, type: "TEXT NOT NULL", meaning: meaning), content: content)
  }

  private static func number<Number: FixedWidthInteger & SendableMetatype>(
    _ name: String, _ path: Path<Number>, in range: ClosedRange<Int64> = NumberRange.counts, _ meaning: String
  ) -> RunColumn {
    RunColumn(
      column: Column(name: name, type: "INTEGER NOT NULL", meaning: meaning),
      content: .number(range, { Int64($0[keyPath: path]) }, { $0[keyPath: path] = Number(truncatingIfNeeded: $1 ?? 0) })
    )
  }

  private static func optional<Number: FixedWidthInteger & SendableMetatype>(
    _ name: String, _ path: Path<Number?>, in range: ClosedRange<Int64> = .min ... .max, _ meaning: String
  ) -> RunColumn {
    RunColumn(
      column: Column(name: name, type: "INTEGER", meaning: meaning),
      content: .number(
        range, { $0[keyPath: path].map { Int64($0) } },
        { $0[keyPath: path] = $1.map { Number(truncatingIfNeeded: $0) } }))
  }
}

extension RunRow.Loaded {
  fileprivate var state: Int {
    get { record.state.rawValue }
    set { record.state = RunRecord.State(rawValue: newValue) ?? .running }
  }

  fileprivate var renumbered: Int {
    get { isRenumbered ? 1 : 0 }
    set { isRenumbered = newValue != 0 }
  }

  /// Nothing sets it to another value.
  fileprivate var deliveredBytes: Int {
    get { 0 }
    set {}
  }
}
