import Foundation
import GRDB

/// A shop in an embedded database, whose reports take the longer the more a customer has ordered.
struct Shop: Sendable {
  private static let orderCount = 15_000

  private let folder: URL
  private let database: DatabasePool

  /// Makes the shop in a temporary folder; the same one every time.
  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "dashboard-example.\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var settings = Configuration()
    // Each thread can have a connection of its own.
    settings.maximumReaderCount = 100
    database = try DatabasePool(path: folder.appending(path: "shop.sqlite").path, configuration: settings)
    try fill()
  }

  /// Deletes the files.
  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// How much a customer has ordered, and how much of those goods was ordered in all: a walk through the whole table for
  /// every order.
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

  /// Customer 1 has the fewest orders, customer 10 nineteen times as many.
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
