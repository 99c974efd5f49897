import ParallelFor
import Synchronization
import TestSupport
import Testing

/// A run as a handle: its numbers, its workers' values, its results.
@Suite struct RunHandleTests {
  struct Refused: Error, Equatable { var item: Int }

  @Test func resultsInOrderWhileThreadsChange() async throws {
    let run = (0..<20_000).startParallelRun(threads: 2) { item, _ in item * 2 }
    for threads in [5, 1, 9, 0, 3] { run.setThreads(threads) }
    #expect(try await run.results() == (0..<20_000).map { $0 * 2 })
    #expect(run.snapshot().isOver)
  }

  @Test func anAsyncBodyHasTheSameHandle() async throws {
    let run = (0..<200).startParallelRun(threads: 3, policy: RunPolicy(attempts: 2)) { item, context in
      await Task.yield()
      if context.attempt == 1, item % 10 == 0 { throw Refused(item: item) }
      return item * 2
    }
    run.setThreads(7)
    #expect(try await run.results() == (0..<200).map { $0 * 2 })
  }

  @Test func stoppingARunCancelsTheTasksOfItsElements() async {
    let run = (0..<2).startParallelRun(threads: 2) { (_: Int, _) async throws -> Void in
      try await Task.sleep(for: .seconds(1_000))
    }
    #expect(await eventuallySuspending { run.snapshot().running == 2 })
    run.stop(.interrupt)
    while await run.nextResults() != nil {}
    #expect(run.snapshot().unsuccessful == 2)
  }

  @Test func theFirstFailureStopsTheRun() async throws {
    let run = (0...).startParallelRun(threads: 3) { (item: Int, _) in
      if item >= 10 { throw Refused(item: item) }
      return item
    }
    await #expect(throws: Refused(item: 10)) { try await run.results() }
    #expect(run.snapshot().isOver)
  }

  /// Nothing runs, so the last item is not read, but the total is known.
  @Test func theTotalOfACollectionIsKnownFromTheBeginning() {
    let run = (0..<100_000).startParallelRun(threads: 0, isObserved: true) { item, _ in item }
    #expect(run.takeEvents().contains { $0.kind == .totalKnown(100_000) })
    run.stop(.interrupt)
  }

  @Test func aSnapshotShowsEachWorkerAndAddsUp() async {
    let gate = Gate()
    let run = (0..<100).startParallelRun(threads: 3) { item, _ in
      if item >= 50 { gate.wait() }
      return item
    }
    #expect(
      await eventuallySuspending {
        let now = run.snapshot()
        return gate.arrivals == 3 && now.succeeded == 50 && now.itemsRead == 100
      })
    let snapshot = run.snapshot()
    #expect(snapshot.succeeded == 50 && snapshot.running == 3 && snapshot.queued == 47)
    #expect(snapshot.workers.map(\.id) == [WorkerID(1), WorkerID(2), WorkerID(3)])
    let running = Set(snapshot.workers.compactMap(\.item))
    #expect(running.count == 3 && running.allSatisfy { $0 >= ItemID(50) })
    run.setThreads(1)
    #expect(run.snapshot().workers.count(where: \.isDraining) == 2)
    run.stop(.interrupt)
    gate.open()
    while await run.nextResults() != nil {}
    let end = run.snapshot()
    #expect(end.succeeded + end.unsuccessful + end.skipped == end.itemsRead)
  }

  @Test func snapshotsAddUpWhileItemsFly() async throws {
    let run = (0..<200_000).startParallelRun(threads: 4) { item, _ in item }
    let reader = Task { try await run.results().count }
    var last = 0
    while true {
      let snapshot = run.snapshot()
      let sum =
        snapshot.queued + snapshot.running + snapshot.succeeded + snapshot.unsuccessful + snapshot.skipped
      #expect(sum == snapshot.itemsRead)
      #expect(snapshot.succeeded >= last)
      last = snapshot.succeeded
      if snapshot.isOver { break }
      await Task.yield()
    }
    #expect(try await reader.value == 200_000)
  }

  @Test func eachWorkerHasAValueOfItsOwnAndClosesIt() async throws {
    let (made, closed) = (Counter(), Counter())
    let run = (0..<1_000).startParallelRun(
      threads: 4,
      perWorker: { worker in
        made.value.add(1, ordering: .relaxed)
        return (worker: worker, items: 0)
      },
      closing: { state in closed.value.add(state.items, ordering: .relaxed) }
    ) { state, item, context in
      #expect(context.worker == state.worker)
      state.items += 1
      return item
    }
    run.setThreads(2)
    run.setThreads(4)
    #expect(try await run.results().count == 1_000)
    #expect(await eventuallySuspending { run.snapshot().isOver })
    #expect(closed.value.load(ordering: .relaxed) == 1_000)
    #expect(made.value.load(ordering: .relaxed) >= 1)
  }

  @Test func aThousandRunsLeaveNoThreadBehind() throws {
    for count in 0..<1_000 {
      #expect((0..<(count % 7)).parallelMap(threads: 3) { $0 }.count == count % 7)
    }
    let run = (0..<10).startParallelRun(threads: 3) { item, _ in item }
    while run.takeDelivered() != nil {}
    #expect(run.waitUntilOver())
    #expect(run.snapshot().workers == [])
  }
}

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}
