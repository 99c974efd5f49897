/// The positions that wait for a worker: few ranges, smallest first, none overlapping, none empty.
struct PositionQueue {
  private var ranges: [Range<Int>] = []
  /// How many positions wait.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// The smallest position, or nil.
  var first: Int? { ranges.first?.lowerBound }

  /// Puts a range in its place; it joins its neighbours where it touches them.
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

  /// Takes up to `limit` neighbouring positions, the smallest first; nil if none wait.
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

  /// Takes out all positions.
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
