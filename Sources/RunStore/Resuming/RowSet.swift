/// A set of rows of a run file, a bit for each.
///
/// Rows come in two stretches: those with the number of an item, from 1 on, and those beyond ``firstExtra``.
struct RowSet {
  /// The rows that no item's number can mean begin here.
  static let firstExtra: Int64 = 1 << 40
  /// The most rows of a stretch; a number beyond it comes from a damaged file and must not cost its memory.
  private static let longest: Int64 = 1 << 32

  private var numbered = RowStretch()
  private var extra = RowStretch()
  /// How many rows are in the set.
  private(set) var count = 0

  /// Whether there can be such a row.
  static func isPossible(_ row: Int64) -> Bool {
    (1..<longest).contains(row) || (firstExtra..<firstExtra + longest).contains(row)
  }

  func contains(_ row: Int64) -> Bool {
    row >= Self.firstExtra ? extra.contains(row - Self.firstExtra) : numbered.contains(row)
  }

  /// The first row of a range that is in the set, or the end of the range; rows are of one stretch.
  func firstMember(in range: Range<Int64>) -> Int64 {
    guard range.lowerBound >= Self.firstExtra else { return numbered.firstMember(in: range) }
    let first = Self.firstExtra
    return first + extra.firstMember(in: range.lowerBound - first..<range.upperBound - first)
  }

  /// Puts a possible row into the set; false if it was there.
  mutating func insert(_ row: Int64) -> Bool {
    let isNew = row >= Self.firstExtra ? extra.insert(row - Self.firstExtra) : numbered.insert(row)
    if isNew { count += 1 }
    return isNew
  }
}

/// A bit for each row, in pages; a page without members does not exist: a row far behind the others, as a damaged
/// file has it, costs neither the memory for those before it nor a step for each.
private struct RowStretch {
  private static let pageSize: Int64 = 1 << 16

  private var pages: [[UInt64]] = []

  func contains(_ place: Int64) -> Bool { word(at: place) >> UInt64(place & 63) & 1 == 1 }

  func firstMember(in range: Range<Int64>) -> Int64 {
    var place = range.lowerBound
    while place < range.upperBound, Int(place / Self.pageSize) < pages.count {
      let rest = word(at: place) >> UInt64(place & 63)
      if rest != 0 { return min(place + Int64(rest.trailingZeroBitCount), range.upperBound) }
      let step = pages[Int(place / Self.pageSize)].isEmpty ? Self.pageSize : 64
      place += step - place % step
    }
    return range.upperBound
  }

  mutating func insert(_ place: Int64) -> Bool {
    guard !contains(place) else { return false }
    let (page, inside) = (Int(place / Self.pageSize), Int(place % Self.pageSize))
    if page >= pages.count { pages.append(contentsOf: repeatElement([], count: page + 1 - pages.count)) }
    if pages[page].isEmpty { pages[page] = [UInt64](repeating: 0, count: Int(Self.pageSize) / 64) }
    pages[page][inside / 64] |= 1 << UInt64(inside & 63)
    return true
  }

  private func word(at place: Int64) -> UInt64 {
    let page = Int(place / Self.pageSize)
    guard place >= 0, pages.indices.contains(page), !pages[page].isEmpty else { return 0 }
    return pages[page][Int(place % Self.pageSize) / 64]
  }
}
