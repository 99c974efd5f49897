/// A set of rows of a run file, with one bit per row.
///
/// Rows lie in two stretches: those with the number of an item, from 1 on, and those from ``firstExtra`` on.
struct RowSet {
  /// The first row that cannot be an item's number.
  static let firstExtra: Int64 = 1 << 40
  /// The maximum length of a stretch. A larger number comes from a damaged file and must not cost memory.
  private static let longest: Int64 = 1 << 32

  private var numbered = RowStretch()
  private var extra = RowStretch()
  /// The number of rows in the set.
  private(set) var count = 0

  /// Whether a row with this number can exist.
  static func isPossible(_ row: Int64) -> Bool {
    (1..<longest).contains(row) || (firstExtra..<firstExtra + longest).contains(row)
  }

  func contains(_ row: Int64) -> Bool {
    row >= Self.firstExtra ? extra.contains(row - Self.firstExtra) : numbered.contains(row)
  }

  /// Returns the first member in a range of one stretch, or the end of the range.
  func firstMember(in range: Range<Int64>) -> Int64 {
    guard range.lowerBound >= Self.firstExtra else { return numbered.firstMember(in: range) }
    let first = Self.firstExtra
    return first + extra.firstMember(in: range.lowerBound - first..<range.upperBound - first)
  }

  /// Inserts a possible row; returns false if it was in the set already.
  mutating func insert(_ row: Int64) -> Bool {
    let isNew = row >= Self.firstExtra ? extra.insert(row - Self.firstExtra) : numbered.insert(row)
    if isNew { count += 1 }
    return isNew
  }
}

/// One bit per row, in pages; pages without members are empty. A distant row, as in a damaged file, costs neither
/// memory nor a step for each row before it.
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
