import ParallelFor
import SQLite
import Synchronization
import Testing

@testable import Jobs

@Suite struct WriterQueueTests {
  @Test(.timeLimit(.minutes(60))) func oneAtATimeAndEachInItsTurn() {
    let queue = WriterQueue()
    let inside = Atomic(0)
    let most = Atomic(0)
    let turns = (0..<8).map { $0 }.parallelMap(threads: 8) { _ in
      let place = WriterQueue.Place(stop: StopFlag())
      return (0..<5_000).count { _ in
        guard queue.enter(place) else { return false }
        defer { queue.leave() }
        most.max(inside.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
        inside.subtract(1, ordering: .relaxed)
        return true
      }
    }
    #expect(turns == Array(repeating: 5_000, count: 8))
    #expect(most.load(ordering: .relaxed) == 1)
  }

  /// A worker whose item must end leaves the queue.
  @Test(.timeLimit(.minutes(60))) func aStoppedWorkerLeavesTheQueue() {
    let queue = WriterQueue()
    let holder = WriterQueue.Place(stop: StopFlag())
    #expect(queue.enter(holder))
    let stops = (0..<3).map { _ in StopFlag() }
    // Each waits forever unless it is told to check. The last one tells all of them, one after another.
    let came = (0..<4).map { $0 }.parallelMap(threads: 4) { number in
      guard number == 3 else { return queue.enter(WriterQueue.Place(stop: stops[number])) }
      for stop in stops {
        stop.set()
        queue.recheck()
      }
      return true
    }
    #expect(came == [false, false, false, true])
    queue.leave()
    #expect(queue.enter(holder))
  }
}
