package import ParallelFor

/// A finished item among the slowest.
package struct SlowItem: Comparable, Sendable {
  package var id: ItemID
  package var label: String
  /// How long it took, or has taken so far, in nanoseconds.
  package var latency: Int64
  /// How it ended, or `running`.
  package var state: ItemState

  /// Orders items by their latency. Of equal ones, the later item comes first.
  package static func < (left: SlowItem, right: SlowItem) -> Bool {
    left.latency != right.latency ? left.latency < right.latency : left.id > right.id
  }
}

/// The exact list of the slowest finished items.
package struct SlowList: Equatable, Sendable {
  /// The number of items that are kept.
  package static let capacity = 1000

  /// The fastest of them comes first.
  private var heap = Heap<SlowItem>()
  let capacity: Int

  /// Makes an empty list for the slowest `capacity` items.
  package init(capacity: Int = capacity) { self.capacity = max(1, capacity) }

  /// The current number of items.
  package var count: Int { heap.count }

  /// Returns the number of kept items that took at least a number of nanoseconds.
  func count(from limit: Int64) -> Int { heap.elements.count { $0.latency >= limit } }

  /// Returns the items, slowest first.
  package func sorted() -> [SlowItem] { heap.elements.sorted(by: >) }

  @inline(__always)
  mutating func add(_ item: FinishedItem) {
    let latency = item.nanoseconds
    if heap.count == capacity, latency <= heap.elements[0].latency { return }
    insert(SlowItem(id: item.id, label: item.label, latency: latency, state: ItemState(item.outcome)))
  }

  /// Removes an item, because it will end again.
  mutating func remove(_ id: ItemID) {
    guard heap.elements.contains(where: { $0.id == id }) else { return }
    let kept = heap.elements.filter { $0.id != id }
    heap = Heap()
    for item in kept { heap.insert(item) }
  }

  private mutating func insert(_ item: SlowItem) {
    if heap.count < capacity {
      heap.insert(item)
    } else if item > heap.elements[0] {
      heap.replaceFirst(by: item)
    }
  }
}

/// When an item counts as slow: after a fixed time, or at a multiple of the median, whichever is shorter.
package struct SlowThreshold: Equatable, Sendable {
  /// The number of items from which a median is meaningful.
  static let enoughItems = 5

  /// A fixed limit in nanoseconds; nil for none.
  package var absolute: Int64?
  /// A multiple of the median; nil for none.
  package var factor: Double?

  /// Makes a threshold; `SlowThreshold()` is three times the median.
  package init(absolute: Int64? = nil, factor: Double? = 3) {
    self.absolute = absolute
    self.factor = factor
  }

  /// Returns the limit in nanoseconds; nil while it is unknown.
  ///
  /// - Parameters:
  ///   - median: The median latency in nanoseconds; nil while unknown.
  ///   - count: The number of items that have been timed.
  package func limit(median: Int64?, of count: Int) -> Int64? {
    let relative: Int64? =
      if let factor, let median, count >= Self.enoughItems {
        Int64(min(Double(median) * factor, 9e18))
      } else { nil }
    switch (absolute, relative) {
    case (let absolute?, let relative?): return min(absolute, relative)
    case (let limit?, nil), (nil, let limit?): return limit
    case (nil, nil): return nil
    }
  }
}
