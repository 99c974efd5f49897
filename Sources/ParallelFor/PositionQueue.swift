/// The positions that wait for a worker, as a few sorted ranges. No range is empty, and none overlap.
struct PositionQueue {
  private var ranges: [Range<Int>] = []
  /// The number of positions.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// The smallest position, or nil.
  var first: Int? { ranges.first?.lowerBound }

  /// Inserts a range in its place and joins it with adjacent ranges.
  mutating func insert(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    count += range.count
    var place = ranges.count
    while place > 0, ranges[place - 1].lowerBound > range.lowerBound { place -= 1 }
    precondition(place == 0 || ranges[place - 1].upperBound <= range.lowerBound, "position queued twice: \(range)")
    ranges.insert(range, at: place)
    join(at: place + 1)
    join(at: place)
  }

  /// Takes up to `limit` neighbouring positions, smallest first; nil if the queue is empty.
  mutating func take(upTo limit: Int) -> Range<Int>? {
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
      count = 0
    }
    return ranges
  }

  private mutating func join(at place: Int) {
    guard place > 0, place < ranges.count, ranges[place - 1].upperBound == ranges[place].lowerBound else { return }
    ranges[place - 1] = ranges[place - 1].lowerBound..<ranges[place].upperBound
    ranges.remove(at: place)
  }
}
