import Attempts
import ParallelFor
import PostgreSQL
import TestSupport
import Testing

@testable import Jobs

/// One worker's session with a real server.
struct PostgreSQLWorker {
  let session: any JobSession
  let number: Int

  init(_ job: any Job, number: Int = 1) {
    self.number = number
    session = WorkerSessions.open(job, WorkerID(number))
    session.getReady { true }
  }

  /// Runs an item; if the connection was closed after an earlier item, it is opened first, as the pool does.
  func run(_ item: Item, _ cancellation: Cancellation = Cancellation()) -> JobEnding {
    if !session.isReady { session.getReady { true } }
    return session.run(item, in: ItemContext(item: ItemID(0), worker: WorkerID(number), cancellation: cancellation))
  }

  func run(_ item: String = "1") -> JobEnding { run(Item(item)) }
}

/// Opens sessions of jobs that never fail to.
private enum WorkerSessions {
  static func open(_ job: any Job, _ worker: WorkerID) -> any JobSession {
    do { return try job.openSession(for: worker) } catch { preconditionFailure("\(error)") }
  }
}

/// Queries against a server of the tests' own.
@Suite(.enabled(if: PostgresServer.isExpected)) struct PostgreSQLJobTests {
  private let server: PostgresServer

  init() throws { server = try PostgresServer.shared.get() }

  private func job(
    _ query: String, fields: FieldNames = .none, rows: RowFormat = .tsv, mayWrite: Bool = false
  ) throws -> PostgreSQLJob {
    try PostgreSQLJob(database: server.database, query: query, fields: fields, rows: rows, mayWrite: mayWrite)
  }

  private func output(_ query: String, _ item: String = "1", rows: RowFormat = .tsv) throws -> String {
    let ending = PostgreSQLWorker(try job(query, rows: rows)).run(item)
    #expect(ending.outcome == .succeeded)
    return ending.output.string
  }

  // MARK: - Values in and out

  /// The server decides on the type of each value.
  @Test(arguments: [
    ("SELECT $1::int + 1", "41", "42\n"), ("SELECT $1 || '!'", "007", "007!\n"),
    ("SELECT :x::text", "1e400", "1e400\n"),
    ("SELECT $1::numeric", "1.10", "1.10\n"), ("SELECT pg_typeof($1::date)", "2026-01-01", "date\n"),
    ("SELECT $1", "'; DROP TABLE x; --", "'; DROP TABLE x; --\n"), ("SELECT length($1)", "äß", "2\n"),
    ("SELECT $1 /* ; */;", "", "\n"), ("VALUES ($1), ('b')", "a", "a\nb\n"), ("SELECT $1 WHERE false", "a", ""),
  ]) func values(query: String, item: String, expected: String) throws { #expect(try output(query, item) == expected) }

  /// NULL and empty, bytes, arrays, truth and numbers in each format (trap A-27).
  @Test(arguments: [
    (RowFormat.tsv, "\t\tX'00FF5C'\tX''\t{1,NULL,\"a b\"}\tt\tNaN\t1.50\ta\\tb\n"),
    (.csv, ",\"\",X'00FF5C',X'',\"{1,NULL,\"\"a b\"\"}\",t,NaN,1.50,a\tb\n"),
    (
      .json,
      #"{"null":null,"empty":"","bytes":"00FF5C","nobytes":"","array":"{1,NULL,\"a b\"}","truth":true,"nan":null,"#
        + #""number":1.50,"text":"a\tb"}"# + "\n"
    ),
  ]) func everyKindOfValue(rows: RowFormat, expected: String) throws {
    let query = #"""
      SELECT NULL AS null, '' AS empty, '\x00ff5c'::bytea AS bytes, ''::bytea AS nobytes,
        ARRAY['1', NULL, 'a b'] AS array, true AS truth, 'NaN'::float8 AS nan, 1.50 AS number, E'a\tb' AS text
      WHERE $1 = 'x'
      """#
    #expect(try output(query, "x", rows: rows) == expected)
  }

  @Test func bytesAreTheSameInTheOlderNotation() throws {
    #expect(
      try output("SELECT set_config('bytea_output', $1, false), '\\x005c27ff'::bytea", "escape")
        == "escape\tX'005C27FF'\n")
  }

  /// Each item is a statement: columns are its own, what cannot run fails that item alone, and nothing can write.
  @Test func eachItemIsAStatement() throws {
    let worker = PostgreSQLWorker(try PostgreSQLJob(database: server.database, query: nil, rows: .json))
    #expect(worker.run("SELECT 1 AS a, 'x;' AS b").output.string == #"{"a":1,"b":"x;"}"# + "\n")
    #expect(worker.run("SELECT NULL::text AS c").output.string == #"{"c":null}"# + "\n")
    #expect(!worker.run("SELECT $1").outcome.isSuccess)
    #expect(worker.run("SELEC 1").outcome == .failed(Failure("syntax error at or near \"SELEC\"")))
    #expect(worker.run("SET default_transaction_read_only = off").outcome.isSuccess)
    let refusal = Failure("cannot execute CREATE TABLE in a read-only transaction; add --write to allow that")
    #expect(worker.run("CREATE TABLE each_a(a int)").outcome == .failed(refusal))
    #expect(worker.run("DO $$ BEGIN CREATE TABLE each_a(a int); END $$").outcome == .failed(refusal))
    #expect(worker.run(Item(.bytes([0x53, 0xFF]))).outcome == .failed(Failure("the statement is not valid UTF-8")))
    #expect(worker.run("SELECT 2 AS d").output.string == #"{"d":2}"# + "\n")
  }

  /// With `--write`, each statement is a transaction, and one that is left open is rolled back.
  @Test func eachStatementMayWrite() throws {
    let worker = PostgreSQLWorker(try PostgreSQLJob(database: server.database, query: nil, mayWrite: true))
    #expect(worker.run("CREATE TABLE each_b(a int)").outcome.isSuccess)
    #expect(worker.run("BEGIN").note == StatementItem.leftTransaction)
    #expect(worker.run("INSERT INTO each_b VALUES (7)").note == nil)
    #expect(worker.run("VACUUM each_b").outcome.isSuccess)
    #expect(try server.psql("SELECT a FROM each_b") == "7\n")
  }

  @Test func fieldsByNameAndNumber() throws {
    let fields = Fields(names: ["id", "name"], values: [.text("7"), nil])
    let item = Item(.text("7,"), fields: fields)
    for (query, row) in [
      ("SELECT :id, :name::text IS NULL, :id::text", "7\tt\t7\n"), ("SELECT $1, $2::text IS NULL", "7\tt\n"),
      ("SELECT $1", "7,\n"),
    ] {
      let worker = PostgreSQLWorker(try job(query, fields: .known(fields.names)))
      #expect(worker.run(item).output.string == row)
    }
  }

  @Test func aNULByteIsRefused() throws {
    let ending = PostgreSQLWorker(try job("SELECT $1")).run(Item(ByteText([65, 0, 66])))
    #expect(ending.outcome == .failed(Failure("the value of $1 contains a NUL byte, which PostgreSQL cannot store")))
  }

  @Test func theInvocationShowsTheValues() throws {
    let job = try job("SELECT :a")
    #expect(job.invocation(of: Item("it's"), id: ItemID(0), worker: WorkerID(1)) == "SELECT :a\n:a = 'it''s'")
  }

  // MARK: - Queries that cannot run

  @Test(arguments: [
    ("SELECT * FROM nosuch WHERE a = $1", "relation \"nosuch\" does not exist (at character 15)"),
    ("SELECT :long,\n 'é', nosuch", "column \"nosuch\" does not exist (at line 2, character 7)"),
    ("SELECT reltuplez FROM pg_class WHERE oid = $1::oid", "perhaps you meant to reference the column"),
    ("SELECT {}, $1", "write $1 for the item and :name for a field"),
    ("SELECT $2::text", "could not determine data type of parameter $1"),
  ]) func aWrongQueryEndsTheRunBeforeItsFirstItem(query: String, words: String) throws {
    let error = #expect(throws: JobError.self) { try job(query, fields: .perItem) }
    let text = error?.description ?? ""
    #expect(
      text.hasPrefix("the query cannot be prepared: ") && text.lowercased().contains(words.lowercased()), "\(text)")
  }

  @Test func aQueryWithoutParameterIsRefused() {
    #expect(throws: JobError("the query has no parameter for the item: write $1 or :name where its value belongs")) {
      try job("SELECT 1")
    }
  }

  @Test func anUnreachableServerIsNamed() {
    let error = #expect(throws: JobError.self) { try PostgreSQLJob(database: "host=/nowhere", query: "SELECT $1") }
    #expect(error?.description.hasPrefix("cannot connect to PostgreSQL: ") == true)
  }

  @Test func theErrorOfAnItemHasItsDetails() throws {
    let worker = PostgreSQLWorker(try job("SELECT 1 / $1::int"))
    let ending = worker.run("0")
    #expect(ending.outcome == .failed(Failure("division by zero")))
    #expect(worker.run("x").errors.string.contains("CONTEXT:"))
    #expect(worker.run("1").output.string == "1\n")
  }

  // MARK: - Reading and writing

  /// An item cannot leave its read-only transaction (trap A-22).
  @Test func nothingIsWrittenUnlessAllowed() throws {
    try server.psql(
      """
      CREATE TABLE a22(x int);
      CREATE FUNCTION a22_write(x text) RETURNS int LANGUAGE plpgsql AS $$
        BEGIN PERFORM set_config('default_transaction_read_only', 'off', false);
        PERFORM set_config('transaction_read_only', 'off', false); INSERT INTO a22 VALUES (1); RETURN 1; END $$;
      """)
    for query in [
      "INSERT INTO a22 VALUES ($1::int)", "/* SELECT */ DELETE FROM a22 WHERE x = $1::int", "SELECT a22_write($1)",
      "SELECT set_config('transaction_read_only', $1, false)",
      "SELECT set_config('default_transaction_read_only', 'off', $1 = '1'), a22_write('1')",
    ] {
      let worker = PostgreSQLWorker(try job(query))
      let item = query.contains("config('transaction") ? "off" : "1"
      for _ in 1...3 { #expect(!worker.run(item).outcome.isSuccess, "\(query)") }
    }
    for query in ["SELECT 1; COMMIT; DELETE FROM a22 WHERE x = $1", "COMMIT; INSERT INTO a22 VALUES ($1)"] {
      #expect(throws: JobError.self) { try job(query) }
    }
    // An item that succeeds may change the default of its session, and a procedure may begin a new transaction.
    try server.psql(
      """
      CREATE FUNCTION a22_insert() RETURNS text LANGUAGE sql AS $$ INSERT INTO a22 VALUES (1); SELECT 'x' $$;
      CREATE PROCEDURE a22_commit(x text) LANGUAGE plpgsql AS $$
        BEGIN PERFORM set_config('default_transaction_read_only', 'off', false); COMMIT; INSERT INTO a22 VALUES (1); END $$;
      """)
    let change = "set_config('default_transaction_read_only', 'off', false)"
    let changing = PostgreSQLWorker(try job("SELECT CASE $1 WHEN 'set' THEN \(change) ELSE a22_insert() END"))
    #expect(["set", "write", "write"].map { changing.run($0).outcome.isSuccess } == [true, false, false])
    #expect(!PostgreSQLWorker(try job("CALL a22_commit($1)")).run("1").outcome.isSuccess)
    #expect(try server.psql("SELECT count(*) FROM a22") == "0\n")
    let failed = PostgreSQLWorker(try job("INSERT INTO a22 VALUES ($1::int)")).run("1").outcome
    #expect(failed == .failed(Failure("cannot execute INSERT in a read-only transaction; add --write to allow that")))
  }

  @Test func writingItemsAreTransactionsOfTheirOwn() throws {
    try server.psql("CREATE TABLE written(x int PRIMARY KEY)")
    let worker = PostgreSQLWorker(try job("INSERT INTO written VALUES ($1::int) RETURNING x", mayWrite: true))
    #expect(["1", "2", "1", "3"].map { worker.run($0).outcome.isSuccess } == [true, true, false, true])
    #expect(try server.psql("SELECT sum(x) FROM written") == "6\n")
  }

  /// A transaction that an item leaves open is rolled back, and that is said (trap A-24).
  @Test func anOpenTransactionIsRolledBack() throws {
    try server.psql("CREATE TABLE a24(x int)")
    let job = try job("SELECT $1", mayWrite: true)
    let worker = PostgreSQLWorker(job)
    let session = try #require(worker.session as? PostgreSQLSession)
    session.sendForTests("BEGIN")
    #expect(worker.run("1").note == "left a transaction open, which was rolled back")
    #expect(worker.run("1").note == nil)
    #expect(try server.psql("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'") == "0\n")
  }

  // MARK: - Large results, notices

  /// A million rows spill, and an error after them leaves nothing of them (trap A-20).
  @Test func anErrorAfterAMillionRows() throws {
    let worker = PostgreSQLWorker(try job("SELECT 1 / ($1::int - x) FROM generate_series(1, $1::int) x"))
    let ending = worker.run("1000000")
    #expect(ending.outcome == .failed(Failure("division by zero")) && ending.output.isEmpty)
    #expect(worker.run("1").output.isEmpty)
    let whole = PostgreSQLWorker(try job("SELECT x FROM generate_series(1, $1::int) x")).run("300000").output
    #expect(whole.count == 1_988_895 && whole.memoryFootprint == 0)
  }

  /// A flood of notices belongs to the item, and spills (trap A-19).
  @Test func noticesBelongToTheItem() throws {
    try server.psql(
      """
      CREATE FUNCTION a19(n int) RETURNS int LANGUAGE plpgsql AS $$
        BEGIN FOR i IN 1..n LOOP RAISE WARNING 'notice % of %', i, n; END LOOP; RETURN n; END $$;
      """)
    let worker = PostgreSQLWorker(try job("SELECT a19($1::int)"))
    let few = worker.run("2")
    #expect(few.outcome == .succeeded && few.output.string == "2\n")
    #expect(few.errors.string.hasPrefix("WARNING:  notice 1 of 2\n") && few.errors.string.contains("notice 2 of 2"))
    let flood = worker.run("20000").errors
    #expect(flood.count > 500_000 && flood.memoryFootprint == 0)
    #expect(worker.run("0").errors.isEmpty)
  }

  /// A changed result type prepares the query again, and the item does not fail (trap A-11).
  @Test func aChangedTablePreparesAgain() throws {
    try server.psql("CREATE TABLE a11(a int); INSERT INTO a11 VALUES (1)")
    let worker = PostgreSQLWorker(try job("SELECT * FROM a11 WHERE a = $1::int", rows: .json))
    #expect(worker.run("1").output.string == #"{"a":1}"# + "\n")
    for (change, row) in [
      ("ALTER TABLE a11 ADD b text DEFAULT 'x'", #"{"a":1,"b":"x"}"#), ("ALTER TABLE a11 DROP b", #"{"a":1}"#),
      ("ALTER TABLE a11 ALTER a TYPE bigint", #"{"a":1}"#),
    ] {
      try server.psql(change)
      for _ in 1...2 {
        let ending = worker.run("1")
        #expect(ending.outcome == .succeeded && ending.output.string == row + "\n")
      }
    }
    try server.psql("DROP TABLE a11")
    for _ in 1...2 { #expect(worker.run("1").outcome == .failed(Failure("relation \"a11\" does not exist"))) }
    try server.psql("CREATE TABLE a11(a int); INSERT INTO a11 VALUES (1)")
    #expect(worker.run("1").output.string == #"{"a":1}"# + "\n")
  }

  @Test func statementsThatAreForgottenArePreparedAgain() throws {
    let worker = PostgreSQLWorker(try job("SELECT $1"))
    let session = try #require(worker.session as? PostgreSQLSession)
    #expect(worker.run("1").output.string == "1\n")
    session.sendForTests("DEALLOCATE ALL")
    for _ in 1...2 { #expect(worker.run("2").output.string == "2\n") }
  }

  @Test func theServerSeesRunAndWorker() throws {
    let named = try job("SELECT current_setting($1)").named("20261130-1-x")
    #expect(PostgreSQLWorker(named, number: 7).run("application_name").output.string == "pfor-tui 20261130-1-x/7\n")
  }
}

extension PostgreSQLSession {
  /// Runs a statement on the session's connection, outside any item.
  func sendForTests(_ statement: String) {
    guard let connection = link?.connection else { return }
    connection.sendOnce(statement)
    connection.sendEnd()
    do throws(PostgreSQLError) { try connection.finish() } catch { Issue.record("\(statement): \(error)") }
  }
}
