import Testing

@testable import ParallelFor

@Suite struct PositionQueueTests {
  @Test func takesTheSmallestFirstAndJoinsNeighbours() {
    var queue = PositionQueue()
    queue.insert(10..<20)
    queue.insert(0..<3)
    queue.insert(3..<10)
    #expect(queue.count == 20)
    #expect(queue.take(upTo: 15) == 0..<15)
    queue.insert(12..<15)
    #expect(queue.take(upTo: 100) == 12..<20)
    #expect(queue.take(upTo: 1) == nil)
  }

  @Test func takesPositionsInAnotherOrder() {
    var queue = PositionQueue()
    queue.insert(0..<6)
    #expect(queue.take(upTo: 1) == 0..<1)
    // 0 is no longer queued, and 2 and 4 are not in the order.
    queue.startIn([5, 0, 1, 3])
    #expect(queue.count == 5 && queue.first == 5)
    #expect(queue.take(upTo: 9) == 5..<6)
    // What is tried again comes first.
    queue.insert(5..<6)
    #expect((0..<5).map { _ in queue.take(upTo: 9)?.lowerBound } == [5, 1, 3, 2, 4])
    #expect(queue.isEmpty && queue.take(upTo: 1) == nil)
  }

  @Test func givesUpAllInAnyOrder() {
    var queue = PositionQueue()
    queue.insert(0..<3)
    queue.startIn([2, 0, 1])
    #expect(queue.removeAll() == [0..<1, 1..<2, 2..<3])
    #expect(queue.isEmpty && queue.first == nil)
  }

  @Test func givesUpAll() {
    var queue = PositionQueue()
    queue.insert(5..<9)
    queue.insert(1..<2)
    #expect(queue.removeAll() == [1..<2, 5..<9])
    #expect(queue.isEmpty && queue.first == nil)
  }
}

@Suite struct ClaimSizeTests {
  private static let cases: [(Int64, [Int])] = [
    (1_000, [2, 4, 8, 16, 32, 50, 50]), (60_000, [1, 1, 1]), (10, [2, 4, 8, 16, 32, 64, 100, 100]),
  ]

  @Test(arguments: cases)
  func followsTheItemTime(each: Int64, expected: [Int]) {
    var size = ClaimSize(work: 50_000, limit: 100)
    #expect(size.count == 1)
    for count in expected {
      size.observe(items: 10, nanoseconds: each * 10)
      #expect(size.count == count)
    }
  }

  @Test func shrinksAtOnce() {
    var size = ClaimSize(work: 50_000, limit: 100)
    for _ in 0..<7 { size.observe(items: 1, nanoseconds: 100) }
    #expect(size.count == 100)
    size.observe(items: 1, nanoseconds: 1_000_000)
    #expect(size.count == 1)
  }
}

@Suite struct OrderedDeliveryTests {
  @Test func holdsEarlyResults() {
    var delivery = OrderedDelivery(order: .input)
    delivery.complete(2)
    delivery.complete(1)
    #expect(!delivery.hasReady && delivery.held == 2)
    delivery.complete(0)
    #expect(delivery.take(upTo: 2) == [0, 1])
    #expect(delivery.take(upTo: 2) == [2])
    #expect(delivery.next == 3 && delivery.held == 0)
  }

  @Test func growsWithASlowFirstItem() {
    var delivery = OrderedDelivery(order: .input)
    for position in 1..<10_000 { delivery.complete(position) }
    #expect(!delivery.hasReady)
    delivery.complete(0)
    #expect(delivery.take(upTo: .max) == Array(0..<10_000))
  }

  @Test func skipsItemsThatNeverRan() {
    var delivery = OrderedDelivery(order: .input)
    for position in [1, 4, 5] { delivery.complete(position) }
    delivery.close()
    #expect(delivery.take(upTo: 2) == [1, 4])
    #expect(delivery.take(upTo: 2) == [5])
    #expect(!delivery.hasReady)
  }

  @Test func unorderedGoesAsItComes() {
    var delivery = OrderedDelivery(order: .completion)
    for position in [5, 0, 3] { delivery.complete(position) }
    #expect(delivery.take(upTo: 2) == [5, 0])
    #expect(delivery.take(upTo: 2) == [3])
    #expect(delivery.next == 3)
  }
}
