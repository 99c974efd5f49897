import Attempts
import GRDB
import ParallelFor
import SQLite
import Testing

@testable import Jobs

/// Why a query was slow, from SQLite's counts and the query's plan. The time is given, so no test depends on the clock.
@Suite struct SlowQueryTests {
  static let schema = """
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, product INTEGER, day INTEGER, units INTEGER, note TEXT);
    CREATE INDEX oc ON orders (customer);
    CREATE TABLE "order details" (order_id INTEGER, "unit price" REAL);
    CREATE TABLE pairs (a TEXT PRIMARY KEY, b INTEGER, c INTEGER) WITHOUT ROWID;
    CREATE VIEW sold AS SELECT product AS p, units AS u FROM orders;
    CREATE TABLE parents (id INTEGER PRIMARY KEY);
    CREATE TABLE children (parent INTEGER REFERENCES parents (id));
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      INSERT INTO orders SELECT i, i % 50, i % 70, i % 30, i % 7, 'note ' || i FROM n;
    INSERT INTO "order details" SELECT id, id FROM orders;
    INSERT INTO pairs SELECT id, day, units FROM orders;
    INSERT INTO parents SELECT id FROM orders;
    INSERT INTO children SELECT id FROM orders;
    """

  /// Runs a query as an item and returns its reasons, as if it had taken a second.
  private func reasons(
    _ query: String, _ value: Int64 = 1, access: SQLiteJob.Access = .readOnly, adding more: String = ""
  ) throws -> [Reason] {
    let folder = try ScratchFolder()
    let path = folder.file("data.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: Self.schema + more) }
    try queue.close()
    let database = try QueryDatabase(path, access: access, busyTimeoutMilliseconds: 0, stop: StopFlag())
    let statement = try database.prepare(query)
    func bind(_ statement: SQLite.SQLiteStatement) {
      if !statement.parameterNames.isEmpty { statement.bind(value, at: 0) }
    }
    bind(statement)
    var rows = 0
    while try statement.advance() { rows += 1 }
    if !statement.isReadOnly { rows = database.changes }
    let effort = QueryEffort(counters: statement.takeCounters(), rows: rows, time: 1_000_000_000)
    statement.finish()
    let plan = try #require(database.plan(of: query, bind: bind))
    let reasons = QueryReasons.reasons(of: effort, plan: plan)
    return QueryInsight(path: path).advise(reasons, on: PlannedQuery(text: query, plan: plan, schema: database.schema))
  }

  @Test(
    arguments: [
      (
        "SELECT sum(units) FROM orders WHERE product = ? AND day = 1", "full scan of orders, 4,999 rows",
        "(product, day)"
      ),
      (
        "SELECT sum(o.units) FROM orders AS o WHERE o.day > ? AND o.product = 3", "full scan of orders, 4,999 rows",
        "(product, day)"
      ),
      ("SELECT max(units) FROM orders WHERE note LIKE '%x' AND id > -?", "", ""),
      ("SELECT count(u) FROM sold WHERE p = ?", "full scan of orders, 4,999 rows", "(product)"),
      (
        "SELECT max(\"unit price\") FROM \"order details\" WHERE order_id = ?",
        "full scan of order details, 4,999 rows", "(order_id)"
      ),
      ("SELECT max(c) FROM pairs WHERE b + 0 > ?", "full scan of pairs, 4,999 rows", ""),
      ("SELECT sum(c) FROM pairs WHERE b = ?", "full scan of pairs, 4,999 rows", "(b)"),
      ("SELECT count(*) FROM orders WHERE customer + 0 > ?", "reads the whole index oc, 4,999 rows", ""),
      ("SELECT max(units) FROM main.orders x WHERE x.product = ?", "full scan of orders, 4,999 rows", "(product)"),
    ])
  func wholeReads(query: String, words: String, advice: String) throws {
    let reason = try reasons(query).first { [.fullScan, .indexScan].contains($0.kind) }
    #expect(reason?.words ?? "" == words)
    #expect(reason?.remedy ?? "" == (advice.isEmpty ? "" : "an index on \(advice)"))
    if reason != nil { #expect(reason?.time == 1_000_000_000) }
  }

  /// Each of these says SCAN in its plan, or reads many rows, and no table is read for few rows of a result.
  @Test(
    arguments: [
      "SELECT * FROM orders LIMIT 1", "SELECT * FROM orders", "SELECT 1 WHERE ? > 0", "SELECT * FROM (VALUES (1), (2))",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) SELECT count(*) FROM n",
      "WITH x AS MATERIALIZED (SELECT id FROM orders WHERE customer IN (1, 2, 3) AND id > ?) SELECT max(x.id) FROM x, x y, x z",
      "SELECT (SELECT max(units) FROM orders WHERE id = ?)", "SELECT units FROM orders WHERE customer = ?",
      "SELECT day FROM orders WHERE id > ? LIMIT 3",
    ])
  func noFalseSentence(query: String) throws {
    #expect(try reasons(query).allSatisfy { ![.fullScan, .indexScan, .automaticIndex].contains($0.kind) })
  }

  @Test func aConstantListAroundATableIsNoDoubt() throws {
    let query =
      "SELECT max(o.units) FROM (VALUES (1), (2)) AS v, orders AS o WHERE o.note = 'x' || v.column1 OR o.units = -v.column1"
    #expect(try reasons(query).first?.shared == "full scan of orders")
  }

  @Test func severalTablesAreNamed() throws {
    let query =
      "SELECT max(d.order_id) FROM \"order details\" d WHERE d.\"unit price\" > (SELECT avg(units) FROM orders WHERE day = ?)"
    let reason = try #require(try reasons(query).first)
    #expect(
      reason.shared == "full scan of order details, orders" || reason.shared == "full scan of orders, order details")
    #expect(reason.remedy.contains("an index on orders (day)"))
  }

  @Test func anIndexThatIsBuiltEachTime() throws {
    let query =
      "SELECT count(*) FROM orders o JOIN \"order details\" d ON d.order_id = o.units WHERE o.customer < ? AND o.day = 3"
    let reason = try #require(try reasons(query, 40).first { $0.kind == .automaticIndex })
    #expect(reason.shared == "builds an index on order details (order_id)")
    #expect(reason.remedy == "an index on (order_id)")
    #expect(
      !(try reasons(query, 40, adding: "CREATE INDEX dx ON \"order details\" (order_id);")).contains {
        $0.kind == .automaticIndex
      })
  }

  @Test func aSortIsNamedWithItsPurpose() throws {
    let counters = StatementCounters(sorts: 1, steps: 200_000)
    let effort = QueryEffort(counters: counters, rows: 5_000, time: 100_000_000)
    for line in ["USE TEMP B-TREE FOR ORDER BY", "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY"] {
      let plan = QueryPlan(program: [], lines: ["SCAN t", line], objects: [:])
      #expect(QueryReasons.reasons(of: effort, plan: plan).map(\.words) == ["sorts (ORDER BY)"])
    }
    #expect(try reasons("SELECT note FROM orders WHERE id > ? ORDER BY note").isEmpty)
  }

  /// One page of the index holds what thousands of tiny sorts and searches do.
  @Test func manyRowsByAnIndex() throws {
    let query =
      "SELECT sum(a.units) FROM orders a JOIN orders b ON b.customer = a.customer WHERE a.id > ? AND b.units > 1"
    let reason = try #require(try reasons(query).first)
    #expect(reason.kind == .manyRows)
    #expect(reason.remedy.isEmpty)
  }

  @Test func aVirtualTableGetsNoAdvice() throws {
    let more = "CREATE VIRTUAL TABLE words USING fts5(w); INSERT INTO words SELECT note FROM orders;"
    #expect(try reasons("SELECT max(w) FROM words WHERE w > ?", adding: more).allSatisfy { $0.remedy.isEmpty })
    #expect(
      try reasons("SELECT sum(units) FROM orders WHERE product = ?", adding: more).first?.remedy
        == "an index on (product)")
  }

  @Test func aForeignKeyWithoutAnIndexIsNamed() throws {
    let reason = try #require(
      try reasons("DELETE FROM parents WHERE id = -?", access: .readWrite, adding: "INSERT INTO parents VALUES (-1);")
        .first)
    #expect(reason.words == "full scan of children, 4,999 rows")
    #expect(reason.kind == .fullScan)
  }

  @Test func anUpdateOfEveryRowNeedsNoReason() throws {
    #expect(try reasons("UPDATE orders SET units = ?", access: .readWrite).isEmpty)
    let update = try reasons("UPDATE orders SET units = 1 WHERE product = 3 AND note > ?", access: .readWrite)
    #expect(update.isEmpty)
    let one = try reasons("UPDATE orders SET units = 1 WHERE note = 'note ' || ?", access: .readWrite)
    #expect(one.first?.words == "full scan of orders, 4,999 rows")
    #expect(one.first?.remedy == "an index on (note)")
  }

  @Test func triggersMakeTheCountUnclear() throws {
    let more = """
      CREATE TRIGGER t AFTER UPDATE ON parents BEGIN UPDATE orders SET units = 2 WHERE product = new.id; END;
      """
    #expect(try reasons("UPDATE parents SET id = id WHERE id + 0 = ?", access: .readWrite, adding: more).isEmpty)
  }

  /// The demo's own case: for each row of a range, a whole read. With statistics, SQLite builds an index instead.
  @Test func aReadInASubqueryOfEachRow() throws {
    let query = """
      SELECT max((SELECT sum(units) FROM orders WHERE product = mine.product AND day = mine.day)) FROM orders AS mine
      WHERE mine.customer = ?
      """
    for (more, words) in [
      ("", "full scan of orders, 499,900 rows"), ("ANALYZE;", "builds an index on orders (product, day), 4,999 rows"),
    ] {
      let reason = try #require(try reasons(query, adding: more).first)
      #expect(reason.words == words)
      #expect(reason.remedy == "an index on (product, day)")
    }
    let indexed = try reasons(query, adding: "CREATE INDEX sold_that_day ON orders (product, day);")
    #expect(!indexed.contains { $0.kind == .fullScan })
  }

  @Test func countsBelongToOneItem() throws {
    let database = try SQLiteConnection(.uri("file:x?mode=memory"), access: .readWrite, patience: 0)
    try database.execute(Self.schema)
    let statement = try database.prepare("SELECT max(units) FROM orders WHERE product = ? AND day = 3")
    for _ in 0..<20 {
      statement.bind(1, at: 0)
      while try statement.advance() {}
      #expect(statement.takeCounters().scanned == 4_999)
      statement.finish()
    }
  }
}

/// The decision from counts alone.
@Suite struct QueryReasonsTests {
  private static let plan = QueryPlan(
    program: [
      ProgramStep(opcode: "OpenRead", p1: 0, p2: 7, p3: 0, p4: "", p5: 0),
      ProgramStep(opcode: "Rewind", p1: 0, p2: 4, p3: 0, p4: "", p5: 0),
      ProgramStep(opcode: "Column", p1: 0, p2: 0, p3: 1, p4: "", p5: 0),
      ProgramStep(opcode: "Next", p1: 0, p2: 2, p3: 0, p4: "", p5: 1),
    ], lines: ["SCAN t"], objects: [7: QueryPlan.Object(name: "t", table: "t", isIndex: false)])

  private func words(_ counters: StatementCounters, rows: Int = 1, time: Int64 = 60_000_000) -> [String] {
    QueryReasons.reasons(of: QueryEffort(counters: counters, rows: rows, time: time), plan: Self.plan).map(\.words)
  }

  @Test func limits() {
    #expect(words(StatementCounters(scanned: 1_000, steps: 9_000)) == ["full scan of t, 1,000 rows"])
    #expect(words(StatementCounters(scanned: 999, steps: 9_000)).isEmpty)
    #expect(words(StatementCounters(scanned: 9_999, steps: 90_000), rows: 100).isEmpty)
    #expect(words(StatementCounters(scanned: 10_000, steps: 90_000), rows: 100) == ["full scan of t, 10,000 rows"])
    #expect(words(StatementCounters(scanned: 5_000, steps: 90_000), time: 19_000_000).isEmpty)
    // The count of 32 bits may have begun again.
    #expect(words(StatementCounters(scanned: 5_000, steps: 1 << 33)) == ["full scan of t"])
  }

  @Test func waitingForALockIsNoWork() {
    var counters = StatementCounters(scanned: 5_000, steps: 20_000, lockWait: 2_100)
    #expect(words(counters, time: 2_110_000_000) == ["waited for a lock, 2.1 s"])
    #expect(words(counters, time: 2_200_000_000) == ["waited for a lock, 2.1 s", "full scan of t, 5,000 rows"])
    #expect(words(counters, time: 9_000_000_000) == ["full scan of t, 5,000 rows", "waited for a lock, 2.1 s"])
    counters.lockWait = 19
    #expect(words(counters, time: 30_000_000).isEmpty)
    let held = QueryEffort(
      counters: StatementCounters(lockWait: 300), rows: 0, time: 310_000_000, turnWait: 80_000_000,
      holder: "pid 7, psql")
    #expect(
      QueryReasons.reasons(of: held, plan: nil).map(\.words) == [
        "waited for a lock, 300 ms ← pid 7, psql", "waited for its turn to write, 80 ms",
      ])
  }

  /// The lines of SQLite before and after 3.36, and lines of no known version.
  @Test(
    arguments: [
      ("SEARCH TABLE orders AS o USING AUTOMATIC COVERING INDEX (customer_id=?)", ["customer_id"]),
      ("SEARCH o USING AUTOMATIC COVERING INDEX (customer_id=? AND day=?)", ["customer_id", "day"]),
      ("SEARCH y USING AUTOMATIC PARTIAL COVERING INDEX (c=?) LEFT-JOIN", ["c"]),
      ("SEARCH o USING INDEX i (a=?)", nil), ("AUTOMATIC INDEX ON o(a)", nil), ("SCAN o", nil), ("", nil),
    ] as [(String, [String]?)])
  func automaticIndexes(line: String, columns: [String]?) {
    #expect(PlanLine.automaticIndex(line) == columns)
  }

  @Test func termsOfAnIndex() {
    let terms = PlanLine.terms(of: "SEARCH TABLE t AS x USING INDEX i (a=? AND b>? AND b<?)", in: "i")
    #expect(terms?.map(\.column) == ["a", "b", "b"])
    #expect(terms?.map(\.isEquality) == [true, false, false])
    #expect(PlanLine.terms(of: "SEARCH x USING COVERING INDEX i (a=?)", in: "i")?.count == 1)
    #expect(PlanLine.terms(of: "SEARCH x USING INDEX other (a=?)", in: "i") == nil)
    #expect(PlanLine.terms(of: "SCAN x USING COVERING INDEX i", in: "i") == nil)
  }
}
