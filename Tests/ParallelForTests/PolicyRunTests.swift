import ParallelFor
import Synchronization
import TestSupport
import Testing

/// Policies with real threads: retries, timeouts, halting, and items that an earlier run has done.
@Suite struct PolicyRunTests {
  struct Refused: Error, Equatable {}

  @Test func itemsAreTriedAgainUntilTheySucceed() async throws {
    let run = (0..<500).startParallelRun(threads: 4, policy: RunPolicy(attempts: 3)) { item, context in
      #expect(context.attempts == 3)
      if context.attempt <= item % 3 { throw Refused() }
      return item * 10 + context.attempt
    }
    #expect(try await run.results() == (0..<500).map { $0 * 10 + $0 % 3 + 1 })
  }

  @Test func afterTheLastAttemptTheErrorIsTheResult() async throws {
    let tries = Atomic<Int>(0)
    let run = (0..<1).startParallelRun(threads: 2, policy: RunPolicy(attempts: 4)) { (_: Int, _) -> Int in
      tries.add(1, ordering: .relaxed)
      throw Refused()
    }
    await #expect(throws: Refused.self) { try await run.results() }
    #expect(tries.load(ordering: .relaxed) == 4)
  }

  /// The others need no time. On a busy machine they may take too long all the same, but not in every attempt.
  @Test func anItemThatTakesTooLongIsAskedToEndAndHasTimedOut() async throws {
    let policy = RunPolicy(attempts: 20, timeout: .fixed(.milliseconds(20)))
    let run = (0..<3).startParallelRun(threads: 3, policy: policy) { item, context in
      let asked = Gate()
      context.onCancel { _ in asked.open() }
      if item == 1 { asked.wait() }
      return item
    }
    var results: [Result<Int, any Error>] = []
    while let batch = await run.nextResults() { results += batch }
    #expect(try results[0].get() == 0 && results[2].get() == 2)
    #expect(throws: TimedOut.self) { try results[1].get() }
    #expect(run.snapshot().unsuccessful == 1)
  }

  /// A body that ignores the end of its time and returns a result.
  @Test func aLateAttemptIsTriedAgainWhateverItReturns() {
    let policy = RunPolicy(attempts: 2, timeout: .fixed(.nanoseconds(1_000_000)))
    let run = ParallelRun<Int, Int>(threads: 1, policy: policy, label: { "\($0)" }) { _ in
      WorkerBody { input, context in
        if context.attempt == 1 { while !context.isCancelled {} }
        return AttemptEnding(.succeeded, output: input + context.attempt)
      }
    }
    run.offer([40])
    run.endInput()
    #expect(run.takeDelivered()?.map(\.1) == [42])
    #expect(run.takeDelivered() == nil)
    #expect(run.takeEvents().contains { if case .attemptFailed = $0.kind { true } else { false } })
  }

  @Test func haltingNowAsksRunningItemsToEnd() async {
    let policy = RunPolicy(halt: HaltPolicy(.now, after: .count(1)))
    let begun = Gate()
    let run = (0..<100).startParallelRun(threads: 2, policy: policy, isObserved: true) { item, context in
      let asked = Gate()
      context.onCancel { _ in asked.open() }
      if item == 0 {
        begun.open()
        asked.wait()
      } else {
        begun.wait()
        throw Refused()
      }
    }
    while await run.nextResults() != nil {}
    #expect(run.waitUntilOver())
    let end = run.snapshot()
    // The feeder may not have read all of them by then.
    #expect(end.unsuccessful == 2 && end.succeeded == 0 && end.skipped == end.itemsRead - 2)
    let kinds = run.takeEvents().map(\.kind)
    #expect(kinds.contains(.haltReached(HaltPolicy(.now, after: .count(1)))))
    #expect(kinds.last == .runFinished(.stopped))
  }

  @Test func itemsOfAnEarlierRunAreDeliveredInPlaceAndNotRun() {
    let run = ParallelRun<Int, Int>(threads: 3, label: { "\($0)" }) { _ in
      WorkerBody { input, _ in AttemptEnding(.succeeded, output: input) }
    }
    let entries: [OfferedItem<Int, Int>] = (0..<10_000).map {
      $0 % 3 == 0 ? .done(-$0, isSuccess: true) : .item($0)
    }
    Thread.start {
      for start in stride(from: 0, to: 10_000, by: 100) { run.offer(entries: entries[start..<start + 100]) }
      run.endInput()
    }
    var results: [Int] = []
    while let batch = run.takeDelivered() {
      results += batch.map(\.1)
      _ = run.takeEvents()
    }
    #expect(results == (0..<10_000).map { $0 % 3 == 0 ? -$0 : $0 })
    #expect(run.snapshot().succeeded == 10_000)
  }
}
