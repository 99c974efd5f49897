import Testing

@testable import ParallelFor

/// What keeps items from beginning although workers are free.
@Suite struct HoldTests {
  let now = Instant(nanoseconds: 0)

  private func machine(_ target: Int, delay: Duration = .zero) -> PoolStateMachine {
    PoolStateMachine(
      targetWorkers: target, limits: RunLimits(), policy: RunPolicy(delay: delay), order: .input, isObserved: true,
      at: now)
  }

  @Test func noItemBeginsWhileTheRunIsHeld() {
    var pool = machine(2)
    let reason = HoldReason.load(9, limit: 8)
    _ = pool.hold(reason, at: now)
    #expect(pool.itemsArrived(5, at: now) == PoolStateMachine.WakeUps())
    _ = pool.hold(reason, at: now)
    let wakeUps = pool.hold(nil, at: now)
    #expect(wakeUps.start == [WorkerID(1)])
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
    let holds = pool.log.take().map(\.kind).filter { if case .runHeld = $0 { true } else { false } }
    #expect(holds == [.runHeld(reason), .runHeld(nil)])
    pool.checkInvariants()
  }

  @Test func onlyAReasonThatTellsSomethingNewIsAnEvent() {
    var pool = machine(2)
    let loads = [9, 9.5, 10, 9.2, 9].map { HoldReason.load($0, limit: 8) }
    for reason in loads + [.memory(available: 95, limit: 100), .memory(available: 90, limit: 100)] {
      _ = pool.hold(reason, at: now)
    }
    let holds = pool.log.take().map(\.kind).filter { if case .runHeld = $0 { true } else { false } }
    #expect(
      holds == [
        .runHeld(loads[0]), .runHeld(loads[2]), .runHeld(loads[4]), .runHeld(.memory(available: 95, limit: 100)),
      ])
  }

  @Test func itemsBeginOneAtATimeWithTheDelayBetweenThem() {
    var pool = machine(3, delay: .milliseconds(100))
    _ = pool.itemsArrived(3, at: now)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
    let next = now + 100_000_000
    #expect(pool.nextAlarm == next)
    #expect(pool.timePassed(at: next + -1) == PoolStateMachine.WakeUps())
    let wakeUps = pool.timePassed(at: next)
    #expect(wakeUps.start == [WorkerID(2)])
    #expect(pool.workerBecameReady(WorkerID(2), at: next).0 == .run(1..<2))
    #expect(pool.nextAlarm == next + 100_000_000)
    pool.checkInvariants()
  }

  @Test func anAutomaticNumberIsHalvedWhenTheMachineIsTooBusy() {
    var pool = machine(8)
    _ = pool.setThreads(.automatic(upTo: 16), at: now)
    _ = pool.machineIsShort(at: now)
    #expect(pool.target == 4 && pool.tunedThreads == 4)
    pool.endTuning(at: now)
    _ = pool.machineIsShort(at: now)
    #expect(pool.target == 4, "a number that a user set stays")
  }

  @Test func aRunWithADelayRunsEveryItemOnce() {
    let run = (0..<20).startParallelRun(threads: 4, policy: RunPolicy(delay: .milliseconds(2))) { item, _ in item }
    let start = MonotonicClock.now
    var results: [Int] = []
    while let batch = run.takeDelivered() { results += batch.map(\.0.position) }
    #expect(results == Array(0..<20))
    #expect(MonotonicClock.now.nanoseconds(since: start) >= 19 * 2_000_000 - 2_000_000)
  }

  @Test(arguments: [
    (MachineFacts(load: 7.9, availableMemory: 100), nil),
    (MachineFacts(load: 8, availableMemory: 100), HoldReason.load(8, limit: 8)),
    (MachineFacts(load: 9, availableMemory: 99), .memory(available: 99, limit: 100)),
    (MachineFacts(), nil),
  ])
  func limitsHoldTheRun(facts: MachineFacts, reason: HoldReason?) {
    #expect(MachineLimits(load: 8, memory: 100).hold(facts) == reason)
    #expect(MachineLimits().hold(facts) == nil)
  }

  @Test func aTenthOfTheMemoryIsLittle() {
    #expect(MachineFacts(availableMemory: 9, totalMemory: 100).isShortOfMemory)
    #expect(!MachineFacts(availableMemory: 10, totalMemory: 100).isShortOfMemory)
    #expect(!MachineFacts(availableMemory: 1).isShortOfMemory)
  }
}
