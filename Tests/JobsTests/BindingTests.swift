import GRDB
import ParallelFor
import Testing

@testable import Jobs

/// The value that a query gets for the spelling of an item.
@Suite struct BindingTests {
  private static let schema = """
    CREATE TABLE t(k TEXT, u, n NUMERIC, i INTEGER, r REAL);
    INSERT INTO t VALUES ('1.10', '1e10', 1.1, 1, 1.1), ('4e1', 40, 40, 40, 40), ('007', 7, 7, 7, 7), ('7', 8, 8, 8, 8);
    CREATE TABLE strict(a TEXT, b ANY) STRICT;
    CREATE VIEW v AS SELECT k AS text, n AS number FROM t;
    """

  private func rows(
    _ query: String, _ items: [Item], _ fields: FieldNames = .none, rows: RowFormat = .tsv, isIndexed: Bool = false
  ) throws -> [String] {
    let folder = try ScratchFolder()
    let path = folder.file("data.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.write { database in
      try database.execute(sql: Self.schema)
      if isIndexed { try database.execute(sql: "CREATE INDEX tk ON t(k); CREATE INDEX tn ON t(n)") }
    }
    let job = try SQLiteJob(path: path, query: query, fields: fields, rows: rows, access: .readWrite)
    return try items.map { try runOnce(job, $0).output.string }
  }

  @Test(
    arguments: [
      ("SELECT n FROM t WHERE k = ?", ["1.1\n", "40\n", "7\n", "8\n", ""]),
      ("SELECT n FROM t WHERE k IN (?1, ?1)", ["1.1\n", "40\n", "7\n", "8\n", ""]),
      ("SELECT number FROM v WHERE text = ?", ["1.1\n", "40\n", "7\n", "8\n", ""]),
      ("SELECT n FROM t WHERE k LIKE ?", ["1.1\n", "40\n", "7\n", "8\n", ""]),
      ("SELECT k FROM t WHERE n = ?", ["1.10\n", "4e1\n", "007\n", "007\n", "4e1\n"]),
      ("SELECT k FROM t WHERE r = ?", ["1.10\n", "4e1\n", "007\n", "007\n", "4e1\n"]),
      ("SELECT k FROM t WHERE i = ?", ["", "4e1\n", "007\n", "007\n", "4e1\n"]),
      ("SELECT k FROM t GROUP BY k HAVING sum(n) = ?", ["1.10\n", "4e1\n", "", "007\n", "4e1\n"]),
      ("SELECT n FROM t WHERE u = ?", ["", "40\n", "", "7\n", "40\n"]),
      ("SELECT max(?, 1.05) > 1.2", ["0\n", "1\n", "1\n", "1\n", "1\n"]),
      ("SELECT typeof(?)", ["real\n", "real\n", "text\n", "integer\n", "real\n"]),
      ("SELECT ? || ''", ["1.10\n", "4e1\n", "007\n", "7\n", "40.0\n"]),
      ("SELECT CAST(? AS TEXT)", ["1.10\n", "4e1\n", "007\n", "7\n", "40.0\n"]),
      ("SELECT length(?)", ["4\n", "3\n", "3\n", "1\n", "4\n"]),
      ("SELECT ?", ["1.10\n", "4e1\n", "007\n", "7\n", "40.0\n"]),
      ("SELECT ? + 1", ["2.1\n", "41.0\n", "8\n", "8\n", "41.0\n"]),
      ("INSERT INTO t(k) VALUES (?) RETURNING k", ["1.10\n", "4e1\n", "007\n", "7\n", "40.0\n"]),
      ("INSERT INTO t(u) VALUES (?) RETURNING typeof(u)", ["real\n", "real\n", "text\n", "integer\n", "real\n"]),
      ("UPDATE t SET k = ? WHERE n = 8 RETURNING k", ["1.10\n", "4e1\n", "007\n", "7\n", "40.0\n"]),
      ("INSERT INTO strict(a) VALUES (?) RETURNING a", ["1.10\n", "4e1\n", "007\n", "7\n", "40.0\n"]),
      ("INSERT INTO strict(b) VALUES (?) RETURNING typeof(b)", ["real\n", "real\n", "text\n", "integer\n", "real\n"]),
    ], [false, true])
  func theQueryGetsWhatItTakes(query: (String, [String]), isIndexed: Bool) throws {
    let items = ["1.10", "4e1", "007", "7", "40.0"].map { Item($0) }
    #expect(try rows(query.0, items, isIndexed: isIndexed) == query.1)
  }

  @Test func anEchoDoesNotMakeATextOfIt() throws {
    #expect(try rows("SELECT ?1, k FROM t GROUP BY k HAVING sum(n) = ?1", [Item("4e1")]) == ["40.0\t4e1\n"])
  }

  @Test func valuesOfJSONHaveTheirOwnKind() throws {
    let line = #"{"n":4e1,"s":"4e1","i":"40","b":true,"o":null,"l":[1.50]}"#
    let item = Item(.text(line), fields: Fields.members(ofJSON: Array(line.utf8)))
    func result(_ query: String) throws -> [String] { try rows(query, [item], .perItem, rows: .json) }
    #expect(
      try result("SELECT typeof(:n) a, typeof(:s) b, typeof(:i) c, typeof(:b) d, typeof(:o) e, typeof(:l) f")
        == [#"{"a":"real","b":"text","c":"text","d":"text","e":"null","f":"text"}"# + "\n"])
    #expect(
      try result("SELECT :n a, :s b, :i c, :b d, :o e, :l f")
        == [#"{"a":40.0,"b":"4e1","c":"40","d":"true","e":null,"f":"[1.50]"}"# + "\n"])
    #expect(try result("SELECT :n > 39, :i > 50") == [#"{":n > 39":1,":i > 50":1}"# + "\n"])
  }

  @Test(arguments: [
    "1e400", "12345678901234567890", "-0", "0.1000000000000000055511151231257827", "1E+2", "-0.0", "true",
  ])
  func joinedOrGivenOutTheSpellingStays(text: String) throws {
    let line = "{\"v\":\(text)}"
    let item = Item(.text(line), fields: Fields.members(ofJSON: Array(line.utf8)))
    for query in ["SELECT :v || ''", "SELECT '' || :v", "SELECT CAST(:v AS TEXT)", "SELECT :v"] {
      #expect(try rows(query, [item], .perItem) == [text + "\n"])
    }
  }

  @Test func aLoneNumberedParameterIsAField() throws {
    let fields = Fields(names: ["id", "name"], values: [.text("7"), .text("bob")])
    let item = Item(.text("7,bob"), fields: fields)
    let expected = [
      "?1": "7\n", "?2": "bob\n", "?1, ?2": "7\tbob\n", "?, ?": "7\tbob\n", "?": "7,bob\n", ":name": "bob\n",
    ]
    for (parameters, row) in expected {
      #expect(try rows("SELECT \(parameters)", [item], .known(fields.names)) == [row])
      #expect(try rows("SELECT \(parameters)", [item], .perItem) == [row])
    }
  }

  /// This takes minutes if each parameter needs a pass over the statement's program.
  @Test(.timeLimit(.minutes(60))) func manyParameters() throws {
    let count = 30_000
    let names = (1...count).map { "c\($0)" }
    let item = Item(.text("x"), fields: Fields(names: names, values: (1...count).map { .text("\($0)") }))
    let list = names.map { _ in "?" }.joined(separator: ",")
    let query = "SELECT count(*) FROM t WHERE n IN (\(list))"
    #expect(try rows(query, [item], .known(names)) == ["3\n"])
  }
}
