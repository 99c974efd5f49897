import Foundation
import GRDB

/// A shop in an embedded database. A report takes longer if the customer has more orders.
struct Shop: Sendable {
  private static let orderCount = 15_000

  private let folder: URL
  private let database: DatabasePool

  /// Makes the shop in a temporary folder, with the same data every time.
  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "dashboard-example.\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var settings = Configuration()
    // Each thread can have its own connection.
    settings.maximumReaderCount = 100
    database = try DatabasePool(path: folder.appending(path: "shop.sqlite").path, configuration: settings)
    try fill()
  }

  /// Deletes the files.
  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// Returns a line with a customer's orders and their total. It also counts all orders of the same products, which
  /// scans the whole table for every order.
  func report(on customer: Int) throws -> String {
    let row = try database.read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT count(*) AS orders, sum(cents) / 100.0 AS total,
            max((SELECT count(*) FROM orders WHERE product = mine.product)) AS others
          FROM orders AS mine WHERE customer = ?
          """,
        arguments: [customer])
    }
    guard let row, let total = row["total"] as Double? else { throw DatabaseError(message: "no such customer") }
    return "customer \(customer): \(row["orders"] as Int) orders for \(total)"
  }

  /// Fills the table. Customer 1 has the fewest orders, and customer 10 has nineteen times as many.
  private func fill() throws {
    try database.write { database in
      try database.execute(sql: "CREATE TABLE orders (customer INTEGER, product INTEGER, cents INTEGER)")
      let insert = try database.makeStatement(sql: "INSERT INTO orders VALUES (?, ?, ?)")
      for number in 0..<Self.orderCount {
        let customer = Int(Double(number % 100).squareRoot()) + 1
        try insert.execute(arguments: [customer, number % 499, 100 + number * 7 % 20_000])
      }
    }
  }
}
