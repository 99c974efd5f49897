import Synchronization
import TestSupport
import Testing

@testable import ParallelFor

/// Items that failed and are tried again by hand, with real threads and values.
@Suite struct RetryRunTests {
  struct Refused: Error, Equatable {}

  /// Fails every third item until it is tried again; the last item waits for the gate, so that the run continues.
  private func run(
    _ count: Int, until gate: Gate, limits: RunLimits = RunLimits(), inOrder: Bool = true
  ) -> ParallelRun<Int, Result<String, any Error>> {
    (0..<count).startParallelRun(threads: 3, limits: limits, inOrder: inOrder, isObserved: true) { item, context in
      if item == count - 1 { gate.wait() }
      if item % 3 == 0, context.attempt == 1 { throw Refused() }
      return "\(item), attempt \(context.attempt)"
    }
  }

  /// Waits for a number of items that have ended without success.
  private func waitForFailures<Input, Output>(_ count: Int, of run: ParallelRun<Input, Output>) async throws {
    try await eventually { run.snapshot().unsuccessful == count }
  }

  private func eventually(_ condition: () -> Bool) async throws {
    try #require(await eventuallySuspending(condition))
  }

  @Test(arguments: [true, false]) func aRetryInTimeHasItsNewResultInPlace(_ inOrder: Bool) async throws {
    let gate = Gate()
    let run = run(100, until: gate, inOrder: inOrder)
    try await waitForFailures(33, of: run)
    for position in 0..<100 { #expect(run.retry(ItemID(position)) == (position % 3 == 0 && position != 99)) }
    try await eventually { run.snapshot().succeeded == 99 && run.snapshot().running == 1 }
    let end = run.snapshot()
    #expect(end.unsuccessful == 0 && end.queued == 0 && end.running == 1)
    gate.open()
    var results: [String] = []
    while let batch = run.takeDelivered() {
      for (id, result) in batch {
        results.append("\(id.position): \((try? result.get()) ?? "failed")")
        _ = run.takeEvents()
      }
    }
    let expected = (0..<100).map { $0 == 99 ? "99: failed" : "\($0): \($0), attempt \($0 % 3 == 0 ? 2 : 1)" }
    #expect(inOrder ? results == expected : Set(results) == Set(expected) && results.count == 100)
    #expect(run.waitUntilOver())
    #expect(!run.retry(ItemID(99)))
  }

  /// An item is retried after the consumer has its position and before it takes the output.
  @Test func anItemMayBeAskedForWhileItsResultIsOnItsWay() async throws {
    let gate = Gate()
    let run = run(4, until: gate)
    try await waitForFailures(1, of: run)
    #expect(run.pool.takeDelivered(upTo: 1) == [0])
    #expect(run.retryKept(ItemID(0), mayBeLate: true))
    var cursor = Slots<Result<String, any Error>>.Cursor()
    let first = run.takeOutput(at: 0, using: &cursor, nil)
    #expect(throws: Refused.self) { try first?.get() }
    gate.open()
    var results: [String] = []
    while let batch = run.takeDelivered() { results += batch.map { (try? $1.get()) ?? "failed" } }
    #expect(results.sorted() == ["0, attempt 2", "1, attempt 1", "2, attempt 1", "failed"])
  }

  @Test func aResultThatWasTakenIsFinal() async throws {
    let gate = Gate()
    let run = run(5, until: gate)
    var taken: [Int] = []
    while taken.count < 4, let batch = run.takeDelivered() { taken += batch.map(\.0.position) }
    #expect(taken == [0, 1, 2, 3])
    #expect(!run.retry(ItemID(0)))
    // A consumer that identifies items by their numbers gets a late result.
    #expect(run.retryKept(ItemID(3), mayBeLate: true))
    let late = try #require(run.takeDelivered())
    #expect(late.map(\.0.position) == [3])
    #expect(try late[0].1.get() == "3, attempt 2")
    gate.open()
    while run.takeDelivered() != nil {}
    #expect(run.snapshot().unsuccessful == 1)
  }

  @Test func outputsThatAreReplacedAreGivenBack() async throws {
    let gate = Gate()
    let run = run(8, until: gate)
    try await waitForFailures(3, of: run)
    #expect(run.retry(ItemID(3)))
    try await eventually { run.snapshot().succeeded == 5 }
    gate.open()
    var replaced = 0
    while run.takeDelivered(replaced: { _ in replaced += 1 }) != nil {}
    #expect(replaced == 1)
  }

  @Test func onlyKeptItemsCanBeAskedFor() async throws {
    let gate = Gate()
    let run = run(8, until: gate, limits: RunLimits(keptFailures: 0))
    try await waitForFailures(3, of: run)
    #expect(!run.retry(ItemID(0)))
    gate.open()
    while run.takeDelivered() != nil {}
  }

  @Test func anItemThatWasStoppedWaitsForItsTurnAndSucceeds() async throws {
    let begun = Gate()
    let run = (0..<2).startParallelRun(threads: 1) { item, context in
      if item == 0, context.attempt == 1 {
        let asked = Gate()
        context.onCancel { _ in asked.open() }
        begun.open()
        asked.wait()
      }
      return item * 10 + context.attempt
    }
    begun.wait()
    try await eventually { run.snapshot().itemsRead == 2 }
    run.pause()
    #expect(run.interrupt(ItemID(0), .interrupt))
    try await waitForFailures(1, of: run)
    #expect(run.retry(ItemID(0)))
    let paused = run.snapshot()
    #expect(paused.queued == 2 && paused.unsuccessful == 0)
    run.resume()
    #expect(try await run.results() == [2, 11])
  }

  @Test func aStoppedRunDeliversTheEarlierResult() async throws {
    let gate = Gate()
    let run = run(8, until: gate)
    try await waitForFailures(3, of: run)
    try await eventually { run.snapshot().succeeded == 4 && run.snapshot().running == 1 }
    run.pause()
    #expect(run.retry(ItemID(3)))
    run.finish()
    gate.open()
    var results: [Int: Bool] = [:]
    while let batch = run.takeDelivered() {
      for (id, result) in batch { results[id.position] = (try? result.get()) != nil }
    }
    #expect(results == [0: false, 1: true, 2: true, 3: false, 4: true, 5: true, 6: false, 7: true])
  }
}
