import ParallelFor
import TestSupport
import Testing

@testable import PForApp

/// The reader of items waits for the workers that start them, without polling.
@Suite struct ReadAheadTests {
  private func start(_ body: @escaping @Sendable () -> Void) {
    #expect(WorkerThread.start(name: "test", .none, body: body))
  }

  @Test func theReaderWaitsUntilEnoughItemsHaveStarted() {
    let (ahead, gate) = (ReadAhead(limit: 10), Gate())
    ahead.add(10)
    ahead.waitForRoom()
    ahead.add(5)
    start {
      ahead.waitForRoom()
      gate.wait()
    }
    ahead.remove(4)
    #expect(gate.arrivals == 0)
    ahead.remove(1)
    #expect(gate.waitForArrivals(1))
    gate.open()
  }

  @Test func theEndOfTheRunEndsTheWait() {
    let (ahead, gate) = (ReadAhead(limit: 0), Gate())
    ahead.add(1)
    start {
      ahead.waitForRoom()
      gate.wait()
    }
    ahead.end()
    #expect(gate.waitForArrivals(1))
    gate.open()
  }

  /// No wake-up is lost, whichever thread comes first.
  @Test func oneReaderAndManyWorkersComeToTheEnd() {
    let (ahead, over, items) = (ReadAhead(limit: 3), Gate(), 20_000)
    let queue = Queue()
    start {
      for _ in 0..<items {
        ahead.add(2)
        queue.put()
        ahead.waitForRoom()
      }
      over.wait()
    }
    for _ in 0..<3 {
      start {
        while queue.take(of: items) { ahead.remove(2) }
        over.wait()
      }
    }
    #expect(over.waitForArrivals(4))
    over.open()
  }
}

/// Counts what was put and not taken.
private final class Queue: Sendable {
  private let monitor = Monitor()
  private let change = Condition()
  nonisolated(unsafe) private var (there, taken) = (0, 0)

  func put() {
    monitor.withLock {
      there += 1
      change.signal()
    }
  }

  /// False when all have been taken.
  func take(of all: Int) -> Bool {
    monitor.withLock {
      while there == 0, taken < all { monitor.wait(for: change) }
      guard taken < all else { return false }
      (there, taken) = (there - 1, taken + 1)
      if taken == all { change.broadcast() }
      return true
    }
  }
}
