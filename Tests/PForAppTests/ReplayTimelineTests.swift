import Attempts
import ParallelFor
import TestSupport
import Testing

@testable import PForApp
@testable import RunStore

@Suite struct ReplayTimelineTests {
  private static let run = RunRecord(
    id: "run", created: 0, title: "", kind: "command", command: [], source: "", directory: "")

  private func change(_ time: Int64, _ kind: RunChange.Kind, _ value: Int? = nil) -> RunChange {
    RunChange(time: time, kind: kind, value: value)
  }

  private func attempt(_ start: Int64, _ latency: Int64, worker: Int = 1, _ outcome: Outcome = .succeeded)
    -> EndedAttempt
  {
    EndedAttempt(worker: worker, start: start, latency: latency, outcome: outcome)
  }

  private func item(_ number: Int, _ attempts: EndedAttempt...) -> (item: ItemRecord, earlier: [EndedAttempt]) {
    let record = ItemRecord(
      row: Int64(number), number: number, text: Array("\(number)".utf8), fields: nil, attempt: attempts.last,
      attempts: attempts.count, outputCount: 0, errorCount: 0)
    return (record, attempts.dropLast())
  }

  /// All events of a run whose items come in pages of one.
  private func events(
    _ changes: [RunChange], _ items: [(item: ItemRecord, earlier: [EndedAttempt])], until place: Int64 = .max,
    of run: RunRecord = run
  ) -> [RunEvent] {
    var timeline = ReplayTimeline(run, changes)
    var rest = items[...]
    var events: [RunEvent] = []
    while true {
      while timeline.wantsItems(before: place) { timeline.add(rest.popFirst().map { [$0] } ?? []) }
      let more = timeline.take(before: place, limit: 3)
      if more.isEmpty { return events }
      events += more
    }
  }

  private func ends(_ events: [RunEvent]) -> [Int64] {
    events.compactMap { if case .itemFinished = $0.kind { $0.instant.nanoseconds } else { nil } }
  }

  @Test func theTimeBetweenSessionsIsSkipped() {
    let changes = [
      change(100, .sessionBegan, 1), change(5_000, .sessionEnded, 0), change(9_000, .sessionBegan, 1),
      change(20_000, .sessionEnded, 0),
    ]
    let events = events(changes, [item(1, attempt(110, 40)), item(2, attempt(9_005, 10))])
    #expect(ends(events) == [50, 65])
    #expect(events.last?.instant == Instant(nanoseconds: 65))
    #expect(events.last?.kind == .runFinished(.finishedEarly))
  }

  @Test func anItemIsTriedAgainAfterItsOwnWaitAndNotAfterTheNight() {
    let night: Int64 = 30_000_000_000_000
    let failed = Outcome.failed(Failure("no"))
    let changes = [change(0, .sessionBegan, 1), change(60, .sessionEnded), change(night, .sessionBegan, 1)]
    let items = [
      item(1, attempt(0, 10, failed), attempt(35, 5)), item(2, attempt(40, 10, failed), attempt(night + 7, 5)),
    ]
    let waits = events(changes, items).compactMap { event -> Int64? in
      if case .attemptFailed(let item, let retryAt) = event.kind { retryAt.nanoseconds(since: item.end) } else { nil }
    }
    #expect(waits == [25, 7])
  }

  @Test func aPauseThatAKillEndedDoesNotContinue() {
    let changes = [change(0, .sessionBegan, 1), change(20, .paused), change(90, .sessionBegan, 1)]
    let kinds = events(changes, [item(1, attempt(0, 10)), item(2, attempt(95, 10))]).map(\.kind)
    #expect(kinds.firstIndex(of: .runPaused).map { kinds[$0 + 1] } == .runResumed)
  }

  @Test func aHoldIsShownUntilItEndsOrItsSessionDoes() {
    func held(_ time: Int64, _ reason: String?) -> RunChange { RunChange(time: time, kind: .held, reason: reason) }
    let changes = [
      change(0, .sessionBegan, 1), held(20, "load,9200,8000"), held(40, nil), held(50, "no reason"),
      held(60, "memory,5,10"), change(90, .sessionBegan, 1), held(95, "load,9000,8000"), change(99, .sessionEnded, 0),
    ]
    let holds = events(changes, [item(1, attempt(0, 10)), item(2, attempt(96, 1))]).compactMap { event in
      if case .runHeld(let reason) = event.kind { [event.instant.nanoseconds: reason] } else { nil }
    }
    #expect(
      holds == [
        [20: .load(9.2, limit: 8)], [40: nil], [60: .memory(available: 5, limit: 10)], [60: nil],
        [65: .load(9, limit: 8)], [67: nil],
      ])
  }

  @Test func theOrderIsThatOfTimeThoughItemsAreReadInTheirs() {
    let count = ReplayTimeline.lookAhead
    let items = (1...count).map { item($0, attempt(Int64(count - $0) * 10, 5, worker: $0)) }
    let started = events([change(0, .sessionBegan, count)], items).compactMap { event -> Int? in
      if case .itemStarted(let item) = event.kind { item.id.number } else { nil }
    }
    #expect(started == (1...count).reversed())
  }

  @Test func workersForWhichNothingIsLeftLeaveUnlessTheRunWasCutShort() {
    let items = [
      item(1, attempt(0, 50, worker: 1)), item(2, attempt(5, 10, worker: 2, .timedOut), attempt(20, 10, worker: 2)),
    ]
    func left(_ run: RunRecord) -> [String] {
      events([change(0, .sessionBegan, 3)], items, of: run).compactMap {
        if case .workerStopped(let id) = $0.kind { "\(id.slot) at \($0.instant.nanoseconds)" } else { nil }
      }
    }
    var run = Self.run
    #expect(left(run) == ["1 at 50", "2 at 50", "3 at 50"])
    run.total = 2
    run.state = .finished
    #expect(left(run) == ["3 at 20", "2 at 30", "1 at 50"])
  }

  @Test func aRunFileThatSaysNothingOfSessionsIsPlayedToo() {
    #expect(ends(events([], [item(1, attempt(10, 40))])) == [50])
  }

  @Test func noEventComesBeforeItsTime() {
    let changes = [change(0, .sessionBegan, 1)]
    let items = [item(1, attempt(10, 10)), item(2, attempt(30, 10))]
    #expect(ends(events(changes, items, until: 19)) == [])
    #expect(ends(events(changes, items, until: 20)) == [20])
    #expect(ends(events(changes, items, until: 39)) == [20])
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func aReplayOfAnyDamagedFileEnds(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let times: [Int64] = [.min, -1, 0, 1, 1_000, 1_700_000_000_000_000_000, .max]
    let time = { (random: inout SeededGenerator) in times.randomElement(using: &random) ?? 0 }
    let changes = (0..<8).map { _ in
      change(
        time(&random), RunChange.Kind.allCases.randomElement(using: &random) ?? .paused,
        [nil, -5, 0, 3, .max].randomElement(using: &random) ?? nil)
    }
    let items = (1...20).map { number in
      item(
        number, attempt(time(&random), time(&random), worker: [-9, 0, 4, .max].randomElement(using: &random) ?? 1),
        attempt(time(&random), time(&random)))
    }
    let events = events(changes, items)
    #expect(ends(events).count == 20)
    #expect(zip(events, events.dropFirst()).allSatisfy { $0.instant <= $1.instant })
    guard case .runFinished = events.last?.kind else {
      Issue.record("it does not end: \(String(describing: events.last))")
      return
    }
  }
}

@Suite struct ReplayedWorkersTests {
  private func id(_ slot: Int) -> WorkerID { WorkerID(slot) }

  @Test func idleWorkersLeaveAtOnceAndBusyOnesAfterTheirItem() {
    var workers = ReplayedWorkers()
    #expect(workers.setTarget(3) == [.workerStarted(id(1)), .workerStarted(id(2)), .workerStarted(id(3))])
    #expect(workers.begin(id(1)) == [])
    #expect(workers.begin(id(3)) == [])
    #expect(workers.setTarget(1) == [.workerStopped(id(2)), .workerDraining(id(3))])
    #expect(workers.end(id(3)) == [.workerStopped(id(3))])
    #expect(workers.end(id(1)) == [])
    #expect(workers.endAll() == [.workerStopped(id(1))])
  }

  @Test func oneThatBeginsAnItemHasStayedAndAnotherHasLeft() {
    var workers = ReplayedWorkers()
    _ = workers.setTarget(2)
    _ = workers.begin(id(2))
    #expect(workers.setTarget(1) == [.workerStopped(id(1))])
    #expect(workers.begin(id(1)) == [.workerStarted(id(1)), .workerDraining(id(2))])
    #expect(workers.end(id(1)) == [])
    #expect(workers.begin(id(2)) == [.workerKept(id(2)), .workerStopped(id(1))])
  }

  @Test func moreAreWantedAgainBeforeOneHasLeft() {
    var workers = ReplayedWorkers()
    _ = workers.setTarget(2)
    _ = workers.begin(id(1))
    _ = workers.begin(id(2))
    #expect(workers.setTarget(1) == [.workerDraining(id(2))])
    #expect(workers.setTarget(3) == [.workerKept(id(2)), .workerStarted(id(3))])
    #expect(workers.end(id(2)) == [])
  }
}
