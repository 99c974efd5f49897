/// Decides which results can be handed on now.
///
/// In input order, a result waits until every earlier one has been handed on. In completion order, results are handed
/// on as they arrive. An item that is tried again after its result was handed on gets another result, which is handed
/// on as it arrives in either case.
package struct OrderedDelivery {
  /// The order in which results are handed on.
  package enum Order: Sendable { case input, completion }

  let order: Order
  /// In input order, every result before this position has been handed on.
  private(set) var next = 0
  /// The number of results that wait for an earlier one or for the consumer.
  private(set) var held = 0

  /// Which positions from `next` on have ended; a ring that is indexed by the position's low bits.
  private var ended = [Bool](repeating: false, count: 1_024)
  private var furthest = 0
  private var isClosed = false
  private var asTheyCame: [Int] = []
  /// In input order: positions that were handed on and will end again. Those that have ended again are in `late`.
  private var reopened: Set<Int> = []
  private var late: [Int] = []

  init(order: Order) { self.order = order }

  /// Records that the item at `position` has ended.
  mutating func complete(_ position: Int) { complete(position..<position + 1) }

  /// Records that neighbouring items have ended.
  mutating func complete(_ positions: Range<Int>) {
    guard let first = positions.first, let last = positions.last else { return }
    held += positions.count
    switch order {
    case .completion: asTheyCame.append(contentsOf: positions)
    case .input where first < next:
      precondition(reopened.remove(first) != nil, "delivery: position \(first) ended twice (next is \(next))")
      late.append(first)
    case .input:
      makeRoom(for: last)
      for position in positions { ended[position & (ended.count - 1)] = true }
      furthest = max(furthest, last + 1)
    }
  }

  /// Whether the result of an ended item has been handed on.
  func isHandedOn(_ position: Int) -> Bool {
    switch order {
    case .completion: !asTheyCame.contains(position)
    case .input: position < next
    }
  }

  /// Records that an ended item will end again. A result that was not handed on is replaced. A result that was handed
  /// on is followed by another one, out of order.
  mutating func reopen(_ position: Int) {
    switch order {
    case .completion: drop(position, from: \.asTheyCame)
    case .input where position < next:
      drop(position, from: \.late)
      reopened.insert(position)
    case .input:
      ended[position & (ended.count - 1)] = false
      held -= 1
    }
  }

  private mutating func drop(_ position: Int, from list: WritableKeyPath<Self, [Int]>) {
    guard let index = self[keyPath: list].firstIndex(of: position) else { return }
    self[keyPath: list].remove(at: index)
    held -= 1
  }

  /// Whether ``take(upTo:)`` would return a position.
  var hasReady: Bool {
    switch order {
    case .completion: !asTheyCame.isEmpty
    case .input where !late.isEmpty: true
    case .input: isClosed ? held > 0 : next < furthest && ended[next & (ended.count - 1)]
    }
  }

  /// Takes the next positions to hand on, at most `limit`.
  mutating func take(upTo limit: Int) -> [Int] {
    switch order {
    case .completion: takeAsTheyCame(limit)
    case .input: takeInOrder(limit)
    }
  }

  /// Records that no further item will end. Results no longer wait for items that never ran.
  mutating func close() { isClosed = true }

  private mutating func takeAsTheyCame(_ limit: Int) -> [Int] {
    let taken = Array(asTheyCame.prefix(limit))
    asTheyCame.removeFirst(taken.count)
    next += taken.count
    held -= taken.count
    return taken
  }

  private mutating func takeInOrder(_ limit: Int) -> [Int] {
    let mask = ended.count - 1
    var taken = Array(late.prefix(limit))
    late.removeFirst(taken.count)
    while taken.count < limit, next < furthest, ended[next & mask] || isClosed {
      if ended[next & mask] { taken.append(next) }
      ended[next & mask] = false
      next += 1
    }
    held -= taken.count
    return taken
  }

  private mutating func makeRoom(for position: Int) {
    guard position - next >= ended.count else { return }
    var size = ended.count
    while position - next >= size { size *= 2 }
    var larger = [Bool](repeating: false, count: size)
    for old in next..<furthest where ended[old & (ended.count - 1)] { larger[old & (size - 1)] = true }
    ended = larger
  }
}
