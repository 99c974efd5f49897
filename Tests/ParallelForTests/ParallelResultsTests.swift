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
    // Items 0 to 2 were handed on before the gate; the window lets at most 4 more begin before the stop is seen.
    #expect(try await task.value <= 3 + 4)
  }
}

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}
