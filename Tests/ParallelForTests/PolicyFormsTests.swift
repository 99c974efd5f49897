import ParallelFor
import Synchronization
import Testing

/// The forms that take a policy.
@Suite struct PolicyFormsTests {
  struct Refused: Error, Equatable { var item: Int }

  @Test func failedElementsAreTriedAgain() throws {
    let results = try (0..<50).parallelMap(threads: 3, policy: RunPolicy(attempts: 3), errors: .throwFirst) {
      item, context in
      if item % 7 == 0, context.attempt < 3 { throw Refused(item: item) }
      return item * context.attempt
    }
    #expect(results == (0..<50).map { $0 % 7 == 0 ? $0 * 3 : $0 })
  }

  @Test func theFirstErrorInOrderIsThrownAndTheRestNeverStarts() {
    let begun = Atomic<Int>(0)
    let error = #expect(throws: Refused.self) {
      try (0..<100_000).parallelMap(threads: 2, policy: RunPolicy(attempts: 2), errors: .throwFirst) { item, _ in
        begun.add(1, ordering: .relaxed)
        if item >= 10 { throw Refused(item: item) }
      }
    }
    #expect(error == Refused(item: 10))
    #expect(begun.load(ordering: .relaxed) < 100_000)
  }

  @Test func collectingGivesEachElementsEnd() {
    let results = (0..<100).parallelMap(threads: 4, errors: .collect) { item, _ in
      if item % 3 == 0 { throw Refused(item: item) }
      return item
    }
    #expect(results.count == 100)
    for (item, result) in results.enumerated() {
      switch result {
      case .success(let value): #expect(value == item && item % 3 != 0)
      case .failure(let error): #expect(error as? Refused == Refused(item: item) && item % 3 == 0)
      }
    }
  }

  @Test func elementsThatAreGivenUpNeverRan() {
    let policy = RunPolicy(halt: HaltPolicy(.soon, after: .count(2)))
    let results = (0..<10_000).parallelMap(threads: 1, policy: policy, errors: .collect) { item, _ -> Int in
      throw Refused(item: item)
    }
    let refused = results.count { if case .failure(let error) = $0 { error is Refused } else { false } }
    let missing = results.count { if case .failure(let error) = $0 { error is NeverRan } else { false } }
    #expect(refused >= 2 && missing > 0 && refused + missing == 10_000)
  }

  @Test func anElementThatTakesTooLongIsAskedToEnd() {
    let policy = RunPolicy(timeout: .fixed(.milliseconds(1)))
    #expect(throws: TimedOut.self) {
      try [1].parallelMap(policy: policy, errors: .throwFirst) { _, context in while !context.isCancelled {} }
    }
  }

  @Test func noElements() throws {
    #expect(try [Int]().parallelMap(errors: .throwFirst) { item, _ in item }.isEmpty)
  }

  @Test func asyncBodiesToo() async throws {
    let policy = RunPolicy(attempts: 2)
    let results = try await (0..<100).parallelMap(threads: 4, policy: policy, errors: .throwFirst) {
      (item: Int, context) async throws in
      if context.attempt == 1, item % 10 == 0 { throw Refused(item: item) }
      return item
    }
    #expect(results == Array(0..<100))
    let collected = await (0..<20).parallelMap(errors: .collect) { (item: Int, _) async throws in
      if item == 3 { throw Refused(item: item) }
      return item
    }
    #expect(collected.map { try? $0.get() } == (0..<20).map { $0 == 3 ? nil : $0 })
    await #expect(throws: Refused(item: 5)) {
      try await (0..<1_000).parallelMap(errors: .throwFirst) { (item: Int, _) async throws in
        if item >= 5 { throw Refused(item: item) }
        return item
      }
    }
  }

  @Test func anAsyncBodyIsCancelledWhenItsTimeIsUp() async {
    await #expect(throws: TimedOut.self) {
      try await [1].parallelMap(policy: RunPolicy(timeout: .fixed(.milliseconds(1))), errors: .throwFirst) {
        (_: Int, _) async throws in
        try await Task.sleep(for: .seconds(1_000))
      }
    }
  }

  @Test func cancellingTheTaskStopsTheWork() async {
    let task = Task {
      try await (0...).prefix(1_000).parallelMap(errors: .throwFirst) { (_: Int, _) async throws in
        try await Task.sleep(for: .seconds(1_000))
      }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  /// The canceller and a worker with a result take the same two locks.
  @Test func cancellingWhileResultsComeEnds() async {
    for _ in 0..<500 {
      let task = Task {
        await (0..<50).parallelMap(threads: 2, errors: .collect) { (item: Int, _) async in item }
      }
      await Task.yield()
      task.cancel()
      #expect(await task.value.count == 50)
    }
  }

  @Test func aCancellationHandlerMayAskItsContext() async {
    let policy = RunPolicy(timeout: .fixed(.milliseconds(1)))
    let results = await [1].parallelMap(policy: policy, errors: .collect) { (_: Int, context) async throws in
      let seen = Atomic(false)
      await withTaskCancellationHandler {
        while !Task.isCancelled { await Task.yield() }
      } onCancel: {
        seen.store(context.isCancelled, ordering: .relaxed)
      }
      if !seen.load(ordering: .relaxed) { throw Refused(item: 0) }
    }
    #expect(throws: TimedOut.self) { try results[0].get() }
  }
}
