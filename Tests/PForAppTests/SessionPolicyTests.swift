import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore
import Synchronization
import TestSupport
import Testing

@testable import PForApp

/// Retries, timeouts, halting and time budgets, with sessions of a made-up job.
@Suite struct SessionPolicyTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private var lines: [String] { sandbox.read("out").split(separator: "\n").map(String.init) }

  // MARK: - Retries

  /// Item 1 needs one attempt, item 2 two, item 3 fails every time.
  @Test func aFailedItemIsTriedAgainAndOnlyItsLastOutputCounts() throws {
    let test = try TestSession(sandbox, items: 3, ["-j1", "--retries", "2"]) { item, context in
      let text = "\(item.number) \(context.attempt)\n"
      return item.number == 3 || context.attempt < item.number ? .bad(text) : .ok(text)
    }
    #expect(test.run().exitCode == 1 && lines == ["1 1", "2 2", "3 3"])
  }

  @Test(arguments: ["", "--unordered"]) func anItemThatIsTriedAgainByHandHasItsNewResultInItsPlace(order: String) throws
  {
    let gate = Gate()
    let tries = Mutex<[Int: Int]>([:])
    let options = ["-j2", "--run", "@run"] + (order.isEmpty ? [] : [order])
    let test = try TestSession(sandbox, items: 4, options) { item, _ in
      if item.number == 4 { gate.wait() }
      let attempt = tries.withLock { tries in
        tries[item.number, default: 0] += 1
        return tries[item.number] ?? 0
      }
      return item.number == 2 && attempt == 1 ? .bad("bad 2\n") : .ok("good \(item.number)\n")
    }
    test.session.start()
    #expect(test.wait { $0.tally.failed == 1 && $0.tally.succeeded == 2 && $0.delivery.next.position >= 3 })
    #expect(eventually { lines.contains("bad 2") && lines.count == 3 })
    #expect(test.session.retry([ItemID(1)]) == 1 && test.session.retry([ItemID(0)]) == 0)
    #expect(test.wait { $0.tally.succeeded == 3 && $0.tally.failed == 0 })
    gate.open()
    #expect(test.end().isWhole && test.result.exitCode == 0 && !test.session.isOutOfOrder)
    #expect(lines == (1...4).map { "good \($0)" })
  }

  /// A pipe keeps what it got, and gets the new result too.
  @Test func withoutARecordTheNewResultComesLate() throws {
    let gate = Gate()
    let tries = Atomic<Int>(0)
    let test = try TestSession(sandbox, items: 2, ["-j2"]) { item, _ in
      guard item.number == 1 else {
        gate.wait()
        return .ok("2\n")
      }
      return tries.add(1, ordering: .relaxed).newValue == 1 ? .bad("bad\n") : .ok("good\n")
    }
    test.session.start()
    #expect(test.wait { $0.tally.failed == 1 } && eventually { lines == ["bad"] })
    #expect(test.session.retry([ItemID(0)]) == 1)
    #expect(test.wait { $0.tally.succeeded == 1 })
    gate.open()
    test.end()
    #expect(lines.first == "bad" && lines.dropFirst().sorted() == ["2", "good"] && test.session.isOutOfOrder)
  }

  // MARK: - Time

  /// The item succeeds when it is asked to end, but it was late.
  @Test func anItemThatTakesTooLongHasTimedOutEvenIfItEndsWell() throws {
    let test = try TestSession(sandbox, items: 2, ["-j2", "--timeout", "20ms"]) { item, context in
      if item.number == 2 { context.waitForCancellation() }
      return .ok("\(item.number)\n")
    }
    #expect(test.run().exitCode == 1 && lines == ["1"])
    #expect(test.facts.tally.timedOut == 1 && test.facts.failures.count == 1)
  }

  @Test func anItemThatIgnoresItsTimeoutIsAskedMoreUrgently() throws {
    let test = try TestSession(sandbox, items: 1, ["--timeout", "5ms", "--grace", "5ms"]) { _, context in
      let urgency = Mutex<StopUrgency?>(nil)
      context.onCancel { requested in urgency.withLock { $0 = requested } }
      #expect(eventually { urgency.withLock { $0 } == .kill })
      return .cut()
    }
    #expect(test.run().exitCode == 1 && test.facts.tally.timedOut == 1)
  }

  /// The time budget ends long before the retry, which waits for an hour. The last result is delivered.
  @Test func theTimeBudgetEndsARunThatOnlyWaits() throws {
    let options = ["--run", "@run", "--retries", "1", "--retry-delay", "1h", "--time-budget", "50ms"]
    let test = try TestSession(sandbox, items: 1, options) { _, _ in .bad("try\n") }
    #expect(test.run().exitCode == ExitCode.outOfTime && !test.result.isWhole && lines == ["try"])
    #expect(try RunReader(path: "\(sandbox.path)/run").record().state == .interrupted)
  }

  // MARK: - Halting

  @Test func haltingSoonStartsNoFurtherItems() throws {
    let test = try TestSession(sandbox, items: 100, ["-j1", "--halt", "soon,fail=2"]) { item, _ in
      slowly()
      return item.number < 5 ? .ok("\(item.number)\n") : .bad("\(item.number)\n")
    }
    #expect(test.run().exitCode == 2 && lines == ["1", "2", "3", "4", "5", "6"], "\(test.result) \(lines)")
    #expect(test.facts.halted?.manner == .soon && test.facts.tally.finished == 6, "\(test.facts.tally)")
  }

  /// Items that a halt stops have not failed.
  @Test(arguments: [("now,fail=1", 1 as Int32), ("now,success=1", 0), ("soon,success=1", 0)])
  func haltingNowEndsRunningItems(rule: String, status: Int32) throws {
    let gate = Gate()
    let test = try TestSession(sandbox, items: 3, ["-j2", "--halt", rule]) { item, context in
      slowly()
      if item.number == 1 {
        gate.letThrough(1)
        if rule.hasPrefix("now") { context.waitForCancellation() }
        return rule.hasPrefix("now") ? .cut() : .ok("")
      }
      gate.wait()
      slowly()
      return rule.contains("fail") ? .bad("") : .ok("")
    }
    #expect(test.run().exitCode == status)
    #expect(test.facts.tally.cancelled == (rule.hasPrefix("now") ? 1 : 0) && test.facts.tally.finished <= 2)
  }

  // MARK: - Requests

  @Test(arguments: [1, 2]) func anInterruptedRunLetsItsItemsEndOrStopsThem(times: Int) throws {
    let gate = Gate()
    let test = try TestSession(sandbox, items: 9, ["-j2", "--run", "@run"]) { item, context in
      gate.wait()
      if times == 2 { context.waitForCancellation() }
      return context.isCancelled ? .cut() : .ok("\(item.number)\n")
    }
    test.session.start()
    #expect(gate.waitForArrivals(2))
    for _ in 0..<times { test.controller.interrupted(at: MonotonicClock.now) }
    gate.open()
    #expect(test.end().exitCode == ExitCode.interrupted && !test.result.isWhole)
    #expect(test.facts.tally.succeeded == (times == 1 ? 2 : 0) && test.facts.tally.cancelled == (times == 1 ? 0 : 2))
    #expect(lines == (times == 1 ? ["1", "2"] : []))
  }

  @Test func aTerminatedRunAsksItsItemsToEndAfterTheGraceAndThenKillsThem() throws {
    let urgencies = Mutex<[StopUrgency]>([])
    let test = try TestSession(sandbox, items: 1, ["-j1"]) { _, context in
      context.onCancel { urgency in urgencies.withLock { $0.append(urgency) } }
      _ = eventually { urgencies.withLock { $0 }.last == .kill }
      return .cut()
    }
    test.session.start()
    #expect(test.wait { $0.tally.running == 1 })
    test.controller.mustEnd(.terminated, at: MonotonicClock.now)
    #expect(test.end().exitCode == ExitCode.terminated)
    #expect(urgencies.withLock { $0 }.last == .kill)
  }
}
