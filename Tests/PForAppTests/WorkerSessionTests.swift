import Attempts
import Jobs
import ParallelForDashboard
import RunStore
import Synchronization
import Testing

@testable import PForApp
@testable import ParallelFor

/// One worker with a made-up job and made-up observers, without a run.
@Suite struct WorkerSessionTests {
  /// What happened, in order.
  private final class Story: Sendable {
    private let words = Mutex<[String]>([])

    var told: [String] { words.withLock { $0 } }
    func tell(_ word: String) { words.withLock { $0.append(word) } }
  }

  private struct Observer: AttemptObserver {
    let name: String
    let story: Story

    func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes) {
      story.tell("\(name) \(attempt.item.text) \(notes.place.number)")
      notes.place.number += 10
      if name == "last" { notes.result = attempt.deliverable }
    }
  }

  private let story = Story()

  private func session(_ job: MadeUpJob, observers: [String] = []) -> WorkerBody<Item, JobResult> {
    WorkerSession(
      worker: WorkerID(3), job: job,
      began: { [story] item, context in story.tell("began \(item.text) \(context.attempt)") },
      observers: observers.map { Observer(name: $0, story: story) }, left: { [story] in story.tell("left") }
    ).body
  }

  private func context(_ item: Int) -> ItemContext {
    ItemContext(item: ItemID(item), worker: WorkerID(3), cancellation: Cancellation())
  }

  private func settled(_ item: String, _ ending: AttemptEnding<JobResult>) -> ItemAttempt {
    let start = Instant(nanoseconds: 5)
    return ItemAttempt(
      input: Item(item),
      attempt: FinishedItem(
        id: ItemID(0), worker: WorkerID(3), attempt: 1, start: start, end: start + 7, outcome: ending.outcome,
        label: ""),
      due: nil, output: ending.output, settlement: .final)
  }

  @Test func theJobRunsAndItsEndingIsTheAttempts() throws {
    let body = session(
      MadeUpJob { item, context in
        var ending = JobEnding.bad("out \(item.text) \(context.worker.slot)")
        ending.note = "left a process running"
        return ending
      })
    let ending = body.run(Item("a"), context(0))
    #expect(ending.outcome == .failed(Failure("exit status 1")) && ending.note == "left a process running")
    let output = ending.output?.ending.output
    #expect(try output?.read(from: 0, count: 100) == Array("out a \(WorkerID(3).slot)".utf8))
    #expect(ending.end != nil && story.told == ["began a 1"])
  }

  @Test func observersSeeAnAttemptInOrderAndTheNotesOfThoseBefore() throws {
    let body = session(MadeUpJob { _, _ in .ok("") }, observers: ["first", "second", "last"])
    let settle = try #require(body.settled)
    #expect(settle(settled("x", body.run(Item("x"), context(0)))) != nil)
    #expect(story.told == ["began x 1", "first x 1", "second x 11", "last x 21"])
  }

  @Test func withoutAnObserverThatDeliversThereIsNoResult() throws {
    let body = session(MadeUpJob { _, _ in .ok("text") }, observers: ["first"])
    let settle = try #require(body.settled)
    #expect(settle(settled("x", body.run(Item("x"), context(0)))) == nil)
  }

  @Test func aSessionThatCannotBeOpenedFailsItsItemAndTheNextItemTriesAgain() {
    let tries = Atomic<Int>(0)
    let job = MadeUpJob(opening: { _ in
      guard tries.add(1, ordering: .relaxed).newValue > 1 else { throw AppError("no such database") }
    }) { _, _ in .ok("") }
    let body = session(job)
    #expect(body.run(Item("a"), context(0)).outcome == .failed(Failure("no such database")))
    #expect(body.run(Item("b"), context(1)).outcome == .succeeded)
    #expect(body.run(Item("c"), context(2)).outcome == .succeeded)
    #expect(tries.load(ordering: .relaxed) == 2)
  }

  @Test func aWorkerThatLeavesSaysSoEvenIfItRanNothing() {
    session(MadeUpJob { _, _ in .ok("") }).close()
    #expect(story.told == ["left"])
  }
}
