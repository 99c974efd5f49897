import ParallelFor
import Synchronization
import TestSupport
import Testing

/// Results one by one, in order, from a window that moves.
@Suite struct ParallelResultsTests {
  struct Refused: Error, Equatable { var item: Int }

  @Test(arguments: [1, 2, 8], [1, 3, 4_096]) func inOrder(threads: Int, window: Int) {
    let results = (0..<5_000).parallelResults(threads: threads, window: window) { $0 * 2 }
    #expect(Array(results) == (0..<5_000).map { $0 * 2 })
  }

  @Test func anEndlessSequenceRunsNoFurtherThanTheWindow() {
    let begun = Counter()
    var taken: [Int] = []
    do {
      let results = (0...).parallelResults(threads: 4, window: 100) { item in
        begun.value.add(1, ordering: .relaxed)
        return item
      }
      #expect(begun.value.load(ordering: .relaxed) == 0, "nothing begins before the first result is asked for")
      for result in results {
        taken.append(result)
        if taken.count == 1_000 { break }
      }
      // At most the window ahead of what was handed to the consumer, which takes up to a batch at a time.
      #expect(begun.value.load(ordering: .relaxed) <= 1_000 + 256 + 100)
    }
    #expect(taken == Array(0..<1_000))
    let atStop = begun.value.load(ordering: .relaxed)
    #expect(atStop < 2_000)
  }

  @Test func anErrorComesInItsPlaceAndEndsTheResults() throws {
    let results = (0..<10_000).parallelResults(threads: 4) { (item: Int) throws(Refused) -> Int in
      if item >= 50 { throw Refused(item: item) }
      return item
    }
    var taken: [Int] = []
    #expect(throws: Refused(item: 50)) {
      while let result = try results.next() { taken.append(result) }
    }
    #expect(taken == Array(0..<50))
    #expect(try results.next() == nil)
  }

  @Test func asyncSequenceInOrder() async throws {
    var taken: [Int] = []
    for try await result in (0..<3_000).parallelResults(threads: 4, { $0 + 1 }) { taken.append(result) }
    #expect(taken == Array(1...3_000))
  }

  @Test func asyncBodies() async throws {
    let results = (0..<200).parallelResults(threads: 8) { (item: Int) async throws -> Int in
      await Task.yield()
      return item * item
    }
    var taken: [Int] = []
    for try await result in results { taken.append(result) }
    #expect(taken == (0..<200).map { $0 * $0 })
  }

  @Test func cancellingTheTaskStopsTheWork() async throws {
    let gate = Gate()
    let task = Task {
      var count = 0
      for try await _ in (0...).parallelResults(
        threads: 2, window: 4,
        { (item: Int) -> Int in
          if item == 3 { gate.wait() }
          return item
        })
      { count += 1 }
      return count
    }
    #expect(await eventuallySuspending { gate.arrivals == 1 })
    task.cancel()
    gate.open()
    // Items 0 to 2 were delivered before the gate. The window lets at most 4 more start before the stop.
    #expect(try await task.value <= 3 + 4)
  }
}

extension ParallelResultsTests {
  /// The canceller holds a lock of the task and takes one of ours. A worker with a result holds one of ours and wakes
  /// the task. In the wrong order, they would deadlock.
  @Test func cancellingWhileResultsComeEnds() async throws {
    for round in 0..<2_000 {
      let taken = Counter()
      let task = Task {
        for try await _ in (0...).parallelResults(threads: 2, window: 2, { $0 }) {
          taken.value.add(1, ordering: .relaxed)
        }
      }
      while taken.value.load(ordering: .relaxed) < round % 7 { await Task.yield() }
      task.cancel()
      try await task.value
    }
  }

  /// The slow element is in the middle of a claim, because claims have grown by then.
  @Test func nothingWaitsBehindASlowElement() {
    let (slow, window) = (40_100, 4_096)
    // Under ThreadSanitizer, beside all other tests, this takes half a minute.
    let patience = 300.0
    let gate = Gate()
    let (begun, taken) = (Counter(), Counter())
    let results = (0..<100_000).parallelResults(threads: 2, window: window) { (item: Int) -> Int in
      if item == slow { gate.wait() }
      begun.value.add(1, ordering: .relaxed)
      return item
    }
    _ = WorkerThread.start(name: "consumer", .endless) {
      while let result = results.next() { taken.value.store(result + 1, ordering: .relaxed) }
    }
    // Everything before it is delivered, and everything that was read with it or after it runs in the meantime.
    #expect(eventually(seconds: patience) { taken.value.load(ordering: .relaxed) == slow })
    #expect(eventually(seconds: patience) { begun.value.load(ordering: .relaxed) >= slow + window / 2 })
    gate.open()
    #expect(eventually(seconds: patience) { taken.value.load(ordering: .relaxed) == 100_000 })
  }

  @Test(arguments: [1, 3]) func neverMoreAtOnceThanThreads(threads: Int) {
    let (now, most) = (Counter(), Counter())
    for _ in (0..<20_000).parallelResults(
      threads: threads,
      { (_: Int) in
        most.value.max(now.value.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
        now.value.subtract(1, ordering: .relaxed)
      })
    {}
    #expect(most.value.load(ordering: .relaxed) <= threads)
    #expect(most.value.load(ordering: .relaxed) > 0)
  }

  @Test(arguments: [0, 1, 2, 17]) func shortSequences(count: Int) {
    #expect(Array((0..<count).parallelResults(threads: 5) { $0 }) == Array(0..<count))
  }

  @Test func untakenResultsAreReleased() {
    let alive = Counter()
    do {
      let results = (0..<10_000).parallelResults(threads: 2, window: 500) { _ in Tracked(alive) }
      for _ in 0..<700 { _ = results.next() }
    }
    #expect(eventually { alive.value.load(ordering: .relaxed) == 0 })
  }
}

private final class Tracked: Sendable {
  private let alive: Counter

  init(_ alive: Counter) {
    self.alive = alive
    alive.value.add(1, ordering: .relaxed)
  }

  deinit { alive.value.subtract(1, ordering: .relaxed) }
}

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}
