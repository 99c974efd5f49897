/// The tables of a run file, as numbered steps from one version to the next; the newest step stands last.
///
/// A step that was once released never changes. `RunStore.docc/run-file.md` tells people about each table and column.
enum Schema {
  /// Marks a database as a run file (`pfor`).
  static let applicationID: Int64 = 0x7066_6F72

  /// What leads to version 1, to version 2 and so on.
  static let steps = [
    """
    CREATE TABLE run(
      id TEXT NOT NULL, created INTEGER NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, command TEXT NOT NULL,
      source TEXT NOT NULL, directory TEXT NOT NULL, options TEXT NOT NULL, state INTEGER NOT NULL, ended INTEGER,
      exit_code INTEGER, total INTEGER, succeeded INTEGER NOT NULL, failed INTEGER NOT NULL,
      timed_out INTEGER NOT NULL, cancelled INTEGER NOT NULL, latest INTEGER, delivered INTEGER NOT NULL,
      delivered_bytes INTEGER NOT NULL, renumbered INTEGER NOT NULL);
    CREATE TABLE items(
      id INTEGER PRIMARY KEY, number INTEGER, key INTEGER NOT NULL, text NOT NULL, fields TEXT, attempt INTEGER NOT NULL,
      \(attemptColumns));
    CREATE TABLE attempts(item INTEGER NOT NULL, attempt INTEGER NOT NULL, \(attemptColumns));
    CREATE INDEX attempts_item ON attempts(item, attempt);
    CREATE TABLE chunks(id INTEGER PRIMARY KEY, rest INTEGER NOT NULL, bytes BLOB NOT NULL);
    CREATE TABLE changes(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, value INTEGER);
    CREATE VIEW all_attempts AS
      SELECT number, text, items.attempt, 1 AS is_last, \(columns(of: "items")) FROM items WHERE outcome IS NOT NULL
      UNION ALL
      SELECT number, text, attempts.attempt, 0, \(columns(of: "attempts"))
        FROM attempts JOIN items ON items.id = attempts.item;
    """,
    // Some files of version 1 have the index already.
    "CREATE INDEX IF NOT EXISTS items_unsuccessful ON items(number) WHERE outcome > 0;",
  ]

  /// The version that this program writes.
  static var version: Int { steps.count }

  /// What `items` and `attempts` have in common, in the order in which it is bound and read.
  static let attemptNames = [
    "outcome", "worker", "start", "wait", "latency", "exit_status", "signal", "reason", "cpu", "peak_memory", "note",
    "output", "output_chunk", "errors", "errors_chunk",
  ]

  private static let attemptColumns = attemptNames.map { name in
    switch name {
    case "reason", "note": "\(name) TEXT"
    // TEXT or BLOB, whichever the bytes are.
    case "output", "errors": name
    default: "\(name) INTEGER"
    }
  }.joined(separator: ", ")

  private static func columns(of table: String) -> String {
    attemptNames.map { "\(table).\($0)" }.joined(separator: ", ")
  }

  /// Takes a database to the newest version, in the open transaction.
  static func migrate(_ database: RunDatabase, from version: Int) throws(RunStoreError) {
    for step in steps.dropFirst(version) { try database.execute(step) }
    try database.execute("PRAGMA user_version = \(self.version)")
  }

  /// The version of a run file.
  ///
  /// - Throws: when the file is no run file, or a newer program made it.
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
        "was written by a newer pfor-tui (format \(found), this one knows \(version)); use that one, or another file")
    }
    return found
  }
}
