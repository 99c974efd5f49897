import SQLite

/// Finds an index with which SQLite would not read a whole table.
///
/// It tries indexes on empty copies of the tables and takes one that the plan then uses. SQLite plans without
/// statistics there, so an index on a column with few values is advised too.
struct IndexAdvice {
  /// The most columns that are tried.
  private static let mostColumns = 12
  /// The most columns of an index.
  private static let mostInIndex = 3
  /// The name of the index that is tried.
  private static let name = "pfor_tried_index"

  let schema: SchemaCopy
  let query: String

  /// Returns the columns of an index on a table that SQLite would use; nil if there is none.
  ///
  /// - Parameter table: the table that is read as a whole.
  func columns(for table: String) -> [String]? {
    guard let without = schema.plan(of: query) else { return nil }
    let columns = candidates(on: table)
    var best = Trial(columns: [], equalities: 0, ranges: 0, sorts: sorts(in: without))
    // An index that serves only a part of the query which already has one is no help.
    let most = wholeReads(in: without) - 1
    while best.columns.count < Self.mostInIndex, best.ranges == 0 {
      let trials = columns.filter { !best.columns.contains($0) }.compactMap {
        trial(best.columns + [$0], on: table, wholeReads: most)
      }
      guard let better = trials.filter({ $0.isBetter(than: best) }).reduce(nil, Trial.better) else { break }
      best = better
    }
    return best.columns.isEmpty ? nil : best.columns
  }

  /// The columns to try. Those that the query names come first; it may use others through a view.
  private func candidates(on table: String) -> [String] {
    let isInName = { (byte: UInt8) in
      byte == UInt8(ascii: "_") || byte >= 0x80 || Character(UnicodeScalar(byte)).isNumber
        || Character(UnicodeScalar(byte)).isLetter
    }
    let words = Set(query.lowercased().utf8.split { !isInName($0) }.map { String(decoding: $0, as: UTF8.self) })
    let columns = schema.columns(of: table)
    let isNamed = { (column: String) in words.contains(column.lowercased()) }
    return Array((columns.filter(isNamed) + columns.filter { !isNamed($0) }).prefix(Self.mostColumns))
  }

  /// How well an index serves the query.
  private struct Trial {
    var columns: [String]
    /// The number of its columns that have one value.
    var equalities: Int
    /// The number of its columns that have a range of values.
    var ranges: Int
    /// The number of sorts that are left.
    var sorts: Int

    /// Whether its last column is of use.
    func isBetter(than other: Trial) -> Bool {
      equalities > other.equalities || equalities == other.equalities && (ranges > other.ranges || sorts < other.sorts)
    }

    static func better(_ left: Trial?, _ right: Trial) -> Trial {
      guard let left, !right.isBetter(than: left) else { return right }
      return left
    }
  }

  private func trial(_ columns: [String], on table: String, wholeReads most: Int) -> Trial? {
    guard let plan = schema.plan(of: query, with: (table, columns, Self.name)), wholeReads(in: plan) <= most else {
      return nil
    }
    guard let terms = plan.lazy.compactMap({ PlanLine.terms(of: $0, in: Self.name) }).first else { return nil }
    let equalities = terms.count(where: \.isEquality)
    return Trial(
      columns: columns, equalities: equalities, ranges: terms.count > equalities ? 1 : 0, sorts: sorts(in: plan))
  }

  private func wholeReads(in plan: [String]) -> Int { plan.count(where: PlanLine.isWholeRead) }

  private func sorts(in plan: [String]) -> Int { plan.count { PlanLine.sort($0) != nil } }
}
