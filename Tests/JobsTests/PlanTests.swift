import GRDB
import ParallelFor
import TestSupport
import Testing

@testable import Jobs

/// The plans of items' queries.
@Suite struct PlanTests {
  @Test func onlyQueriesHavePlans() throws {
    let job = CommandJob(Template(arguments: ["echo", "{}"]))
    #expect(throws: JobError.self) { try job.plan(of: Item("a"), isMeasured: false) }
  }

  @Test func sqliteTellsHowItFindsRows() throws {
    let folder = try ScratchFolder()
    let path = folder.file("shop.db")
    try DatabaseQueue(path: path).write {
      try $0.execute(sql: "CREATE TABLE orders(id INTEGER PRIMARY KEY, name TEXT)")
    }
    let plan = { (query: String) in
      try SQLiteJob(path: path, query: query).plan(of: Item("7"), isMeasured: false).joined(separator: "\n")
    }
    #expect(try plan("SELECT * FROM orders WHERE id = ?").contains("USING INTEGER PRIMARY KEY"))
    #expect(try plan("SELECT * FROM orders WHERE name = ?").hasPrefix("SCAN"))
    let each = try SQLiteJob(path: path, query: nil)
    #expect(try each.plan(of: Item("SELECT * FROM orders"), isMeasured: false).count == 1)
    #expect(throws: JobError.self) { try each.plan(of: Item("SELECT 1"), isMeasured: true) }
  }
}

/// Plans of a real server.
@Suite(.enabled(if: PostgresServer.isExpected)) struct PostgreSQLPlanTests {
  private let server: PostgresServer

  init() throws { server = try PostgresServer.shared.get() }

  private func job(_ query: String, in table: String) throws -> PostgreSQLJob {
    try server.psql(
      "DROP TABLE IF EXISTS \(table); CREATE TABLE \(table) AS SELECT i AS id, 0 AS v FROM generate_series(1, 100) i")
    return try PostgreSQLJob(database: server.database, query: query, mayWrite: true)
  }

  @Test func aPlanHasTheValuesOfTheItem() throws {
    let job = try job("SELECT v FROM planned WHERE id = $1", in: "planned")
    let plan = try job.plan(of: Item("77"), isMeasured: false).joined(separator: "\n")
    #expect(plan.contains("Seq Scan on planned") && plan.contains("(id = 77)") && !plan.contains("actual"))
    let measured = try job.plan(of: Item("77"), isMeasured: true).joined(separator: "\n")
    #expect(measured.contains("actual time") && measured.contains("Buffers"))
  }

  /// No plan changes anything, and what cannot be measured without writing is not.
  @Test func aQueryThatWritesIsNotRun() throws {
    let job = try job("UPDATE unchanged SET v = v + 1 WHERE id = $1", in: "unchanged")
    #expect(try job.plan(of: Item("7"), isMeasured: false).joined().contains("Update on unchanged"))
    let error = #expect(throws: JobError.self) { try job.plan(of: Item("7"), isMeasured: true) }
    #expect(error?.description.contains("read-only") == true)
    #expect(try server.psql("SELECT sum(v) FROM unchanged") == "0\n")
  }
}
