import Attempts
import GRDB
import ParallelFor
import Testing

@testable import Jobs

@Suite struct SQLiteJobTests {
  /// A database of towns in a scratch folder.
  private func database(_ folder: ScratchFolder) throws -> String {
    let path = folder.file("towns.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.write { database in
      try database.execute(
        sql: """
          CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT, code TEXT, area REAL, flag BLOB);
          INSERT INTO towns VALUES (1, 'Aa', '01234', 1.5, X'00FF'), (2, 'B"b', '42', NULL, NULL),
            (3, 'C' || char(9) || 'c' || char(10) || '\\', '', 3.0, NULL);
          """)
    }
    try queue.close()
    return path
  }

  private func output(_ query: String, _ item: Item, rows: RowFormat = .tsv, fields: FieldNames = .none) throws
    -> String
  {
    let folder = try ScratchFolder()
    let job = try SQLiteJob(path: try database(folder), query: query, fields: fields, rows: rows)
    let ending = try runOnce(job, item)
    #expect(ending.outcome == .succeeded)
    return ending.output.string
  }

  @Test(arguments: ["?", ":id", "@anything", "$id", "?1"]) func theOnlyParameterTakesTheItem(parameter: String) throws {
    #expect(try output("SELECT name FROM towns WHERE id = \(parameter)", Item("1")) == "Aa\n")
  }

  @Test func valuesAreBoundWithTheirKind() throws {
    #expect(try output("SELECT id FROM towns WHERE code = ?", Item("42")) == "2\n")
    #expect(try output("SELECT id FROM towns WHERE code = ?", Item("01234")) == "1\n")
    #expect(try output("SELECT id FROM towns WHERE code = ?", Item("")) == "3\n")
    #expect(try output("SELECT id FROM towns ORDER BY id LIMIT ?", Item("2")) == "1\n2\n")
    #expect(try output("SELECT count(*) FROM towns WHERE name = ?", Item("' OR 1 --")) == "0\n")
  }

  @Test func fieldsByNameAndNumber() throws {
    let names = ["town", "code"]
    let item = Item("2,42").with(Fields(names: names, values: [.text("2"), .text("42")]))
    let query = "SELECT name FROM towns WHERE id = :town AND code = $code"
    #expect(try output(query, item, fields: .known(names)) == "B\"b\n")
    #expect(try output("SELECT name FROM towns WHERE id = ? AND code = ?", item, fields: .known(names)) == "B\"b\n")
    let null = Item("{}").with(Fields(names: ["a"], values: [nil]))
    #expect(try output("SELECT :a IS NULL, :a", null, rows: .json, fields: .perItem).contains("null"))
  }

  static let rows: [(RowFormat, [String])] = [
    (.tsv, ["1\tAa\t01234\t1.5\tX'00FF'", "2\tB\"b\t42\t\t", "3\tC\\tc\\n\\\\\t\t3.0\t"]),
    (.csv, ["1,Aa,01234,1.5,X'00FF'", "2,\"B\"\"b\",42,,", "3,\"C\tc\n\\\",\"\",3.0,"]),
    (
      .json,
      [
        #"{"id":1,"name":"Aa","code":"01234","area":1.5,"flag":"00FF"}"#,
        #"{"id":2,"name":"B\"b","code":"42","area":null,"flag":null}"#,
        #"{"id":3,"name":"C\tc\n\\","code":"","area":3.0,"flag":null}"#,
      ]
    ),
  ]

  @Test(arguments: rows) func rowsAreWritten(format: RowFormat, expected: [String]) throws {
    let written = try output("SELECT * FROM towns WHERE ? ORDER BY id", Item("1"), rows: format)
    #expect(written == expected.map { $0 + "\n" }.joined())
  }

  @Test func oneSessionServesManyItems() throws {
    let folder = try ScratchFolder()
    let job = try SQLiteJob(path: try database(folder), query: "SELECT id FROM towns WHERE id >= abs(?) ORDER BY id")
    let session = job.openSession(for: WorkerID(1))
    defer { session.close() }
    func run(_ text: String) -> JobEnding {
      session.run(
        Item(text), in: ItemContext(item: ItemID(0), worker: WorkerID(1), cancellation: Cancellation()))
    }
    #expect(run("2").output.string == "2\n3\n")
    // abs() of the smallest integer fails while the statement runs. This does not affect the next item.
    #expect(run("-9223372036854775808").outcome == .failed(Failure("integer overflow")))
    #expect(run("3").output.string == "3\n")
  }

  @Test(arguments: [
    ("SELEC 1 WHERE ?", "near \"SELEC\": syntax error (at character 1)"),
    ("SELECT ?,\n nosuch FROM towns", "no such column: nosuch (at line 2, character 2)"),
    ("SELECT ? FROM nosuch", "no such table: nosuch"), ("SELECT ?; SELECT 2", "expected one statement"),
    ("SELECT ?; nonsense", "expected one statement"), ("", "the query is empty"), ("-- nothing", "the query is empty"),
    ("SELECT 1", "no parameter"), ("SELECT ? + ?", "several parameters"),
    ("DELETE FROM towns WHERE id = ?", "add --write"),
  ])
  func badQueriesEndTheRunBeforeItBegins(query: String, words: String) throws {
    let folder = try ScratchFolder()
    let path = try database(folder)
    let error = #expect(throws: JobError.self) { try SQLiteJob(path: path, query: query) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test func aTrailingSemicolonOrCommentIsNoSecondStatement() throws {
    #expect(try output("SELECT ?; -- done\n", Item("a")) == "a\n")
  }

  @Test func unknownFieldsListTheKnownOnes() throws {
    let folder = try ScratchFolder()
    let path = try database(folder)
    let error = #expect(throws: JobError.self) {
      try SQLiteJob(path: path, query: "SELECT :town", fields: .known(["id", "name"]))
    }
    #expect(error?.description == "unknown field :town: the fields are id, name")
  }

  @Test func badFilesSayWhy() throws {
    func reason(_ path: String) -> String? {
      #expect(throws: JobError.self) { try SQLiteJob(path: path, query: "SELECT ?") }?.description
    }
    let folder = try ScratchFolder()
    let text = try folder.write(Array(repeating: 0x61, count: 4096), as: "text")
    #expect(reason("/no/such") == "/no/such: no such file")
    #expect(reason("/tmp") == "/tmp: is a directory, expected an SQLite database")
    #expect(reason(text) == "\(text): is not an SQLite database")
  }

  @Test func writesWhenAllowed() throws {
    let folder = try ScratchFolder()
    let path = try database(folder)
    let job = try SQLiteJob(path: path, query: "DELETE FROM towns WHERE id = ?", access: .readWrite)
    #expect(try runOnce(job, Item("1")).outcome == .succeeded)
    #expect(try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM towns") } == 2)
  }

  @Test func busyIsDistinguished() throws {
    let folder = try ScratchFolder()
    let path = try database(folder)
    let job = try SQLiteJob(
      path: path, query: "DELETE FROM towns WHERE id = ?", access: .readWrite, busyTimeoutMilliseconds: 10)
    let session = job.openSession(for: WorkerID(1))
    defer { session.close() }
    let outcome = try DatabaseQueue(path: path).writeWithoutTransaction { database in
      try database.execute(sql: "BEGIN IMMEDIATE")
      defer { try? database.execute(sql: "ROLLBACK") }
      return session.run(
        Item("1"), in: ItemContext(item: ItemID(0), worker: WorkerID(1), cancellation: Cancellation())
      ).outcome
    }
    #expect(outcome == .failed(Failure("database is busy (locked by another connection): database is locked")))
  }

  @Test(.timeLimit(.minutes(60))) func cancellingInterruptsTheQuery() throws {
    let folder = try ScratchFolder()
    let endless = "WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    let job = try SQLiteJob(path: try database(folder), query: endless)
    let cancellation = Cancellation()
    cancellation.request(.interrupt)
    #expect(try runOnce(job, Item("1"), cancellation: cancellation).outcome == .cancelled)
  }

  @Test func manyRowsGoToTheSpillFile() throws {
    let query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n"
    #expect(try output(query, Item("50000")) == (1...50000).map { "\($0)\n" }.joined())
  }

  @Test func theInvocationShowsTheValues() throws {
    let folder = try ScratchFolder()
    let job = try SQLiteJob(path: try database(folder), query: "SELECT :x")
    #expect(job.invocation(of: Item("it's"), id: ItemID(0), worker: WorkerID(1)) == "SELECT :x\n:x = 'it''s'")
    #expect(job.invocation(of: Item("7"), id: ItemID(0), worker: WorkerID(1)) == "SELECT :x\n:x = 7")
  }

  @Test func theDemoIsTheSameEveryTimeAndAnswersEveryItem() throws {
    let folder = try ScratchFolder()
    let shop = try DemoShop(in: folder.path)
    _ = (folder.file("shop.sqlite"), folder.file("ids.txt"))
    let job = try SQLiteJob(path: shop.database, query: DemoShop.query)
    let items = readAll(try ItemReader(source: .file(shop.items), format: .lines), limit: 1000).items
    #expect(items.count == 2000)
    #expect(Set(items.map(\.text)).count == 2000)
    #expect(try runOnce(job, items[0]).output.string.split(separator: "\t").count == 4)
  }
}

extension Item {
  fileprivate func with(_ fields: Fields) -> Item { Item(value, fields: fields) }
}

@Suite struct CapturedBytesTests {
  @Test func everyHomeReadsAlike() throws {
    let bytes = Array("größe\nand more".utf8)
    let homes: [CapturedBytes] = [.text("größe\nand more"), .bytes(bytes), try SpillFile().store(bytes)]
    for home in homes {
      #expect(home.count == bytes.count && !home.isEmpty)
      #expect(try home.read(from: 3, count: 5) == Array(bytes[3..<8]))
      #expect(try home.read(from: 10, count: 99) == Array(bytes[10...]))
      #expect(try home.read(from: 99, count: 1) == [])
      #expect(home.firstLine() == Array("größe".utf8))
      var whole: [UInt8] = []
      try home.forEachChunk { whole += $0 }
      #expect(whole == bytes)
    }
    #expect(homes.map(\.memoryFootprint) == [bytes.count, bytes.count, 0])
  }

  @Test func storedBytesAreReadBackInPieces() throws {
    let file = SpillFile()
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let stored = try file.store(bytes)
    let other = try file.store([1, 2, 3])
    #expect(stored.count == bytes.count)
    #expect(try stored.read(from: 65_530, count: 100) == Array(bytes[65_530..<65_630]))
    #expect(try stored.read(from: 199_990, count: 100) == Array(bytes[199_990...]))
    #expect(try stored.read(from: 300_000, count: 1) == [])
    var whole: [UInt8] = []
    try stored.forEachChunk { whole += $0 }
    #expect(whole == bytes)
    #expect(try other.read(from: 0, count: 3) == [1, 2, 3])
  }

  @Test func interleavedSpillsStayApart() throws {
    let file = SpillFile()
    var buffers = [CaptureBuffer(spillFile: file), CaptureBuffer(spillFile: file)]
    for round in 0..<400 {
      for index in 0...1 {
        let chunk = [UInt8](repeating: UInt8((round + index) % 251), count: 1000)
        try chunk.withUnsafeBytes { try buffers[index].append($0) }
      }
    }
    for index in 0...1 {
      let captured = try buffers[index].finish()
      let expected = (0..<400).flatMap { [UInt8](repeating: UInt8(($0 + index) % 251), count: 1000) }
      #expect(try captured.read(from: 0, count: captured.count) == expected)
      #expect(buffers[index].bytes.isEmpty)
    }
  }

  @Test(arguments: [("a\nb", "a"), ("a\r\nb", "a"), ("", ""), ("abcdef", "abcd")])
  func firstLine(text: String, expected: String) {
    #expect(CapturedBytes.text(text).firstLine(limit: 4) == Array(expected.utf8))
  }
}
