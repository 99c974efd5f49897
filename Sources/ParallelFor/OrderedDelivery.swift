/// Decides which ended items' results may be handed on now.
///
/// In order: a result waits until every earlier one has been handed on. Unordered: results go as they come. An item that
/// is tried again after its result was handed on has another one, which goes as it comes in either case.
struct OrderedDelivery {
  /// The order in which results are handed on.
  enum Order: Sendable { case input, completion }

  let order: Order
  /// Every result before this position has been handed on (in input order).
  private(set) var next = 0
  /// Results that wait for an earlier one, or for the consumer.
  private(set) var held = 0

  /// Which positions from `next` on have ended; a ring, indexed by the position's low bits.
  private var ended = [Bool](repeating: false, count: 1_024)
  private var furthest = 0
  private var isClosed = false
  private var asTheyCame: [Int] = []
  /// In input order: positions that were handed on and will end once more, and those of them that have.
  private var reopened: Set<Int> = []
  private var late: [Int] = []

  init(order: Order) { self.order = order }

  /// Takes notice that the item at `position` has ended.
  mutating func complete(_ position: Int) { complete(position..<position + 1) }

  /// Takes notice that neighbouring items have ended.
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

  /// Whether the result of an item that has ended has been handed on.
  func isHandedOn(_ position: Int) -> Bool {
    switch order {
    case .completion: !asTheyCame.contains(position)
    case .input: position < next
    }
  }

  /// Takes notice that an item which has ended will end once more. What was not handed on waits for that; what was is
  /// followed by another result, out of order.
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

  /// True when ``take(upTo:)`` would give something.
  var hasReady: Bool {
    switch order {
    case .completion: !asTheyCame.isEmpty
    case .input where !late.isEmpty: true
    case .input: isClosed ? held > 0 : next < furthest && ended[next & (ended.count - 1)]
    }
  }

  /// The next positions to hand on, at most `limit`.
  mutating func take(upTo limit: Int) -> [Int] {
    switch order {
    case .completion: takeAsTheyCame(limit)
    case .input: takeInOrder(limit)
    }
  }

  /// No further item will end: what waits for one that never ran waits no longer.
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
