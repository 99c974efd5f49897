import Foundation
import ParallelFor
import Synchronization
import TestSupport
import Testing

/// The run with real threads. Gates hold items where a test needs them.
@Suite(.serialized) struct ParallelRunTests {
  private func squares(
    threads: Int, limits: RunLimits = RunLimits(), inOrder: Bool = true,
    _ body: @escaping @Sendable (Int, ItemContext) -> Void = { _, _ in }
  ) -> ParallelRun<Int, Int> {
    ParallelRun(threads: threads, limits: limits, inOrder: inOrder, label: { "\($0)" }) { _ in
      WorkerBody { input, context in
        body(input, context)
        return AttemptEnding(context.isCancelled ? .cancelled : .succeeded, output: input * input)
      }
    }
  }

  private func deliverAll(_ run: ParallelRun<Int, Int>) -> [Int] {
    var all: [Int] = []
    while let batch = run.takeDelivered() { all += batch.map(\.1) }
    run.waitUntilOver()
    return all
  }

  private func feed(_ run: ParallelRun<Int, Int>, _ items: Range<Int>, by step: Int = 100) {
    Thread.start {
      for first in stride(from: items.lowerBound, to: items.upperBound, by: step) {
        if !run.offer(first..<min(first + step, items.upperBound)) { break }
      }
      run.endInput()
    }
  }

  @Test(arguments: [1, 2, 5, 64]) func deliversInInputOrder(threads: Int) {
    let run = squares(threads: threads, limits: RunLimits(eventBacklog: .max))
    feed(run, 0..<20_000)
    #expect(deliverAll(run) == (0..<20_000).map { $0 * $0 })
    let finished = run.takeEvents().count { if case .itemFinished = $0.kind { true } else { false } }
    #expect(finished == 20_000)
  }

  @Test func zeroItems() {
    let run = squares(threads: 3)
    run.endInput()
    #expect(deliverAll(run) == [])
    #expect(run.takeEvents().last?.kind == .runFinished(.completed))
  }

  @Test func unorderedDeliversEachOnce() {
    let run = squares(threads: 4, limits: RunLimits(eventBacklog: .max), inOrder: false)
    feed(run, 0..<5_000)
    #expect(deliverAll(run).sorted() == (0..<5_000).map { $0 * $0 })
  }

  /// A run that begins to end while items are on their way does not take them, and says so: the reader of the items
  /// must not believe that all of them have been met.
  @Test(arguments: [false, true]) func itemsThatComeTooLateAreNotTaken(isRestored: Bool) {
    let run = squares(threads: 1)
    // The items are read after the run was asked whether it wants some, and before they arrive.
    let late = (0..<3).lazy.map { item -> OfferedItem<Int, Int> in
      run.finish()
      return isRestored ? .done(item, isSuccess: true) : .item(item)
    }
    #expect(!run.offer(entries: late))
    run.endInput()
    #expect(deliverAll(run) == [])
  }

  /// What one worker did, in order.
  private enum Step { case item, rest }

  private final class StepLog: Sendable {
    private let steps = Mutex<[Step]>([])
    func append(_ step: Step) { steps.withLock { $0.append(step) } }
    /// The steps from the first item on.
    var sinceFirst: [Step] { steps.withLock { Array($0.drop { $0 == .rest }) } }
  }

  private func noting(_ log: StepLog) -> ParallelRun<Int, Int> {
    ParallelRun(threads: 1, limits: RunLimits(largestClaim: 3), label: { "\($0)" }) { _ in
      WorkerBody(
        run: { input, _ in
          log.append(.item)
          return AttemptEnding(.succeeded, output: input)
        }, rest: { log.append(.rest) })
    }
  }

  @Test func aWorkerThatFindsItsNextItemsDoesNotRest() {
    let log = StepLog()
    let run = noting(log)
    run.pause()
    run.offer(0..<100)
    run.endInput()
    run.resume()
    #expect(deliverAll(run).count == 100)
    #expect(log.sinceFirst == Array(repeating: .item, count: 100) + [.rest])
  }

  @Test func aWorkerRestsBeforeItWaits() {
    let log = StepLog()
    let run = noting(log)
    run.offer(0..<1)
    #expect(eventually { log.sinceFirst == [.item, .rest] })
    run.offer(1..<2)
    run.endInput()
    #expect(deliverAll(run).count == 2)
  }

  @Test func raisingTakesEffectWhileEveryWorkerIsBusy() {
    let gate = Gate()
    let run = squares(threads: 1) { _, _ in gate.wait() }
    feed(run, 0..<8)
    #expect(gate.waitForArrivals(1))
    run.setThreads(4)
    #expect(gate.waitForArrivals(4))
    gate.open()
    #expect(deliverAll(run).count == 8)
  }

  @Test func loweringLetsItemsEndAndNeverInterrupts() {
    let gate = Gate()
    let run = squares(threads: 3) { _, _ in gate.wait() }
    feed(run, 0..<6)
    #expect(gate.waitForArrivals(3))
    _ = run.takeEvents()
    run.setThreads(1)
    let draining = run.takeEvents().compactMap { event -> WorkerID? in
      if case .workerDraining(let worker) = event.kind { worker } else { nil }
    }
    #expect(draining == [WorkerID(3), WorkerID(2)])
    gate.open()
    #expect(deliverAll(run) == (0..<6).map { $0 * $0 })
  }

  @Test func anIdleWorkerTakesBackWhatWaitsBehindASlowItem() {
    let gate = Gate()
    // Fast items make large claims; then one item hangs with a claim behind it.
    let run = squares(threads: 2, limits: RunLimits(eventBacklog: .max)) { item, _ in if item == 3_000 { gate.wait() } }
    feed(run, 0..<6_000)
    #expect(gate.waitForArrivals(1))
    var done = 0
    #expect(
      eventually {
        done += run.takeEvents().count { if case .itemFinished = $0.kind { true } else { false } }
        return done == 5_999
      })
    gate.open()
    #expect(deliverAll(run).count == 6_000)
  }

  @Test func pauseHandsOutNothingAndResumeContinues() {
    let gate = Gate()
    let run = squares(threads: 2) { _, _ in gate.wait() }
    feed(run, 0..<10)
    #expect(gate.waitForArrivals(2))
    run.pause()
    gate.letThrough(2)
    var done = 0
    #expect(
      eventually {
        done += run.takeEvents().count { if case .itemFinished = $0.kind { true } else { false } }
        return done == 2
      })
    #expect(!gate.waitForArrivals(3, seconds: 0.05))
    run.resume()
    gate.open()
    #expect(deliverAll(run).count == 10)
  }

  @Test func stopInterruptsRunningItemsAndSkipsTheOthers() {
    let gate = Gate()
    let run = squares(threads: 2) { _, context in
      context.onCancel { _ in gate.open() }
      gate.wait()
    }
    feed(run, 0..<10)
    #expect(gate.waitForArrivals(2))
    run.stop(.interrupt)
    #expect(deliverAll(run) == [0, 1])
    let events = run.takeEvents()
    #expect(events.last?.kind == .runFinished(.stopped))
    #expect(!run.offer([1]))
  }

  @Test func interruptReachesOneItemOnly() {
    let gates = [Gate(), Gate()]
    let run = squares(threads: 2) { item, context in
      context.onCancel { _ in gates[item].open() }
      gates[item].wait()
    }
    feed(run, 0..<2)
    #expect(gates.allSatisfy { $0.waitForArrivals(1) })
    #expect(run.interrupt(ItemID(1), .interrupt))
    #expect(!run.interrupt(ItemID(7), .interrupt))
    var outcomes: [ItemID: Outcome] = [:]
    func take() {
      for case .itemFinished(let item) in run.takeEvents().map(\.kind) { outcomes[item.id] = item.outcome }
    }
    #expect(
      eventually {
        take()
        return outcomes == [ItemID(1): .cancelled]
      })
    gates[0].open()
    #expect(deliverAll(run).count == 2)
    take()
    #expect(outcomes[ItemID(0)] == .succeeded)
  }

  @Test func aSlowFirstItemBoundsWhatIsHeld() {
    let gate = Gate()
    let begun = Atomic<Int>(0)
    let run = squares(threads: 2, limits: RunLimits(deliveryWindow: 50)) { item, _ in
      begun.add(1, ordering: .relaxed)
      if item == 0 { gate.wait() }
    }
    feed(run, 0..<1_000)
    #expect(gate.waitForArrivals(1))
    #expect(
      eventually {
        run.takeEvents().contains { if case .deliveryAdvanced(_, let held) = $0.kind { held == 49 } else { false } }
      })
    #expect(begun.load(ordering: .relaxed) == 50)
    gate.open()
    #expect(deliverAll(run).count == 1_000)
  }

  @Test func changingThreadsAtRandomLosesNothing() {
    let run = squares(threads: 3, limits: RunLimits(eventBacklog: .max))
    feed(run, 0..<30_000)
    var random = SeededGenerator(seed: 7)
    var all: [Int] = []
    while let batch = run.takeDelivered(upTo: 64) {
      all += batch.map(\.1)
      run.setThreads(all.count >= 29_000 ? 2 : [0, 1, 3, 64].randomElement(using: &random) ?? 1)
      if all.count % 3 == 0 { run.setThreads(2) }
      run.setThreads(Int.random(in: 1...20, using: &random))
    }
    #expect(all == (0..<30_000).map { $0 * $0 })
  }
}

/// A detached thread for a test's feeder.
enum Thread {
  static func start(_ body: @escaping @Sendable () -> Void) {
    Foundation.Thread.detachNewThread(body)
  }
}
