import ParallelFor

/// A set of rows of a run file, with one bit per row.
///
/// Rows lie in two stretches: those with the number of an item, from 1 on, and those from ``firstExtra`` on.
struct RowSet {
  /// The first row that cannot be an item's number.
  static let firstExtra: Int64 = 1 << 40
  /// The maximum length of a stretch. A larger number comes from a damaged file and must not cost memory.
  private static let longest: Int64 = 1 << 32

  private var numbered = PositionSet()
  private var extra = PositionSet()

  /// The number of rows in the set.
  var count: Int { numbered.count + extra.count }

  /// Whether a row with this number can exist.
  static func isPossible(_ row: Int64) -> Bool {
    (1..<longest).contains(row) || (firstExtra..<firstExtra + longest).contains(row)
  }

  func contains(_ row: Int64) -> Bool {
    row >= Self.firstExtra ? extra.contains(Int(row - Self.firstExtra)) : numbered.contains(Int(row))
  }

  /// Returns the first member in a range of one stretch, or the end of the range.
  func firstMember(in range: Range<Int64>) -> Int64 {
    let first = range.lowerBound >= Self.firstExtra ? Self.firstExtra : 0
    let stretch = first == 0 ? numbered : extra
    return first + Int64(stretch.firstMember(in: Int(range.lowerBound - first)..<Int(range.upperBound - first)))
  }

  /// Inserts a possible row; returns false if it was in the set already.
  mutating func insert(_ row: Int64) -> Bool {
    row >= Self.firstExtra ? extra.insert(Int(row - Self.firstExtra)) : numbered.insert(Int(row))
  }
}
