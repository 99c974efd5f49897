import SQLite

/// The tables of a run file, and the migration of files from earlier versions.
///
/// Released definitions never change. `RunStore.docc/run-file.md` describes each table for users.
enum Schema {
  /// Marks a database as a run file (`pfor`).
  static let applicationID: Int64 = 0x7066_6F72
  /// The version that this program writes.
  static let version = 5
  /// The first version with checksums.
  static let firstChecked = 3
  /// The first version that tells why attempts took their time.
  static let firstReasoned = 5
  /// The first version in which the index of unsuccessful items is always there.
  private static let firstIndexed = 2

  // MARK: - Objects

  /// A table, an index or the view.
  struct Object: Sendable {
    let name: String
    /// Returns the statement that creates the object in a format, as SQLite keeps it.
    let statement: @Sendable (_ version: Int) -> String
    /// The first format that must have the object; nil if no format must.
    var firstNeeded: Int? = 1

    init(_ name: String, firstNeeded: Int? = 1, _ statement: String) {
      (self.name, self.firstNeeded, self.statement) = (name, firstNeeded, { _ in statement })
    }

    init(_ table: Table) { (name, statement) = (table.name, { table.definition(in: $0) }) }
  }

  static let itemsByKey = Object("items_key", firstNeeded: nil, "CREATE INDEX items_key ON items(key)")
  static let itemsByNumber = Object("items_number", firstNeeded: nil, "CREATE INDEX items_number ON items(number)")

  static let objects =
    Table.all.map { Object($0) } + [
      Object("attempts_item", "CREATE INDEX attempts_item ON attempts(item, attempt)"),
      Object(
        "all_attempts",
        """
        CREATE VIEW all_attempts AS
          SELECT number, text, items.attempt, 1 AS is_last, \(columns(of: "items")) FROM items WHERE outcome IS NOT NULL
          UNION ALL
          SELECT number, text, attempts.attempt, 0, \(columns(of: "attempts"))
            FROM attempts JOIN items ON items.id = attempts.item
        """),
      // Some files of version 1 have this index already.
      Object(
        "items_unsuccessful", firstNeeded: firstIndexed,
        "CREATE INDEX items_unsuccessful ON items(number) WHERE outcome > 0"),
      Object(
        "items_reasons", firstNeeded: firstReasoned,
        "CREATE INDEX items_reasons ON items(number) WHERE reasons IS NOT NULL"),
      itemsByKey, itemsByNumber,
    ]

  /// The columns of the view; it has those of the first format.
  private static func columns(of table: String) -> String {
    AttemptColumn.all.filter { $0.column.since == 1 }.map { "\(table).\($0.column.name)" }.joined(separator: ", ")
  }

  /// Creates the tables of a version in an empty database, in the open transaction.
  static func create(in database: RunDatabase, version: Int = Schema.version) throws(RunStoreError) {
    let needed = objects.filter { $0.firstNeeded.map { $0 <= version } ?? false }
    let pragmas = ["PRAGMA application_id = \(applicationID)", "PRAGMA user_version = \(version)"]
    try database.execute((pragmas + needed.map { $0.statement(version) }).joined(separator: ";\n"))
    database.version = version
  }

  /// Creates an object that only some files need, in the open transaction.
  static func add(_ object: Object, to database: RunDatabase) throws(RunStoreError) {
    guard try database.integer("SELECT 1 FROM sqlite_schema WHERE name = '\(object.name)'") == nil else { return }
    try database.execute(object.statement(version))
  }

  /// Migrates a database to the newest version, in the open transaction.
  static func migrate(_ database: RunDatabase, from version: Int) throws(RunStoreError) {
    for table in Table.all {
      for column in table.columns where column.since > version {
        try database.execute("ALTER TABLE \(table.name) ADD COLUMN \(column.name) \(column.type)")
      }
    }
    for object in objects where object.firstNeeded.map({ $0 > version }) ?? false { try add(object, to: database) }
    try database.execute("PRAGMA user_version = \(self.version)")
    database.version = self.version
  }

  // MARK: - Checks

  /// Returns the version of a run file after checking that its tables are exactly ours.
  ///
  /// - Throws: when the file is not a run file, a newer program made it, or its tables were changed.
  static func check(_ database: RunDatabase) throws(RunStoreError) -> Int {
    guard try database.integer("PRAGMA application_id") == applicationID else {
      throw SQLiteProblem.notARun(database.path)
    }
    // SQLite would read zeros for the rest of a page.
    guard try !database.endsWithinPage else { throw SQLiteProblem.damaged(database.path, "its end is cut off") }
    let found = Int(try database.integer("PRAGMA user_version") ?? 0)
    guard found > 0 else { throw SQLiteProblem.damaged(database.path, "it has no version") }
    guard found <= version else {
      throw RunStoreError(
        .newer, database.path,
        "was written by a newer pfor-tui (format \(found); this one reads up to \(version)); use that, or another file")
    }
    try checkObjects(of: database, version: found)
    database.version = found
    return found
  }

  /// Refuses foreign objects. A view in place of a table, a trigger or a computed column can do anything or never end.
  private static func checkObjects(of database: RunDatabase, version: Int) throws(RunStoreError) {
    var missing = Dictionary(uniqueKeysWithValues: objects.map { ($0.name, $0) })
    let rows = try database.prepare("SELECT name, sql FROM sqlite_schema")
    defer { rows.close() }
    while try rows.step() {
      let name = rows.text(0)
      guard let object = missing.removeValue(forKey: name), rows.text(1) == object.statement(version) else {
        throw SQLiteProblem.damaged(database.path, "it holds an unknown \"\(name)\"")
      }
    }
    for object in missing.values where object.firstNeeded.map({ $0 <= version }) ?? false {
      throw SQLiteProblem.damaged(database.path, "it has no \"\(object.name)\"")
    }
  }
}
