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
      case .text(_, let set): set(&loaded.record, row.text(place))
      case .json(_, let set): set(&loaded.record, try pairs(database, row.text(place)))
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
    for (place, column) in RunColumn.all.enumerated() {
      switch column.content {
      case .text(let value, _): row.bind(value(record), at: place)
      case .json(let value, _): row.bind(value(record), at: place)
      case .number(_, let value, _): row.bind(value(Loaded(record: record)), at: place)
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
