/// Positions of items that failed and wait for their next attempt, earliest first.
struct RetryQueue {
  private struct Entry: Comparable {
    var due: Instant
    var position: Int
    static func < (left: Entry, right: Entry) -> Bool { (left.due, left.position) < (right.due, right.position) }
  }

  /// A binary heap.
  private var heap: [Entry] = []

  /// The number of waiting items.
  var count: Int { heap.count }

  /// When the first item is due.
  var nextDue: Instant? { heap.first?.due }

  /// Adds an item that waits until it is due.
  mutating func insert(_ position: Int, due: Instant) {
    heap.append(Entry(due: due, position: position))
    var place = heap.count - 1
    while place > 0, heap[place] < heap[(place - 1) / 2] {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Removes and returns the first item if it is due.
  mutating func popDue(at now: Instant) -> Int? {
    guard let first = heap.first, first.due <= now else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    sink()
    return first.position
  }

  /// Removes and returns all items, in input order.
  mutating func removeAll() -> [Int] {
    defer { heap = [] }
    return heap.map(\.position).sorted()
  }

  private mutating func sink() {
    var place = 0
    while true {
      var earliest = place
      for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child] < heap[earliest] {
        earliest = child
      }
      if earliest == place { return }
      heap.swapAt(place, earliest)
      place = earliest
    }
  }
}
