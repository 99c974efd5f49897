import SQLite

/// The tables of a run file, and the migration of files from earlier versions.
///
/// Released definitions never change. `RunStore.docc/run-file.md` describes each table and column for users.
enum Schema {
  /// Marks a database as a run file (`pfor`).
  static let applicationID: Int64 = 0x7066_6F72
  /// The version that this program writes.
  static let version = 3
  /// The first version with checksums.
  static let firstChecked = 3
  /// The first version in which the index of unsuccessful items is always there.
  private static let firstIndexed = 2

  /// The columns that `items` and `attempts` share, in the order in which they are bound and read.
  static let attemptNames = firstAttemptNames + ["checksum"]

  private static let firstAttemptNames = [
    "outcome", "worker", "start", "wait", "latency", "exit_status", "signal", "reason", "cpu", "peak_memory", "note",
    "output", "output_chunk", "errors", "errors_chunk",
  ]

  private static let attemptColumns = firstAttemptNames.map { name in
    switch name {
    case "reason", "note": "\(name) TEXT"
    // TEXT or BLOB, depending on the bytes.
    case "output", "errors": name
    default: "\(name) INTEGER"
    }
  }.joined(separator: ", ")

  private static func columns(of table: String) -> String {
    firstAttemptNames.map { "\(table).\($0)" }.joined(separator: ", ")
  }

  // MARK: - Objects

  /// A table, an index or the view.
  struct Object {
    let name: String
    /// The statement of version 1, as SQLite keeps it.
    let statement: String
    /// The columns that were added in ``firstChecked``.
    var added: [String] = []
    /// The first version that must have the object; nil if no version must.
    var firstNeeded: Int? = 1

    /// Returns the statement that creates the object, exactly as in the schema of a version.
    func statement(of version: Int) -> String {
      guard version >= Schema.firstChecked, !added.isEmpty else { return statement }
      return "\(statement.dropLast()), \(added.joined(separator: ", ")))"
    }
  }

  static let itemsByKey = Object(
    name: "items_key", statement: "CREATE INDEX items_key ON items(key)", firstNeeded: nil)
  static let itemsByNumber = Object(
    name: "items_number", statement: "CREATE INDEX items_number ON items(number)", firstNeeded: nil)

  static let objects = [
    Object(
      name: "run",
      statement: """
        CREATE TABLE run(
          id TEXT NOT NULL, created INTEGER NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, command TEXT NOT NULL,
          source TEXT NOT NULL, directory TEXT NOT NULL, options TEXT NOT NULL, state INTEGER NOT NULL, ended INTEGER,
          exit_code INTEGER, total INTEGER, succeeded INTEGER NOT NULL, failed INTEGER NOT NULL,
          timed_out INTEGER NOT NULL, cancelled INTEGER NOT NULL, latest INTEGER, delivered INTEGER NOT NULL,
          delivered_bytes INTEGER NOT NULL, renumbered INTEGER NOT NULL)
        """,
      added: ["unchecked INTEGER NOT NULL DEFAULT 1", "checksum INTEGER"]),
    Object(
      name: "items",
      statement: """
        CREATE TABLE items(
          id INTEGER PRIMARY KEY, number INTEGER, key INTEGER NOT NULL, text NOT NULL, fields TEXT, attempt INTEGER NOT NULL,
          \(attemptColumns))
        """,
      added: ["checksum INTEGER"]),
    Object(
      name: "attempts",
      statement: "CREATE TABLE attempts(item INTEGER NOT NULL, attempt INTEGER NOT NULL, \(attemptColumns))",
      added: ["checksum INTEGER"]),
    Object(name: "attempts_item", statement: "CREATE INDEX attempts_item ON attempts(item, attempt)"),
    Object(
      name: "chunks",
      statement: "CREATE TABLE chunks(id INTEGER PRIMARY KEY, rest INTEGER NOT NULL, bytes BLOB NOT NULL)",
      added: ["checksum INTEGER"]),
    Object(
      name: "changes",
      statement:
        "CREATE TABLE changes(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, value INTEGER)",
      added: ["checksum INTEGER"]),
    Object(
      name: "all_attempts",
      statement: """
        CREATE VIEW all_attempts AS
          SELECT number, text, items.attempt, 1 AS is_last, \(columns(of: "items")) FROM items WHERE outcome IS NOT NULL
          UNION ALL
          SELECT number, text, attempts.attempt, 0, \(columns(of: "attempts"))
            FROM attempts JOIN items ON items.id = attempts.item
        """),
    // Some files of version 1 have this index already.
    Object(
      name: "items_unsuccessful", statement: "CREATE INDEX items_unsuccessful ON items(number) WHERE outcome > 0",
      firstNeeded: firstIndexed),
    itemsByKey, itemsByNumber,
  ]

  /// Creates the tables of a version in an empty database, in the open transaction.
  static func create(in database: RunDatabase, version: Int = Schema.version) throws(RunStoreError) {
    let needed = objects.filter { $0.firstNeeded.map { $0 <= version } ?? false }
    let pragmas = ["PRAGMA application_id = \(applicationID)", "PRAGMA user_version = \(version)"]
    try database.execute((pragmas + needed.map { $0.statement(of: version) }).joined(separator: ";\n"))
  }

  /// Creates an object that only some files need, in the open transaction.
  static func add(_ object: Object, to database: RunDatabase) throws(RunStoreError) {
    guard try database.integer("SELECT 1 FROM sqlite_schema WHERE name = '\(object.name)'") == nil else { return }
    try database.execute(object.statement(of: version))
  }

  /// Migrates a database to the newest version, in the open transaction.
  static func migrate(_ database: RunDatabase, from version: Int) throws(RunStoreError) {
    for object in objects {
      if object.firstNeeded == firstIndexed, version < firstIndexed { try add(object, to: database) }
      guard version < firstChecked else { continue }
      for column in object.added { try database.execute("ALTER TABLE \(object.name) ADD COLUMN \(column)") }
    }
    try database.execute("PRAGMA user_version = \(self.version)")
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
    database.checks = found < firstChecked ? .none : .all
    return found
  }

  /// Refuses foreign objects. A view in place of a table, a trigger or a computed column can do anything or never end.
  private static func checkObjects(of database: RunDatabase, version: Int) throws(RunStoreError) {
    var missing = Dictionary(uniqueKeysWithValues: objects.map { ($0.name, $0) })
    let rows = try database.prepare("SELECT name, sql FROM sqlite_schema")
    defer { rows.close() }
    while try rows.step() {
      let name = rows.text(0)
      guard let object = missing.removeValue(forKey: name), rows.text(1) == object.statement(of: version) else {
        throw SQLiteProblem.damaged(database.path, "it holds an unknown \"\(name)\"")
      }
    }
    for object in missing.values where object.firstNeeded.map({ $0 <= version }) ?? false {
      throw SQLiteProblem.damaged(database.path, "it has no \"\(object.name)\"")
    }
  }
}
