/// A set of rows of a run file, a bit for each.
///
/// Rows come in two stretches: those with the number of an item, from 1 on, and those beyond ``firstExtra``.
struct RowSet {
  /// The rows that no item's number can mean begin here.
  static let firstExtra: Int64 = 1 << 40
  /// A stretch has at most so many rows; a number beyond it comes from a damaged file and must not cost its memory.
  private static let longest: Int64 = 1 << 32

  private var numbered: [UInt64] = []
  private var extra: [UInt64] = []
  /// How many rows are in the set.
  private(set) var count = 0

  /// Whether there can be such a row.
  static func isPossible(_ row: Int64) -> Bool {
    (1..<longest).contains(row) || (firstExtra..<firstExtra + longest).contains(row)
  }

  func contains(_ row: Int64) -> Bool {
    row >= Self.firstExtra ? Self.bit(row - Self.firstExtra, in: extra) : Self.bit(row, in: numbered)
  }

  /// The first row of a range that is in the set, or the end of the range; rows are of one stretch.
  ///
  /// A row number that a damaged file gives must not cost a step for each row before it.
  func firstMember(in range: Range<Int64>) -> Int64 {
    let first = range.lowerBound >= Self.firstExtra ? Self.firstExtra : 0
    let words = first > 0 ? extra : numbered
    var row = range.lowerBound
    while row < range.upperBound {
      let word = Int((row - first) >> 6)
      guard word < words.count else { break }
      let rest = words[word] >> UInt64((row - first) & 63)
      if rest != 0 { return min(row + Int64(rest.trailingZeroBitCount), range.upperBound) }
      row = first + Int64(word + 1) << 6
    }
    return range.upperBound
  }

  /// Puts a possible row into the set; false if it was there.
  mutating func insert(_ row: Int64) -> Bool {
    let isNew =
      row >= Self.firstExtra ? Self.set(row - Self.firstExtra, in: &extra) : Self.set(row, in: &numbered)
    if isNew { count += 1 }
    return isNew
  }

  private static func bit(_ place: Int64, in words: [UInt64]) -> Bool {
    let word = Int(place >> 6)
    return words.indices.contains(word) && words[word] >> UInt64(place & 63) & 1 == 1
  }

  private static func set(_ place: Int64, in words: inout [UInt64]) -> Bool {
    let word = Int(place >> 6)
    if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
    let mask: UInt64 = 1 << UInt64(place & 63)
    defer { words[word] |= mask }
    return words[word] & mask == 0
  }
}
