import Synchronization
import TestSupport
import Testing

@testable import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Workers that need something before they take an item, and lose it at any time.
@Suite(.timeLimit(.minutes(60))) struct ReadinessTests {
  /// A connection that is lost after a random number of items, and comes back after a random number of tries.
  private final class Connection {
    private var random: SeededGenerator
    private var itemsLeft = 0
    private let loses: Int
    var isReady: Bool { itemsLeft > 0 }

    init(seed: UInt64, loses: Int) {
      random = SeededGenerator(seed: seed)
      self.loses = loses
    }

    func use() { itemsLeft -= 1 }

    func getReady(while isWanted: () -> Bool) {
      var tries = Int.random(in: 0...3, using: &random)
      while tries > 0, isWanted() { tries -= 1 }
      if isWanted() { itemsLeft = Int.random(in: 1...loses, using: &random) }
    }
  }

  private func run(
    threads: Int, loses: Int, seed: UInt64, attempts: Int = 1, body: @escaping @Sendable (Int, Int) -> Outcome
  ) -> ParallelRun<Int, Int> {
    ParallelRun(
      threads: threads, policy: RunPolicy(attempts: attempts), isObserved: false, label: { "\($0)" }
    ) { worker in
      let connection = Connection(seed: seed &* 100 &+ UInt64(worker.slot), loses: loses)
      var made = WorkerBody<Int, Int> { input, context in
        #expect(connection.isReady, "#\(input) began without a connection")
        connection.use()
        return AttemptEnding(body(input, context.attempt), output: input)
      }
      made.readiness = WorkerReadiness(
        isReady: { connection.isReady }, getReady: { connection.getReady(while: $0) })
      return made
    }
  }

  private func delivered(_ run: ParallelRun<Int, Int>) -> [Int] {
    var values: [Int] = []
    while let batch = run.takeDelivered() { values += batch.map(\.1) }
    return values
  }

  @Test(arguments: 0..<12) func everyItemRunsOnceAndInOrder(seed: UInt64) {
    let run = run(threads: Int(seed % 5) + 1, loses: [1, 3, 50, 5_000][Int(seed % 4)], seed: seed) { _, _ in .succeeded
    }
    let items = Array(0..<3_000)
    _ = WorkerThread.start(name: "feeder", .endless) {
      for start in stride(from: 0, to: items.count, by: 100) { run.offer(items[start..<start + 100]) }
      run.endInput()
    }
    #expect(delivered(run) == items)
    #expect(run.waitUntilOver())
  }

  @Test(arguments: 0..<4) func itemsAreTriedAgain(seed: UInt64) {
    let run = run(threads: 3, loses: 2, seed: seed, attempts: 3) { item, attempt in
      attempt <= item % 3 ? .failed(Failure("lost")) : .succeeded
    }
    run.offer(Array(0..<500))
    run.endInput()
    #expect(delivered(run) == Array(0..<500))
    #expect(run.snapshot().succeeded == 500)
  }

  /// A worker that never gets ready neither holds items nor keeps the run from its end.
  @Test(arguments: [1, 3]) func aWorkerThatIsNeverReadyHoldsNothing(attempts: Int) {
    let waits = Gate()
    let run = ParallelRun<Int, Int>(
      threads: 3, policy: RunPolicy(attempts: attempts), isObserved: false, label: { "\($0)" }
    ) { worker in
      var made = WorkerBody<Int, Int> { input, _ in
        if worker.slot == 1 { _ = waits.waitForArrivals(1) }
        return AttemptEnding(.succeeded, output: input)
      }
      made.readiness = WorkerReadiness(isReady: { worker.slot == 1 }) { isWanted in
        waits.open()
        waits.wait()
        while isWanted() { sched_yield() }
      }
      return made
    }
    run.offer(Array(0..<1_000))
    run.endInput()
    #expect(delivered(run) == Array(0..<1_000))
    #expect(run.waitUntilOver())
  }

  /// Requests reach workers that wait: to leave, to stop, and to continue after a pause.
  @Test func waitingWorkersHeedRequests() {
    let isReady = Atomic<Bool>(false)
    let waits = Gate()
    waits.open()
    let run = ParallelRun<Int, Int>(threads: 3, isObserved: false, label: { "\($0)" }) { _ in
      var made = WorkerBody<Int, Int> { input, _ in AttemptEnding(.succeeded, output: input) }
      made.readiness = WorkerReadiness(isReady: { isReady.load(ordering: .relaxed) }) { isWanted in
        waits.wait()
        while isWanted(), !isReady.load(ordering: .relaxed) { sched_yield() }
      }
      return made
    }
    run.offer(Array(0..<100))
    #expect(waits.waitForArrivals(1))
    run.setThreads(0)
    #expect(eventually { run.snapshot().workers.isEmpty })
    run.setThreads(2)
    run.pause()
    isReady.store(true, ordering: .relaxed)
    run.resume()
    #expect(eventually { run.snapshot().succeeded == 100 })
    isReady.store(false, ordering: .relaxed)
    run.offer([100])
    run.stop(.interrupt)
    #expect(delivered(run).prefix(100) == Array(0..<100)[...])
    #expect(run.waitUntilOver())
  }
}
