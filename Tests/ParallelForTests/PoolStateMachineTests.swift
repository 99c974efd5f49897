import TestSupport
import Testing

@testable import ParallelFor

@Suite struct PoolStateMachineTests {
  let now = Instant(nanoseconds: 0)

  private func machine(_ target: Int, limits: RunLimits = RunLimits()) -> PoolStateMachine {
    PoolStateMachine(targetWorkers: target, limits: limits, order: .input, isObserved: true, at: now)
  }

  private func ended(_ position: Int, by worker: WorkerID, took: Int64 = 1_000_000) -> FinishedItem {
    FinishedItem(
      id: ItemID(position), worker: worker, start: now, end: now + took, outcome: .succeeded, label: "\(position)")
  }

  @Test func startsNoMoreWorkersThanItemsAndEachStartsTheNext() {
    var pool = machine(10_000)
    #expect(pool.itemsArrived(3, at: now).start.map(\.slot) == [1])
    #expect(pool.workerBecameReady(WorkerID(1), at: now).1.start.map(\.slot) == [2])
    _ = pool.itemsEnded([ended(0, by: WorkerID(1))], at: now)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).1.start == [], "one is on its way")
    #expect(pool.workerBecameReady(WorkerID(2), at: now).1.start == [])
    #expect(pool.queue.isEmpty && pool.live == 2)
  }

  @Test func withAnOrderOfStartsNothingStartsBeforeAllIsRead() {
    var limits = RunLimits(readAhead: 1, deliveryWindow: 1)
    limits.allowAnyOrder()
    var pool = machine(2, limits: limits)
    #expect(pool.itemsArrived(3, at: now).start == [] && pool.wantsInput)
    #expect(pool.itemsArrived(2, at: now).start == [])
    _ = pool.startItems(in: [4, 2, 0, 1, 3])
    #expect(pool.inputReachedEnd(at: now).start == [WorkerID(1)])
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(4..<5))
    #expect(pool.workerBecameReady(WorkerID(2), at: now).0 == .run(2..<3))
    pool.checkInvariants()
  }

  @Test func manyWorkersStartTwoAtATime() {
    var pool = machine(100)
    #expect(pool.itemsArrived(50, at: now).start.map(\.slot) == [1])
    #expect(pool.workerBecameReady(WorkerID(1), at: now).1.start.map(\.slot) == [2])
    #expect(pool.workerBecameReady(WorkerID(2), at: now).1.start.map(\.slot) == [3, 4])
    #expect(pool.workerBecameReady(WorkerID(3), at: now).1.start.map(\.slot) == [5])
    #expect(pool.workerBecameReady(WorkerID(4), at: now).1.start.map(\.slot) == [6])
    pool.checkInvariants()
  }

  @Test func noItemsEndAtOnce() {
    var pool = machine(5)
    _ = pool.inputReachedEnd(at: now)
    #expect(pool.log.take().last?.kind == .runFinished(.completed))
  }

  @Test func raisingStartsWorkersWhileAllAreBusy() {
    var pool = machine(1)
    #expect(pool.itemsArrived(9, at: now).start == [WorkerID(1)])
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
    #expect(pool.setTargetWorkers(3, at: now).start == [WorkerID(2), WorkerID(3)])
  }

  @Test func loweringDrainsTheHighestSlotsAndWhoeverEndsFirstLeaves() {
    var pool = machine(0)
    _ = pool.itemsArrived(9, at: now)
    #expect(pool.setTargetWorkers(3, at: now).start.count == 3)
    for slot in 1...3 { _ = pool.workerBecameReady(WorkerID(slot), at: now) }
    _ = pool.log.take()
    _ = pool.setTargetWorkers(2, at: now)
    #expect(pool.log.take().map(\.kind) == [.targetWorkersChanged(2), .workerDraining(WorkerID(3))])
    _ = pool.itemsEnded([ended(0, by: WorkerID(1))], at: now)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .leave)
    #expect(pool.log.take().last?.kind == .workerKept(WorkerID(3)))
    _ = pool.workerLeft(WorkerID(1), at: now)
    pool.checkInvariants()
    // The free slot is used again.
    #expect(pool.setTargetWorkers(3, at: now).start == [WorkerID(1)])
  }

  @Test func zeroDrainsAndComesBack() {
    var pool = machine(1)
    _ = pool.itemsArrived(2, at: now)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.setTargetWorkers(0, at: now)
    _ = pool.itemsEnded([ended(0, by: WorkerID(1))], at: now)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .leave)
    _ = pool.workerLeft(WorkerID(1), at: now)
    #expect(pool.life == .running && pool.live == 0)
    #expect(pool.setTargetWorkers(2, at: now).start == [WorkerID(1)])
  }

  @Test func handsOutNothingWhilePaused() {
    var pool = machine(2)
    _ = pool.itemsArrived(5, at: now)
    pool.pause(at: now)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .wait)
    #expect(pool.resume(at: now).wake == [WorkerID(1)])
  }

  @Test func aWindowOfOneHoldsAllWorkersBehindTheFirstItem() {
    var pool = machine(2, limits: RunLimits(deliveryWindow: 1))
    #expect(pool.itemsArrived(3, at: now).start == [WorkerID(1)])
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
    #expect(pool.setTargetWorkers(3, at: now).start == [])
    _ = pool.itemsEnded([ended(0, by: WorkerID(1))], at: now)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .wait)
    let (positions, wakeUps) = pool.takeDelivered(upTo: 9, at: now)
    #expect(positions == [0])
    #expect(wakeUps.wake == [WorkerID(1)])
  }

  @Test func eventsNotTakenHoldTheWorkers() {
    var pool = machine(1, limits: RunLimits(eventBacklog: 3))
    _ = pool.itemsArrived(3, at: now)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .wait)
    #expect(pool.log.take().count == 3)
    #expect(pool.wakeWorkers().wake == [WorkerID(1)])
  }

  @Test func stoppingSkipsWhatNeverRan() {
    var pool = machine(1)
    _ = pool.itemsArrived(5, at: now)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.stop(.interrupt, at: now)
    #expect(pool.skipped == 4 && pool.life == .stopping)
    _ = pool.itemsEnded([ended(0, by: WorkerID(1))], at: now)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .leave)
    _ = pool.workerLeft(WorkerID(1), at: now)
    #expect(pool.log.take().last?.kind == .workerStopped(WorkerID(1)))
    #expect(pool.takeDelivered(upTo: 9, at: now).0 == [0])
    #expect(pool.log.take().last?.kind == .runFinished(.stopped))
  }

  /// Returns a machine with two workers, the last two items, and the first of them ended.
  private func lastItems(_ outcome: Outcome = .succeeded, policy: RunPolicy = RunPolicy()) -> PoolStateMachine {
    var pool = PoolStateMachine(
      targetWorkers: 2, limits: RunLimits(), policy: policy, order: .input, isObserved: true, at: now)
    _ = pool.itemsArrived(2, at: now)
    _ = pool.inputReachedEnd(at: now)
    for slot in 1...2 { #expect(pool.workerBecameReady(WorkerID(slot), at: now).0 == .run(slot - 1..<slot)) }
    var first = ended(0, by: WorkerID(1))
    first.outcome = outcome
    _ = pool.itemsEnded([first], at: now)
    return pool
  }

  @Test func anIdleWorkerLeavesWhileTheOthersContinue() {
    var pool = lastItems()
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .leave)
    #expect(pool.workerLeft(WorkerID(1), at: now) == PoolStateMachine.WakeUps())
    #expect(pool.life == .running && pool.live == 1 && pool.target == 2)
    pool.checkInvariants()
    _ = pool.itemsEnded([ended(1, by: WorkerID(2))], at: now)
    #expect(pool.workerBecameReady(WorkerID(2), at: now).0 == .leave)
    #expect(pool.life == .over)
  }

  @Test func aRequestedRetryStartsAnotherWorker() {
    var pool = lastItems(.failed(Failure("no")))
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .leave)
    _ = pool.workerLeft(WorkerID(1), at: now)
    var last = ended(0, by: WorkerID(1))
    last.outcome = .failed(Failure("no"))
    let asked = pool.retryRequested(last, mayBeLate: false, at: now)
    #expect(asked?.0.start == [WorkerID(1)])
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
    pool.checkInvariants()
  }

  @Test func nobodyLeavesWhileAnItemMayBeTriedAgainOrTakenFromAClaim() {
    var pool = lastItems(policy: RunPolicy(attempts: 2))
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .wait)
    pool = machine(2)
    pool.claimSize.observe(items: 9, nanoseconds: 9)
    _ = pool.itemsArrived(8, at: now)
    _ = pool.inputReachedEnd(at: now)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<2))
    while case .run(let range) = pool.workerBecameReady(WorkerID(2), at: now).0 {
      _ = pool.itemsEnded(range.map { ended($0, by: WorkerID(2)) }, at: now)
    }
    #expect(pool.idle == [WorkerID(2)], "it may take the second item of the other's claim")
  }

  /// The machine under thousands of random schedules.
  @Test(arguments: 0..<2_000) func everyScheduleKeepsThePromises(seed: Int) {
    var schedule = RandomSchedule(seed: UInt64(seed))
    schedule.runToEnd()
    #expect(schedule.problems == [])
  }

  @Test func theSchedulesLetTheTunerTryNumbersAndHoldRuns() {
    let schedules = (0..<300).map { seed in
      var schedule = RandomSchedule(seed: UInt64(seed))
      schedule.runToEnd()
      return schedule.events
    }
    func count(_ isWanted: (RunEvent.Kind) -> Bool) -> Int { schedules.count { $0.contains { isWanted($0.kind) } } }
    let trying = count { if case .automaticThreads(let choice?) = $0 { choice.reason == .trying } else { false } }
    let concluding = count { if case .automaticThreads(let choice?) = $0 { choice.gain != nil } else { false } }
    let shedding = count { if case .automaticThreads(let choice?) = $0 { choice.reason == .machine } else { false } }
    let held = count { if case .runHeld = $0 { true } else { false } }
    #expect(trying > 5 && concluding > 2 && shedding > 5 && held > 30, "\(trying) \(concluding) \(shedding) \(held)")
  }
}
