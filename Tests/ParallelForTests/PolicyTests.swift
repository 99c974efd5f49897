import TestSupport
import Testing

@testable import ParallelFor

/// What a policy decides, as values: when to try again, how long to wait, when to give up.
@Suite struct PolicyTests {
  let now = Instant(nanoseconds: 0)

  private func failed(_ position: Int, attempt: Int = 1) -> FinishedItem {
    FinishedItem(
      id: ItemID(position), worker: WorkerID(1), attempt: attempt, start: now, end: now + 1,
      outcome: .failed(Failure("no")), label: "")
  }

  private func machine(_ policy: RunPolicy, items: Int, largestClaim: Int = 512) -> PoolStateMachine {
    var pool = PoolStateMachine(
      targetWorkers: 1, limits: RunLimits(largestClaim: largestClaim), policy: policy, order: .input, isObserved: true,
      at: now)
    _ = pool.itemsArrived(items, at: now)
    _ = pool.inputReachedEnd(at: now)
    return pool
  }

  @Test func aFailedItemWaitsAndGoesBeforeTheOthers() {
    var pool = machine(RunPolicy(attempts: 2, backoff: Backoff(first: .nanoseconds(100), jitter: 0)), items: 3)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
    _ = pool.itemsEnded([failed(0)], at: now)
    #expect(pool.waiting.count == 1 && pool.nextAlarm == now + 101)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(1..<2))
    _ = pool.itemsGivenBack(1..<2, at: now)
    _ = pool.timePassed(at: now + 100)
    #expect(pool.queue.first == 1)
    _ = pool.timePassed(at: now + 101)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
    #expect(pool.lastAttempts(in: 0..<1) == [0: TriedItem(last: failed(0), due: now + 100 + 1)])
    pool.checkInvariants()
  }

  @Test func theLastAttemptIsTheEnd() {
    var pool = machine(RunPolicy(attempts: 2), items: 1)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.itemsEnded([failed(0)], at: now)
    _ = pool.timePassed(at: now + 1)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.itemsEnded([failed(0, attempt: 2)], at: now)
    #expect(pool.life == .over && pool.ended == 1 && pool.tried.isEmpty)
    let kinds = pool.log.take().map(\.kind)
    #expect(kinds.contains(.attemptFailed(failed(0), retryAt: now + 1)))
    #expect(kinds.contains(.itemFinished(failed(0, attempt: 2))))
  }

  private static let untilRetry = RunPolicy(attempts: 9, backoff: Backoff(first: .nanoseconds(1_000)))

  @Test func waitingItemsAreUnfinishedWhenTheRunIsInterrupted() {
    var pool = machine(Self.untilRetry, items: 2)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.itemsEnded([failed(0)], at: now)
    _ = pool.stop(.interrupt, at: now)
    #expect(pool.unsettled == [SettledItem(item: failed(0), settlement: .unfinished)] && pool.life == .stopping)
    pool.checkInvariants()
    _ = pool.settleAll(at: now)
    #expect(pool.ended == 0 && pool.skipped == 2 && pool.life == .over)
    #expect(pool.log.take().map(\.kind).contains(.itemInterrupted(failed(0))))
    #expect(pool.takeDelivered(upTo: 9, at: now).0 == [0])
    pool.checkInvariants()
  }

  @Test(arguments: [HaltPolicy.Manner.soon, .now])
  func waitingItemsHaveFailedWhenTheRunGivesUp(_ manner: HaltPolicy.Manner) {
    var policy = Self.untilRetry
    policy.halt = HaltPolicy(manner, after: .count(1), .succeeded)
    var pool = machine(policy, items: 3, largestClaim: 1)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.itemsEnded([failed(0)], at: now)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    let good = FinishedItem(
      id: ItemID(1), worker: WorkerID(1), start: now, end: now + 1, outcome: .succeeded, label: "")
    _ = pool.itemsEnded([good], at: now)
    _ = pool.settleAll(at: now)
    #expect(pool.ended == 2 && pool.skipped == 1 && pool.life == .over)
    #expect(pool.log.take().map(\.kind).contains(.itemFinished(failed(0))))
    pool.checkInvariants()
  }

  @Test func anAttemptThatFailsWhileTheRunWindsUpIsSettledAtOnce() {
    var pool = machine(Self.untilRetry, items: 1)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.finish(at: now)
    #expect(pool.settlement(of: failed(0)) == .unfinished)
    _ = pool.itemsEnded([failed(0)], at: now)
    #expect(pool.unsettled.isEmpty && pool.skipped == 1 && pool.life == .over)
  }

  @Test func theRunMayEndBetweenTheDecisionAndTheNextAttempt() {
    var pool = machine(Self.untilRetry, items: 1)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    let decided = SettledItem(item: failed(0), settlement: pool.settlement(of: failed(0)))
    _ = pool.finish(at: now)
    _ = pool.itemsEnded([decided], at: now)
    #expect(pool.unsettled == [SettledItem(item: failed(0), settlement: .unfinished)])
    _ = pool.settleAll(at: now)
    #expect(pool.skipped == 1 && pool.life == .over)
  }

  @Test func theTimeBudgetEndsARunThatOnlyWaits() {
    var policy = RunPolicy(
      attempts: 2, backoff: Backoff(first: .nanoseconds(12_000), jitter: 0), timeBudget: .nanoseconds(1_000))
    var pool = machine(policy, items: 1)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.itemsEnded([failed(0)], at: now)
    #expect(pool.nextAlarm == now + 1_000)
    _ = pool.timePassed(at: now + 1_000)
    #expect(pool.life == .running)
    _ = pool.timePassed(at: now + 1_001)
    _ = pool.settleAll(at: now)
    #expect(pool.life == .over && pool.skipped == 1)

    policy.attempts = 1
    var idle = PoolStateMachine(
      targetWorkers: 1, limits: RunLimits(), policy: policy, order: .input, isObserved: true, at: now)
    #expect(idle.nextAlarm == now + 1_000)
    _ = idle.timePassed(at: now + 1_001)
    #expect(idle.life == .over)
  }

  /// An attempt whose machine was lost is repeated at once, and does not count as one of the item's attempts.
  @Test(arguments: [1, 2]) func aLostAttemptIsRepeated(attempts: Int) {
    var policy = RunPolicy(attempts: attempts, backoff: Backoff(first: .seconds(1), jitter: 0))
    policy.losses = 2
    var pool = machine(policy, items: 1)
    var attempt = 1
    for _ in 0..<2 {
      _ = pool.workerBecameReady(WorkerID(1), at: now)
      let lost = failed(0, attempt: attempt)
      #expect(pool.settlement(of: lost, isLost: true) == .again(at: lost.end))
      _ = pool.itemsEnded([SettledItem(item: lost, settlement: .again(at: lost.end))], at: now)
      _ = pool.timePassed(at: lost.end)
      attempt += 1
    }
    for _ in 1..<attempts {
      let failure = failed(0, attempt: attempt)
      #expect(pool.settlement(of: failure) == .again(at: failure.end + 1_000_000_000 * (attempt == 3 ? 4 : 1)))
      attempt += 1
    }
    #expect(pool.settlement(of: failed(0, attempt: attempt), isLost: true) == .final)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.itemsEnded([failed(0, attempt: attempt)], at: now)
    #expect(pool.life == .over && pool.ended == 1 && pool.losses.isEmpty)
  }

  @Test func aLostAttemptIsUnfinishedWhenTheRunIsInterrupted() {
    var policy = RunPolicy()
    policy.losses = 2
    var pool = machine(policy, items: 1)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.finish(at: now)
    #expect(pool.settlement(of: failed(0), isLost: true) == .unfinished)
  }

  @Test func withoutAnyThreadTheRunStops() {
    var pool = machine(RunPolicy(), items: 2)
    _ = pool.workerFailedToStart(WorkerID(1), at: now)
    #expect(pool.hasLackedThreads && pool.life == .over && pool.skipped == 2 && pool.log.isFinished)
    pool.checkInvariants()
  }

  @Test func waitsGrowUpToTheLongestAndLeaveAPartToChance() {
    let plain = Backoff(first: .nanoseconds(100), factor: 2, longest: .nanoseconds(500), jitter: 0)
    #expect((1...5).map { plain.delay(after: $0, of: 7) } == [100, 200, 400, 500, 500])
    let scattered = Backoff(first: .nanoseconds(1_000_000), jitter: 0.5)
    let delays = (0..<1_000).map { scattered.delay(after: 1, of: $0) }
    #expect(delays.allSatisfy { (500_000...1_000_000).contains($0) })
    #expect(Set(delays).count > 900)
    #expect(delays == (0..<1_000).map { scattered.delay(after: 1, of: $0) })
  }

  @Test(arguments: [
    (HaltPolicy(.soon, after: .count(2)), 5, 6, false),
    (HaltPolicy(.soon, after: .count(2)), 5, 7, true),
    (HaltPolicy(.soon, after: .count(3), .succeeded), 3, 9, true),
    (HaltPolicy(.soon, after: .count(9), .ended), 3, 9, true),
    (HaltPolicy(.now, after: .fraction(0.5)), 0, 2, false),
    (HaltPolicy(.now, after: .fraction(0.5)), 0, 3, true),
    (HaltPolicy(.now, after: .fraction(0.5)), 4, 7, false),
    (HaltPolicy(.now, after: .fraction(0.03)), 97, 100, true),
  ]) func haltsWhenEnoughHaveEnded(_ policy: HaltPolicy, succeeded: Int, ended: Int, expected: Bool) {
    #expect(policy.isReached(succeeded: succeeded, ended: ended) == expected)
  }

  @Test(arguments: [HaltPolicy.Manner.soon, .now]) func haltingSkipsTheRest(_ manner: HaltPolicy.Manner) {
    var pool = machine(RunPolicy(halt: HaltPolicy(manner, after: .count(1))), items: 5)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    let wakeUps = pool.itemsEnded([failed(0)], at: now)
    #expect(wakeUps.halted == manner)
    #expect(pool.skipped == 4 && pool.life == .over)
    #expect(pool.log.take().map(\.kind).contains(.haltReached(HaltPolicy(manner, after: .count(1)))))
  }

  @Test func noItemStartsThatIsUnlikelyToEndInTime() {
    var pool = machine(RunPolicy(timeBudget: .nanoseconds(1_000)), items: 9, largestClaim: 1)
    for position in 0..<3 {
      #expect(pool.workerBecameReady(WorkerID(1), at: now + 200).0 == .run(position..<position + 1))
      let item = FinishedItem(
        id: ItemID(position), worker: WorkerID(1), start: now, end: now + 320, outcome: .succeeded, label: "")
      _ = pool.itemsEnded([item], at: now + 200)
    }
    #expect(pool.workerBecameReady(WorkerID(1), at: now + 660).0 == .run(3..<4))
    _ = pool.itemsGivenBack(3..<4, at: now)
    #expect(pool.finishIfOutOfTime(at: now + 700).halted == .soon)
    #expect(pool.skipped == 6 && pool.life == .over)
    #expect(pool.workerBecameReady(WorkerID(1), at: now + 700).0 == .leave)
    #expect(pool.log.take().map(\.kind).contains(.timeBudgetSpent))
  }

  @Test func theMedianIsWithinThreePerCent() throws {
    var median = LatencyQuantiles()
    median.record(5_000)
    median.record(1_000_000)
    #expect(median.value(at: 0.5) == nil)
    for latency in [70_000, 80_000, 90_000_000] { median.record(Int64(latency)) }
    let value = try #require(median.value(at: 0.5))
    #expect(abs(Double(value) / 80_000 - 1) < 0.03)
  }

  @Test(arguments: [1, 31, 32, 33, 1_000, 123_456_789, Int64.max]) func everyLatencyHasABucket(_ latency: Int64) throws
  {
    var median = LatencyQuantiles()
    for _ in 0..<3 { median.record(latency) }
    let value = try #require(median.value(at: 0.5))
    #expect(latency < 32 || abs(Double(value) / Double(latency) - 1) < 0.03)
  }

  @Test func retriesComeOutInTheOrderOfTheirTimes() {
    var waiting = Heap<WaitingItem>()
    let dues = (0..<200).map { Int64(($0 * 7_919) % 101) }
    for (position, due) in dues.enumerated() { waiting.insert(WaitingItem(due: now + due, position: position)) }
    var taken: [WaitingItem] = []
    while let first = waiting.first {
      taken.append(first)
      waiting.removeFirst()
    }
    #expect(taken.map(\.due) == dues.sorted().map { now + $0 })
    #expect(zip(taken, taken.dropFirst()).allSatisfy { $0.due < $1.due || $0.position < $1.position })
  }

  @Test func replacingTheFirstKeepsTheLargest() {
    var random = SeededGenerator(seed: 7)
    let numbers = (0..<500).map { _ in Int.random(in: 0..<100, using: &random) }
    var largest = Heap<Int>()
    for number in numbers {
      if largest.count < 20 {
        largest.insert(number)
      } else if let first = largest.first, first < number {
        largest.replaceFirst(by: number)
      }
    }
    #expect(largest.elements.sorted() == Array(numbers.sorted().suffix(20)))
  }
}

/// One attempt's time and the request to end it.
@Suite struct AttemptTimeTests {
  let now = Instant(nanoseconds: 1_000)

  @Test func anAttemptWhoseTimeIsUpIsAskedToEndAndThenKilled() {
    var attempt = CancellationState()
    attempt.reset(until: now)
    #expect(attempt.expire(at: now, grace: 50) == now + 50)
    #expect(attempt.requested == .interrupt)
    #expect(attempt.expire(at: now + 49, grace: 50) == now + 50)
    #expect(attempt.expire(at: now + 50, grace: 50) == nil)
    #expect(attempt.requested == .kill)
    #expect(attempt.end(at: now + 60) == true)
  }

  @Test func anAttemptThatEndsLateHasTimedOutEvenIfNobodyLooked() {
    var attempt = CancellationState()
    attempt.reset(until: now)
    #expect(attempt.end(at: now + 1) == true)
    attempt.reset(until: now)
    #expect(attempt.end(at: now) == false)
  }

  @Test func theEndDecidesOnce() {
    var attempt = CancellationState()
    attempt.reset(until: now)
    #expect(attempt.end(at: now) == false)
    #expect(attempt.expire(at: now + 5, grace: 0) == nil)
    #expect(attempt.end(at: now + 9) == false)
    #expect(attempt.requested == nil)
  }

  /// A program that was suspended may notice an expired time before an end that came first.
  @Test func anAttemptThatEndedByItselfWasInTimeHoweverLateTheCheck() {
    var attempt = CancellationState()
    attempt.reset(until: now)
    #expect(attempt.expire(at: now + 500, grace: 50) != nil)
    attempt.endByItself()
    #expect(attempt.end(at: now + 501) == false)
    #expect(attempt.expire(at: now + 600, grace: 50) == nil)
    attempt.reset(until: now)
    attempt.endByItself()
    #expect(attempt.end(at: now + 501) == false)
  }

  @Test func aStoppedAttemptDidNotRunOutOfTime() {
    var attempt = CancellationState()
    attempt.reset(until: now)
    attempt.request(.interrupt)
    #expect(attempt.expire(at: now + 5, grace: 0) == nil)
    #expect(attempt.end(at: now + 9) == false)
  }
}
