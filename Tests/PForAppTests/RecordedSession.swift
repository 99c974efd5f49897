import ArgumentParser
import Attempts
import Dashboard
import Foundation
import Jobs
import ParallelFor
import ParallelForDashboard
import TestSupport

@testable import PForApp

/// A session with a random disturbance, and the facts in its events.
final class RecordedSession {
  let test: TestSession
  private let job: FlakyJob
  /// The outcomes of items, and those of the last attempts at items that have not ended, by number.
  private(set) var ended: [Int: Outcome] = [:]
  private(set) var interrupted: [Int: Outcome] = [:]
  /// How often items have ended for good.
  private(set) var endings: [Int: Int] = [:]
  /// Items that a user asked to retry.
  private(set) var asked: Set<Int> = []
  /// Whether a failed attempt became its item's last one when the run gave up.
  private(set) var hasRevised = false
  private var last: [Int: FinishedItem] = [:]
  private var attempts = 0

  /// The items that have begun in this session.
  var begun: Set<Int> { job.begun }

  init(_ arguments: [String], job: FlakyJob) throws {
    self.job = job
    job.forgetBegun()
    test = try TestSession(arguments, job: job)
    test.observe = { [unowned self] in note($0) }
  }

  /// Runs to the end, disturbed at one moment.
  func run(_ disturbance: Disturbance, asksAgain: Bool) {
    test.session.start()
    var left = disturbance
    let deadline = ContinuousClock.now + .seconds(240)
    while test.facts.state != .done || !test.session.isDelivered, ContinuousClock.now < deadline {
      test.takeEvents()
      if asksAgain { askAgain() }
      disturb(&left)
      sched_yield()
    }
    test.conclude()
  }

  private func disturb(_ disturbance: inout Disturbance) {
    switch disturbance {
    case .interrupted(let count, let times) where attempts >= count || onlyWaits:
      for _ in 0..<times { test.controller.interrupted(at: MonotonicClock.now) }
    case .terminated(let count) where attempts >= count || onlyWaits:
      test.controller.mustEnd(.terminated, at: MonotonicClock.now)
    default: return
    }
    disturbance = .none
  }

  private var onlyWaits: Bool {
    let tally = test.facts.tally
    return tally.waiting > 0 && tally.running == 0 && tally.queued == 0
  }

  /// Asks once for each item that has failed.
  private func askAgain() {
    for (number, outcome) in ended where !outcome.isSuccess && !asked.contains(number) {
      if test.session.retry([ItemID(number - 1)]) == 1 { asked.insert(number) }
    }
  }

  private func note(_ event: RunEvent.Kind) {
    switch event {
    case .itemFinished(let item): finished(item)
    case .attemptFailed(let item, _):
      attempts += 1
      last[item.id.number] = item
      ended[item.id.number] = nil
    case .itemInterrupted(let item):
      attempts += 1
      ended[item.id.number] = nil
      interrupted[item.id.number] = item.outcome
    default: return
    }
  }

  private func finished(_ item: FinishedItem) {
    let number = item.id.number
    attempts += 1
    // An item that was asked for and could not start has ended as before.
    let isOld = ended[number] != nil && last[number] == item
    if !isOld, last[number] == item { hasRevised = true }
    if !isOld, item.outcome != .cancelled { endings[number, default: 0] += 1 }
    ended[number] = item.outcome
    last[number] = item
  }
}

/// A job whose items fail a random number of times before they succeed.
final class FlakyJob: Job, @unchecked Sendable {
  /// How often each item fails before it succeeds; the largest number means always.
  let failures: [Int: Int]
  private let steps: [Int: Int]
  private let lock = Lock()
  private var attempts: [Int: Int] = [:]
  private var begunItems: Set<Int> = []

  let title = "made up"

  init(items: Int, retries: Int, random: inout SeededGenerator) {
    var failures: [Int: Int] = [:]
    var steps: [Int: Int] = [:]
    for item in 1...items {
      failures[item] = [0, 0, Int.random(in: 0...retries, using: &random), .max].randomElement(using: &random)
      steps[item] = [0, 0, 30, 3_000].randomElement(using: &random)
    }
    self.failures = failures
    self.steps = steps
  }

  /// The items that have begun since the last ``forgetBegun()``.
  var begun: Set<Int> { lock.withLock { begunItems } }

  func forgetBegun() { lock.withLock { begunItems = [] } }

  func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String { title }

  func openSession(for worker: WorkerID) throws -> any JobSession { FlakySession(self) }

  fileprivate func run(_ number: Int, _ context: ItemContext) -> JobEnding {
    let attempt = lock.withLock {
      begunItems.insert(number)
      attempts[number, default: 0] += 1
      return attempts[number] ?? 0
    }
    for _ in 0..<(steps[number] ?? 0) where !context.isCancelled { sched_yield() }
    if context.isCancelled {
      lock.withLock { attempts[number] = attempt - 1 }
      return JobEnding(outcome: .cancelled, output: .text("cut \(number)\n"))
    }
    let isGood = attempt > failures[number] ?? 0
    return JobEnding(
      outcome: isGood ? .succeeded : .failed(Failure("exit status 1")),
      output: .text("\(isGood ? "ok" : "bad") \(number)\n"))
  }
}

private final class FlakySession: JobSession {
  private let job: FlakyJob

  init(_ job: FlakyJob) { self.job = job }

  func run(_ item: Item, in context: ItemContext) -> JobEnding {
    job.run(Int(String(decoding: item.bytes, as: UTF8.self)) ?? 0, context)
  }

  func close() {}
}
