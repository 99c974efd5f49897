import Testing

@testable import ParallelFor

/// Items that failed and are tried again by hand: the decisions of the machine.
@Suite struct RetryRequestTests {
  private let now = Instant(nanoseconds: 0)

  private func ended(_ position: Int, attempt: Int = 1, _ outcome: Outcome = .failed(Failure("no"))) -> FinishedItem {
    FinishedItem(
      id: ItemID(position), worker: WorkerID(1), attempt: attempt, start: now, end: now + 1, outcome: outcome, label: ""
    )
  }

  /// Returns a machine with one worker, whose first items have ended with these outcomes.
  private func machine(
    _ outcomes: [Outcome], items: Int, policy: RunPolicy = RunPolicy(), order: OrderedDelivery.Order = .input
  ) -> PoolStateMachine {
    var pool = PoolStateMachine(
      targetWorkers: 1, limits: RunLimits(largestClaim: 1), policy: policy, order: order, isObserved: true, at: now)
    _ = pool.itemsArrived(items, at: now)
    _ = pool.inputReachedEnd(at: now)
    for (position, outcome) in outcomes.enumerated() {
      #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(position..<position + 1))
      _ = pool.itemsEnded([ended(position, outcome)], at: now)
    }
    pool.checkInvariants()
    return pool
  }

  @Test(arguments: [Outcome.failed(Failure("no")), .timedOut, .cancelled])
  func aRetriedItemGoesFirstAndItsEndReplacesTheEarlierOne(_ outcome: Outcome) {
    var pool = machine([outcome, .succeeded], items: 4)
    #expect(pool.retryRequested(ended(0, outcome), mayBeLate: false, at: now)?.isLate == false)
    #expect(pool.ended == 1 && pool.succeeded == 1)
    pool.checkInvariants()
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
    #expect(pool.lastAttempts(in: 0..<1) == [0: TriedItem(last: ended(0, outcome), due: now, isRequested: true)])
    _ = pool.itemsEnded([ended(0, attempt: 2, .succeeded)], at: now)
    #expect(pool.ended == 2 && pool.succeeded == 2 && pool.tried.isEmpty)
    #expect(pool.takeDelivered(upTo: 9, at: now).0 == [0, 1])
    pool.checkInvariants()
    #expect(pool.log.take().map(\.kind).contains(.itemRequeued(ended(0, outcome), wasRestored: false)))
  }

  @Test func itemsThatHaveNotFailedAreRefused() {
    var pool = machine([.succeeded, .failed(Failure("no"))], items: 4)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(2..<3))
    for position in [0, 2, 3, 99] {
      #expect(pool.retryRequested(ended(position), mayBeLate: true, at: now) == nil)
    }
    #expect(pool.retryRequested(ended(1), mayBeLate: true, at: now) != nil)
    // It is already waiting.
    #expect(pool.retryRequested(ended(1), mayBeLate: true, at: now) == nil)
    pool.checkInvariants()
  }

  @Test func anItemThatWillBeTriedAgainAnywayIsRefused() {
    let policy = RunPolicy(attempts: 2, backoff: Backoff(first: .nanoseconds(100), jitter: 0))
    var pool = machine([.failed(Failure("no"))], items: 2, policy: policy)
    #expect(pool.waiting.count == 1)
    #expect(pool.retryRequested(ended(0), mayBeLate: true, at: now) == nil)
  }

  @Test func oneMoreAttemptIsGrantedNotAllOfThePolicy() {
    let policy = RunPolicy(attempts: 2, backoff: Backoff(first: .nanoseconds(0)))
    var pool = machine([.failed(Failure("no"))], items: 2, policy: policy)
    _ = pool.timePassed(at: now + 1)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.itemsEnded([ended(0, attempt: 2)], at: now)
    #expect(pool.retryRequested(ended(0, attempt: 2), mayBeLate: false, at: now) != nil)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.itemsEnded([ended(0, attempt: 3)], at: now)
    #expect(pool.ended == 1 && pool.waiting.count == 0 && pool.failures.contains(0))
  }

  @Test func pausedAndWithoutThreadsItWaitsAndAnIdleWorkerIsCalledAfterwards() {
    var pool = machine([.failed(Failure("no"))], items: 2)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(1..<2))
    pool.pause(at: now)
    #expect(pool.retryRequested(ended(0), mayBeLate: false, at: now)?.wakeUps == PoolStateMachine.WakeUps())
    _ = pool.itemsEnded([ended(1, .succeeded)], at: now)
    #expect(pool.life == .running)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .wait)
    #expect(pool.resume(at: now).wake == [WorkerID(1)])
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
  }

  @Test(arguments: [false, true]) func aRunThatWindsUpGrantsNothing(_ isStopped: Bool) {
    var pool = machine([.failed(Failure("no"))], items: 2)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = isStopped ? pool.stop(.interrupt, at: now) : pool.finish(at: now)
    #expect(pool.retryRequested(ended(0), mayBeLate: true, at: now) == nil)
    _ = pool.itemsEnded([ended(1, .succeeded)], at: now)
    #expect(pool.life == .over)
    #expect(pool.retryRequested(ended(0), mayBeLate: true, at: now) == nil)
  }

  @Test func aRunThatItsPolicyHaltedRetriesNothing() {
    var pool = machine([.failed(Failure("no"))], items: 2, policy: RunPolicy(halt: HaltPolicy(.soon, after: .count(1))))
    #expect(pool.retryRequested(ended(0), mayBeLate: true, at: now) == nil)
  }

  @Test func waitingItemsHaveFailedAsBeforeWhenTheRunIsStopped() {
    var pool = machine([.failed(Failure("no")), .succeeded], items: 3)
    #expect(pool.takeDelivered(upTo: 1, at: now).0 == [0])
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(2..<3))
    #expect(pool.retryRequested(ended(0), mayBeLate: true, at: now)?.isLate == true)
    _ = pool.log.take()
    _ = pool.stop(.interrupt, at: now)
    #expect(pool.log.take().map(\.kind).contains(.itemFinished(ended(0))))
    #expect(pool.ended == 2 && pool.failures.contains(0))
    pool.checkInvariants()
  }

  @Test func aResultThatWasHandedOnIsFollowedByAnotherOnlyIfThatIsWanted() {
    var pool = machine([.failed(Failure("no")), .succeeded], items: 3)
    #expect(pool.takeDelivered(upTo: 9, at: now).0 == [0, 1])
    #expect(pool.retryRequested(ended(0), mayBeLate: false, at: now) == nil)
    #expect(pool.retryRequested(ended(0), mayBeLate: true, at: now)?.isLate == true)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
    _ = pool.itemsEnded([ended(0, attempt: 2)], at: now)
    #expect(pool.delivery.hasReady && pool.delivery.held == 1)
    // A further request before the result is taken makes no further result.
    #expect(pool.retryRequested(ended(0, attempt: 2), mayBeLate: true, at: now) != nil)
    #expect(!pool.delivery.hasReady && pool.delivery.held == 0)
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.itemsEnded([ended(0, attempt: 3, .succeeded)], at: now)
    #expect(pool.takeDelivered(upTo: 9, at: now).0 == [0])
    #expect(pool.delivery.next == 2)
  }

  @Test func unorderedResultsThatWereNotTakenAreReplacedToo() {
    var pool = machine([.failed(Failure("no")), .succeeded], items: 3, order: .completion)
    #expect(pool.retryRequested(ended(0), mayBeLate: false, at: now)?.isLate == false)
    #expect(pool.takeDelivered(upTo: 9, at: now).0 == [1])
    _ = pool.workerBecameReady(WorkerID(1), at: now)
    _ = pool.itemsEnded([ended(0, attempt: 2, .succeeded)], at: now)
    #expect(pool.takeDelivered(upTo: 9, at: now).0 == [0])
  }

  @Test func aRetriedFailureOfAnEarlierRunBelongsToThisRun() {
    var pool = PoolStateMachine(
      targetWorkers: 1, limits: RunLimits(largestClaim: 1), order: .input, isObserved: true, at: now)
    _ = pool.itemsArrived(2, restored: [RestoredItem(position: 0, isSuccess: false)], at: now)
    #expect(pool.retryRequested(ended(0, attempt: 4), mayBeLate: true, at: now)?.isLate == false)
    #expect(pool.restoredTally.count == 0)
    #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(0..<1))
    #expect(pool.lastAttempts(in: 0..<1)[0]?.last.attempt == 4)
    #expect(pool.log.take().map(\.kind).contains(.itemRequeued(ended(0, attempt: 4), wasRestored: true)))
    pool.checkInvariants()
  }

  @Test func onlySoManyFailuresAreKept() {
    var pool = PoolStateMachine(
      targetWorkers: 1, limits: RunLimits(keptFailures: 2, largestClaim: 1), order: .input, isObserved: true, at: now)
    _ = pool.itemsArrived(4, at: now)
    for position in 0..<3 {
      _ = pool.workerBecameReady(WorkerID(1), at: now)
      _ = pool.itemsEnded([ended(position)], at: now)
    }
    #expect(pool.keptFailures.keys.sorted() == [0, 1] && pool.failures.count == 3)
    #expect(pool.retryRequested(ended(0), mayBeLate: false, at: now) != nil)
    #expect(pool.keptFailures.keys.sorted() == [1])
  }

  @Test func positionSetsHoldWhatWasPutIn() {
    var set = PositionSet()
    var model: Set<Int> = []
    for step in 0..<20_000 {
      let position = (step &* 7_919) % 9_001
      if step % 3 == 0 {
        #expect(set.remove(position) == (model.remove(position) != nil))
      } else {
        #expect(set.insert(position) == model.insert(position).inserted)
      }
    }
    #expect(set.count == model.count)
    #expect((0..<9_001).allSatisfy { set.contains($0) == model.contains($0) })
    for position in [70_000, 5_000_000, 1 << 33] { #expect(set.insert(position) && model.insert(position).inserted) }
    var members: [Int] = []
    set.forEach { members.append($0) }
    #expect(members == model.sorted())
    #expect(set.firstMember(in: 100_000..<9_000_000) == 5_000_000)
    #expect(set.firstMember(in: 100_000..<200_000) == 200_000)
  }
}
