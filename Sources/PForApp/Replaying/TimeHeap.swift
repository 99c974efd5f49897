/// A priority queue of values: the earliest time comes first, then the lowest rank, then the one pushed first.
struct TimeHeap<Value> {
  /// A value and its time.
  struct Entry {
    var time: Int64
    var value: Value
    fileprivate var rank: Int
    fileprivate var order: Int

    fileprivate static func < (left: Entry, right: Entry) -> Bool {
      (left.time, left.rank, left.order) < (right.time, right.rank, right.order)
    }
  }

  private var entries: [Entry] = []
  private var pushed = 0

  var count: Int { entries.count }
  var first: Entry? { entries.first }

  mutating func push(_ value: Value, time: Int64, rank: Int) {
    entries.append(Entry(time: time, value: value, rank: rank, order: pushed))
    pushed += 1
    var index = entries.count - 1
    while index > 0, entries[index] < entries[(index - 1) / 2] {
      entries.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func removeFirst() {
    entries.swapAt(0, entries.count - 1)
    entries.removeLast()
    var index = 0
    while true {
      let children = (2 * index + 1)..<min(2 * index + 3, max(2 * index + 1, entries.count))
      guard let least = children.min(by: { entries[$0] < entries[$1] }), entries[least] < entries[index] else { return }
      entries.swapAt(index, least)
      index = least
    }
  }
}
