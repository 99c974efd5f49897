import Testing

@testable import ParallelFor

/// A lane of an unobserved run counts items that succeed, and keeps a record of all others.
@Suite struct LaneTallyTests {
  private let now = Instant(nanoseconds: 100)

  private func run(
    _ lane: inout LaneState, _ outcomes: [Outcome], from first: Int = 0, tried: [Int: TriedItem] = [:]
  ) {
    lane.claim(first..<first + outcomes.count, tried: tried)
    for (index, outcome) in outcomes.enumerated() {
      _ = lane.begin(at: now + Int64(10 * index), label: { _ in "" })
      lane.end(outcome, note: nil, at: now + Int64(10 * index + 7))
    }
  }

  @Test func neighboursAreCounted() {
    var lane = LaneState(worker: WorkerID(1), keepsRecords: false)
    run(&lane, [.succeeded, .succeeded, .succeeded], from: 4)
    let counted = lane.takeSucceeded()
    #expect(counted == LaneState.Succeeded(positions: 4..<7, start: now, end: now + 27))
    #expect(lane.harvest().isEmpty)
    #expect(lane.takeSucceeded() == nil)
  }

  @Test func aFailedItemAndThoseAfterItHaveRecords() {
    var lane = LaneState(worker: WorkerID(1), keepsRecords: false)
    run(&lane, [.succeeded, .failed(Failure("no")), .succeeded])
    #expect(lane.takeSucceeded()?.positions == 0..<1)
    #expect(lane.harvest().map(\.item.id.position) == [1, 2])
  }

  @Test func itemsThatWereTriedBeforeHaveRecords() {
    var lane = LaneState(worker: WorkerID(1), keepsRecords: false)
    let last = FinishedItem(
      id: ItemID(0), worker: WorkerID(2), start: now, end: now, outcome: .failed(Failure("no")), label: "a")
    run(&lane, [.succeeded, .succeeded], tried: [0: TriedItem(last: last, due: now)])
    #expect(lane.harvest().map(\.item.attempt) == [2])
    #expect(lane.takeSucceeded()?.positions == 1..<2)
  }

  @Test func observedItemsAllHaveARecord() {
    var lane = LaneState(worker: WorkerID(1))
    run(&lane, [.succeeded, .succeeded])
    #expect(lane.takeSucceeded() == nil)
    #expect(lane.harvest().count == 2)
  }

  @Test func countedItemsAreDeliveredAndEndTheRun() {
    var pool = PoolStateMachine(
      targetWorkers: 1, limits: RunLimits(), order: .input, isObserved: false, at: now)
    _ = pool.itemsArrived(2, at: now)
    _ = pool.inputReachedEnd(at: now)
    for position in 0..<2 {
      #expect(pool.workerBecameReady(WorkerID(1), at: now).0 == .run(position..<position + 1))
      let items = LaneState.Succeeded(positions: position..<position + 1, start: now, end: now + 1_000_000)
      _ = pool.itemsSucceeded(items)
      pool.checkInvariants()
    }
    #expect(pool.succeeded == 2)
    #expect(pool.life == .over)
    #expect(pool.takeDelivered(upTo: 9, at: now).0 == [0, 1])
  }
}
