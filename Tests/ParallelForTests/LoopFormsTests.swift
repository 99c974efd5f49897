import ParallelFor
import Synchronization
import TestSupport
import Testing

/// The array forms: blocking, async, by function.
@Suite struct LoopFormsTests {
  struct Refused: Error, Equatable { var item: Int }

  @Test(arguments: [0, 1, 2, 3, 10, 1_000, 100_000], [1, 2, 5, 64]) func mapsInOrder(count: Int, threads: Int) {
    #expect((0..<count).parallelMap(threads: threads) { $0 * 3 } == (0..<count).map { $0 * 3 })
  }

  @Test func everyItemRunsOnceOverRandomBodies() {
    for seed in 0..<30 {
      let counts = (0..<3_000).map { _ in Counter() }
      (0..<3_000).parallelForEach(threads: 7) { item in
        var random = SeededGenerator(seed: UInt64(seed * 10_000 + item))
        let steps = Int.random(in: 0..<20, using: &random) == 0 ? 20_000 : 10
        for _ in 0..<steps { _ = random.next() }
        counts[item].value.add(1, ordering: .relaxed)
      }
      #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
    }
  }

  @Test func neverMoreThreadsThanAskedFor() {
    let now = Atomic<Int>(0)
    let most = Atomic<Int>(0)
    (0..<20_000).parallelForEach(threads: 3) { _ in
      most.max(now.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
      now.subtract(1, ordering: .relaxed)
    }
    #expect(most.load(ordering: .relaxed) <= 3)
  }

  @Test func noItemWaitsBehindASlowOne() {
    let gate = Gate()
    let done = Atomic<Int>(0)
    (0..<1_000).parallelForEach(threads: 2) { item in
      if item == 0 {
        gate.wait()
      } else if done.add(1, ordering: .relaxed).newValue == 999 {
        // The first item continues only after all other items have run.
        gate.open()
      }
    }
    #expect(done.load(ordering: .relaxed) == 999)
  }

  @Test func theFirstErrorInOrderIsThrownAndNothingIsLeaked() {
    let alive = Counter()
    #expect(throws: Refused(item: 100)) {
      try (0..<5_000).parallelMap(threads: 4) { (item: Int) throws(Refused) -> Tracked in
        if item >= 100, item % 50 == 0 { throw Refused(item: item) }
        return Tracked(alive)
      }
    }
    #expect(alive.value.load(ordering: .relaxed) == 0)
  }

  @Test func everyItemThrows() {
    #expect(throws: Refused(item: 0)) {
      try (0..<500).parallelForEach(threads: 8) { (item: Int) throws(Refused) in throw Refused(item: item) }
    }
  }

  @Test func nestingDoesNotDeadlock() {
    let sums = (0..<20).parallelMap(threads: 4) { outer in
      (0..<20).parallelMap(threads: 4) { $0 * outer }.reduce(0, +)
    }
    #expect(sums == (0..<20).map { $0 * 190 })
  }

  @Test func sequences() throws {
    #expect(AnySequence(0..<100).parallelMap { $0 + 1 } == Array(1...100))
  }

  @Test func functions() throws {
    let cubes = distribute(threads: 5) { (i: Int) in i * i * i }
    #expect(try cubes(0..<10) == (0..<10).map { $0 * $0 * $0 })
    let reads = Atomic<Int>(0)
    let squares = distributeOver(
      (0..<10).lazy.map {
        reads.add(1, ordering: .relaxed); return $0
      }
    ) { $0 * $0 }
    #expect(try squares() == (0..<10).map { $0 * $0 })
    #expect(try squares().count == 10)
    #expect(reads.load(ordering: .relaxed) == 10)
  }

  @Test(arguments: [0, 1, 5, 10_000]) func asyncMapsInOrder(count: Int) async throws {
    let doubled = try await (0..<count).parallelMap(threads: 4) { (item: Int) async throws -> Int in
      if item % 7 == 0 { await Task.yield() }
      return item * 2
    }
    #expect(doubled == (0..<count).map { $0 * 2 })
  }

  @Test func asyncErrorsAndCancellation() async throws {
    await #expect(throws: Refused(item: 3)) {
      try await (0..<1_000).parallelForEach(threads: 4) { (item: Int) async throws in
        if item >= 3 { throw Refused(item: item) }
      }
    }
    let begun = Atomic<Int>(0)
    let task = Task {
      try await (0..<1_000_000).parallelForEach(threads: 2) { (_: Int) async throws in
        begun.add(1, ordering: .relaxed)
        try await Task.sleep(for: .seconds(1_000))
      }
    }
    #expect(await eventuallySuspending { begun.load(ordering: .relaxed) == 2 })
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(begun.load(ordering: .relaxed) <= 4)
  }
}

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}

/// Counts the live objects of its type.
private final class Tracked: Sendable {
  private let alive: Counter

  init(_ alive: Counter) {
    self.alive = alive
    alive.value.add(1, ordering: .relaxed)
  }

  deinit { alive.value.subtract(1, ordering: .relaxed) }
}
