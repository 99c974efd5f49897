import CBenchLoops
import Foundation

/// A temporary folder for items, results and databases. It is removed when its owner is released.
final class ScratchFolder {
  private let folder: URL

  /// The folder itself.
  var path: String { folder.path }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("pfor-bench-\(getpid())-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// Writes a file of `count` lines.
  func lines(_ name: String, count: Int, line: (Int) -> String) throws -> String {
    let path = path(name)
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
    else { throw BenchError("\(path): cannot write the file") }
    for start in stride(from: 0, to: count, by: 10_000) {
      var text = ""
      for index in start..<min(count, start + 10_000) { text += line(index) + "\n" }
      try file.write(contentsOf: Data(text.utf8))
    }
    try file.close()
    return path
  }
}

extension ScratchFolder {
  /// Makes the database and the items of a long run.
  func longRun(_ items: Int) throws -> (database: String, file: String) {
    let database = try CustomerDatabase(in: self, customers: 200_000)
    Progress.tell("writing \(items) items")
    return (database.path, try lines("ids", count: items) { String(database.id(at: $0)) })
  }
}

/// A database of customers, with the ids to query.
struct CustomerDatabase {
  static let query = "SELECT name, city, balance FROM customer WHERE id = ?"

  /// Returns the arguments of pfor-tui for the query.
  static func job(on database: String) -> [String] { ["--db", database, "--sql", query] }

  let path: String
  private let customers: Int
  private let step: Int

  /// - Parameter isScattered: whether consecutive ids are on different pages.
  init(in folder: ScratchFolder, customers: Int, isScattered: Bool = true) throws {
    path = folder.path("customers.sqlite")
    self.customers = customers
    step = isScattered ? 7919 : 1
    let statements = """
      CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, balance INTEGER NOT NULL);
      WITH RECURSIVE number(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM number WHERE id < \(customers))
      INSERT INTO customer SELECT id, 'customer number ' || id, 'city ' || id % 997, id * 131 % 99991 FROM number;
      """
    guard bench_sqlite_execute(path, statements) == 0 else { throw BenchError("\(path): cannot make the database") }
  }

  /// Returns the id to query at a position.
  func id(at position: Int) -> Int { 1 + position * step % customers }
}
