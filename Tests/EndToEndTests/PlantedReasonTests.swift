import Foundation
import GRDB
import TestSupport
import Testing

/// Runs in which it is known why each item is slow. What `export --json` says is compared with that.
@Suite struct PlantedReasonTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// A hundred fast items, and five of each planted kind.
  private func write(_ kinds: [String], _ item: (String, Int) -> String) throws {
    let fast = (1...100).map { item("fast", $0) }
    let slow = kinds.flatMap { kind in (1...5).map { item(kind, $0) } }
    // The slow ones are spread among the fast ones.
    let all = fast.enumerated().flatMap { index, text in
      [text] + (index < slow.count ? [slow[index]] : [])
    }
    try sandbox.write(all.joined(separator: "\n") + "\n", to: "items")
  }

  private struct Exported: Decodable {
    struct Reason: Decodable {
      var kind: String
      var subject: String?
    }

    var item: String?
    var reasons: [Reason]?
  }

  /// Runs the items and returns the first reason of each, by the text of the item.
  private func reasons(_ options: String) throws -> [String: String] {
    let run = try sandbox.run("pfor-tui items --no-tui -o out \(options); pfor-tui export --json")
    var found: [String: String] = [:]
    for line in run.output.split(separator: "\n") {
      let exported = try JSONDecoder().decode(Exported.self, from: Data(line.utf8))
      guard let item = exported.item else { continue }
      let reason = exported.reasons?.first
      found[item] = reason.map { "\($0.kind) \($0.subject ?? "")" } ?? ""
    }
    return found
  }

  /// At least 95 of 100 planted items have their reason, and no fast item has one.
  private func check(_ found: [String: String], _ planted: (String) -> String?) {
    let slow = found.filter { planted($0.key) != nil }
    let wrong = slow.filter { planted($0.key) != $0.value }
    #expect(found.count - slow.count == 100)
    #expect(wrong.count * 20 <= slow.count, "\(wrong)")
    let fast = found.filter { planted($0.key) == nil && !$0.value.isEmpty }
    #expect(fast.isEmpty, "\(fast)")
  }

  /// A fast item may wait for a processor, so it is short.
  @Test func commands() throws {
    try write(["sleep", "pipe", "lock"]) { "\($0) \($1)" }
    let found = try reasons(
      """
      -j 8 --shell 'i={}; n=${i#* }; case "$i" in
        sleep*) sleep 2;;
        pipe*) sleep 2 | cat;;
        lock*) (flock 9; exec sleep 2) 9> "lock$n" & until ! flock -n "lock$n" true; do :; done; flock "lock$n" true;;
      esac'
      """)
    #expect(found.count == 115)
    check(found) { item in
      ["sleep": "sleep ", "pipe": "sleep ", "lock": "file-lock "][item.split(separator: " ").first ?? ""]
    }
  }

  /// Each item is a statement. The number in it makes it different from the others of its kind.
  @Test func statements() throws {
    let queue = try DatabaseQueue(path: "\(sandbox.path)/data.sqlite")
    try queue.write { database in
      try database.execute(
        sql: """
          CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, product INTEGER, day INTEGER, note TEXT);
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000)
            INSERT INTO orders SELECT i, i % 5000, i % 70, i % 30, 'a note of the order ' || i FROM n;
          CREATE INDEX oc ON orders (customer);
          CREATE TABLE days (day INTEGER, name TEXT);
          INSERT INTO days SELECT id, 'x' FROM orders WHERE id <= 200000;
          """)
    }
    try queue.close()
    let statements = [
      "fast": "SELECT note FROM orders WHERE id = ",
      // A read of a whole table, and one through an alias in a subquery.
      "scan": "SELECT count(*) FROM orders WHERE note LIKE '%7%8%' AND product <> ",
      "alias": "SELECT (SELECT count(*) FROM orders AS o WHERE o.note LIKE '%9%8%'), ",
      "index":
        "SELECT count(*) FROM orders a WHERE (customer * customer % 7) + (customer * 3 % 11) + (customer % 13) > ",
      "build": "SELECT count(*) FROM orders o JOIN days d ON d.day = o.product * 3 WHERE o.customer < 40 AND o.id > ",
    ]
    try write(["scan", "alias", "index", "build"]) { "\(statements[$0] ?? "")\($1);" }
    let found = try reasons("--each --db data.sqlite -j 2")
    check(found) { item in
      if item.contains("FROM orders WHERE note") || item.contains("AS o WHERE") { return "full-scan orders" }
      if item.contains("orders a WHERE") { return "index-scan oc" }
      return item.contains("JOIN days") ? "automatic-index days (day)" : nil
    }
  }
}
