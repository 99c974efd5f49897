import ParallelFor
import Testing

@testable import Dashboard

/// What the dashboard knows about retries, halting, and items that an earlier run has done.
@Suite struct PolicyTests {
  private static let second: Int64 = 1_000_000_000

  private var facts: RunFacts {
    var facts = RunFacts(slow: SlowThreshold())
    for kind: RunEvent.Kind in [
      .runStarted(targetWorkers: 1), .itemsRead(4), .totalKnown(4), .workerStarted(WorkerID(1)),
    ] { apply(kind, at: 0, to: &facts) }
    return facts
  }

  private func apply(_ kind: RunEvent.Kind, at seconds: Int64, to facts: inout RunFacts) {
    facts.apply(RunEvent(sequence: 0, instant: Instant(nanoseconds: seconds * Self.second), kind: kind))
  }

  private func item(_ attempt: Int, _ start: Int64, _ end: Int64, _ outcome: Outcome) -> FinishedItem {
    FinishedItem(
      id: ItemID(0), worker: WorkerID(1), attempt: attempt, start: Instant(nanoseconds: start * Self.second),
      end: Instant(nanoseconds: end * Self.second), outcome: outcome, label: "a")
  }

  @Test func aFailedAttemptWaitsIsCountedOnceAndItsTimeIsBusy() {
    var facts = facts
    let started = StartedItem(id: ItemID(0), worker: WorkerID(1), start: Instant(nanoseconds: 0), label: "a")
    apply(.itemStarted(started), at: 0, to: &facts)
    let failed = item(1, 0, 2, .failed(Failure("no")))
    apply(.attemptFailed(failed, retryAt: Instant(nanoseconds: 5 * Self.second)), at: 2, to: &facts)
    #expect(facts.tally.waiting == 1 && facts.tally.running == 0 && facts.tally.queued == 3 && facts.tally.known == 4)
    #expect(facts.waiting[ItemID(0)]?.reason == "no" && facts.failures.isEmpty && facts.latency.count == 0)
    apply(.itemFinished(item(2, 5, 6, .succeeded)), at: 6, to: &facts)
    #expect(facts.tally.waiting == 0 && facts.tally.succeeded == 1 && facts.tally.known == 4)
    #expect(facts.workers[0].itemsDone == 1 && facts.workers[0].busy == 3 * Self.second)
    // About three seconds for both attempts at an item, three items left, one thread.
    guard case .estimate(let left) = facts.timeLeft(at: facts.latest) else {
      Issue.record("no range: \(facts.timeLeft(at: facts.latest))")
      return
    }
    #expect(left.low < 9 * Self.second && left.high > 9 * Self.second)
  }

  @Test func aRunIsNotOverBeforeTheLastRetry() {
    var facts = facts
    apply(.itemFinished(item(1, 0, 1, .succeeded)), at: 1, to: &facts)
    let failed = FinishedItem(
      id: ItemID(1), worker: WorkerID(1), start: Instant(nanoseconds: 0), end: Instant(nanoseconds: Self.second),
      outcome: .failed(Failure("no")), label: "b")
    apply(.attemptFailed(failed, retryAt: Instant(nanoseconds: 90 * Self.second)), at: 1, to: &facts)
    guard case .estimate(let left) = facts.timeLeft(at: facts.latest) else {
      Issue.record("no range: \(facts.timeLeft(at: facts.latest))")
      return
    }
    #expect(left.low >= 89 * Self.second)
  }

  @Test func waitingItemsEndOnceWhenTheRunStops() {
    var facts = facts
    let failed = item(1, 0, 2, .failed(Failure("no")))
    apply(.attemptFailed(failed, retryAt: Instant(nanoseconds: 5 * Self.second)), at: 2, to: &facts)
    apply(.runStopping(.interrupt), at: 3, to: &facts)
    apply(.itemFinished(failed), at: 3, to: &facts)
    #expect(facts.tally.failed == 1 && facts.tally.waiting == 0 && facts.tally.known == 4)
    #expect(facts.workers[0].busy == 2 * Self.second && facts.failures.count == 1)
    // It counts among the items as it does in the record.
    #expect(facts.latency.count == 1 && facts.latency.maximum == 2 * Self.second && facts.workers[0].itemsDone == 1)
    #expect(facts.slowest.sorted().map(\.id) == [ItemID(0)])
  }

  /// A damaged run file may say that each item took decades.
  @Test func hugeTimesDoNotOverflow() {
    var facts = RunFacts(slow: SlowThreshold())
    let long: Int64 = 1 << 60
    facts.apply(RunEvent(sequence: 0, instant: Instant(nanoseconds: 0), kind: .runStarted(targetWorkers: 900)))
    for slot in 1...900 {
      facts.apply(
        RunEvent(sequence: 0, instant: Instant(nanoseconds: 0), kind: .workerStarted(WorkerID(slot))))
    }
    for position in 0..<40 {
      let item = FinishedItem(
        id: ItemID(position), worker: WorkerID(1), start: Instant(nanoseconds: 0), end: Instant(nanoseconds: long),
        outcome: position % 2 == 0 ? .succeeded : .failed(Failure("no")), label: "a")
      let started = StartedItem(id: item.id, worker: item.worker, start: item.start, label: "a")
      let kinds: [RunEvent.Kind] = [
        .itemStarted(started), .attemptFailed(item, retryAt: item.end), .itemStarted(started), .itemFinished(item),
      ]
      for kind in kinds { facts.apply(RunEvent(sequence: 0, instant: item.end, kind: kind)) }
      _ = facts.timeLeft(at: Instant(nanoseconds: 2 * long))
    }
    #expect(facts.workers[0].busy == .max && facts.workers[0].mean ?? 0 > 0)
    #expect(facts.latency.maximum == long && facts.latency.buckets(10).reduce(0, +) == 40)
  }

  @Test func itemsOfAnEarlierRunAreDoneAndSayNothingAboutTheRate() {
    var facts = facts
    apply(.itemsRestored(RestoredTally(count: 3, succeeded: 2, end: 4)), at: 0, to: &facts)
    #expect(facts.tally.succeeded == 2 && facts.tally.failed == 1 && facts.tally.queued == 1)
    #expect(facts.begun == 4 && facts.finished == 0)
    #expect(facts.timeLeft(at: facts.latest) == .unknown)
  }

  @Test func haltingIsRemembered() {
    var facts = facts
    apply(.haltReached(HaltPolicy(.soon, after: .count(3))), at: 1, to: &facts)
    #expect(facts.halted == HaltPolicy(.soon, after: .count(3)))
  }
}
