/// The positions that wait for a worker, as a few sorted ranges. No range is empty, and none overlap.
///
/// ``startIn(_:)`` gives them another order. From then on, they are single positions.
struct PositionQueue {
  private var ranges: [Range<Int>] = []
  /// The positions in another order, the next one last; nil while they are in their own.
  private var reordered: [Int]?
  /// The number of positions.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// The next position, or nil.
  var first: Int? { if let reordered { reordered.last } else { ranges.first?.lowerBound } }

  /// Puts the positions of the queue into another order; those that the order lacks come last, in their own.
  mutating func startIn(_ order: [Int]) {
    var queued = PositionSet()
    for position in ranges.joined() { queued.insert(position) }
    var positions = order.filter { queued.remove($0) }
    queued.forEach { positions.append($0) }
    reordered = positions.reversed()
    ranges = []
  }

  /// Inserts a range in its place and joins it with adjacent ranges. In another order, it comes first.
  mutating func insert(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    count += range.count
    guard reordered == nil else {
      reordered?.append(contentsOf: range.reversed())
      return
    }
    var place = ranges.count
    while place > 0, ranges[place - 1].lowerBound > range.lowerBound { place -= 1 }
    precondition(place == 0 || ranges[place - 1].upperBound <= range.lowerBound, "position queued twice: \(range)")
    ranges.insert(range, at: place)
    join(at: place + 1)
    join(at: place)
  }

  /// Takes up to `limit` neighbouring positions, smallest first; nil if the queue is empty.
  mutating func take(upTo limit: Int) -> Range<Int>? {
    if reordered != nil {
      guard let position = reordered?.popLast() else { return nil }
      count -= 1
      return position..<position + 1
    }
    guard let range = ranges.first else { return nil }
    let taken = range.prefix(limit)
    if taken.count == range.count {
      ranges.removeFirst()
    } else {
      ranges[0] = taken.upperBound..<range.upperBound
    }
    count -= taken.count
    return taken
  }

  /// Removes and returns all positions.
  mutating func removeAll() -> [Range<Int>] {
    defer {
      ranges = []
      if reordered != nil { reordered = [] }
      count = 0
    }
    return ranges + (reordered ?? []).sorted().map { $0..<$0 + 1 }
  }

  private mutating func join(at place: Int) {
    guard place > 0, place < ranges.count, ranges[place - 1].upperBound == ranges[place].lowerBound else { return }
    ranges[place - 1] = ranges[place - 1].lowerBound..<ranges[place].upperBound
    ranges.remove(at: place)
  }
}

/// A set of positions, with one bit for each in pages; pages without members are empty.
///
/// A distant position costs neither memory nor a step for each position before it.
package struct PositionSet: Sendable {
  private static let pageSize = 1 << 16

  private var pages: [[UInt64]] = []
  /// The number of positions in the set.
  package private(set) var count = 0

  package init() {}

  package func contains(_ position: Int) -> Bool { word(at: position) >> UInt64(position & 63) & 1 == 1 }

  /// Inserts a position, which is not negative. Returns false if the set already contained it.
  @discardableResult
  package mutating func insert(_ position: Int) -> Bool {
    guard !contains(position) else { return false }
    let page = position / Self.pageSize
    if page >= pages.count { pages.append(contentsOf: repeatElement([], count: page + 1 - pages.count)) }
    if pages[page].isEmpty { pages[page] = [UInt64](repeating: 0, count: Self.pageSize / 64) }
    pages[page][position % Self.pageSize / 64] |= 1 << UInt64(position & 63)
    count += 1
    return true
  }

  /// Removes a position. Returns false if the set did not contain it.
  @discardableResult
  package mutating func remove(_ position: Int) -> Bool {
    guard contains(position) else { return false }
    pages[position / Self.pageSize][position % Self.pageSize / 64] &= ~(1 << UInt64(position & 63))
    count -= 1
    return true
  }

  /// Returns the first member in a range, or the end of the range.
  package func firstMember(in range: Range<Int>) -> Int {
    var position = range.lowerBound
    while position < range.upperBound, position / Self.pageSize < pages.count {
      let rest = word(at: position) >> UInt64(position & 63)
      if rest != 0 { return min(position + rest.trailingZeroBitCount, range.upperBound) }
      let step = pages[position / Self.pageSize].isEmpty ? Self.pageSize : 64
      position += step - position % step
    }
    return range.upperBound
  }

  /// Calls `body` for every member, the smallest first.
  package func forEach(_ body: (Int) -> Void) {
    let end = pages.count * Self.pageSize
    var position = firstMember(in: 0..<end)
    while position < end {
      body(position)
      position = firstMember(in: position + 1..<end)
    }
  }

  private func word(at position: Int) -> UInt64 {
    let page = position / Self.pageSize
    guard position >= 0, page < pages.count, !pages[page].isEmpty else { return 0 }
    return pages[page][position % Self.pageSize / 64]
  }
}

/// An item that failed and waits until it is due.
struct WaitingItem: Comparable {
  var due: Instant
  var position: Int
  static func < (left: WaitingItem, right: WaitingItem) -> Bool {
    (left.due, left.position) < (right.due, right.position)
  }
}
