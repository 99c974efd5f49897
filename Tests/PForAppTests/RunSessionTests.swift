import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore
import SQLite
import Synchronization
import TestSupport
import Testing

@testable import PForApp

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Where, in which order and when results are written, with sessions of a made-up job.
@Suite struct RunSessionTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private var lines: [String] { sandbox.read("out").split(separator: "\n").map(String.init) }

  // MARK: - Order

  /// The first item ends only after the last one has ended.
  @Test(arguments: [false, true]) func resultsComeInTheOrderOfTheItemsOrAsTheyEnd(isUnordered: Bool) throws {
    let gate = Gate()
    let test = try TestSession(sandbox, items: 20, ["-j2"] + (isUnordered ? ["--unordered"] : [])) { item, _ in
      if item.number == 1 { gate.wait() }
      if item.number == 20 { gate.open() }
      return .ok("\(item.number)\n")
    }
    #expect(test.run().exitCode == 0 && test.result.isWhole)
    let all = (1...20).map(String.init)
    #expect(Set(lines) == Set(all) && lines.count == 20)
    #expect(isUnordered ? lines.suffix(2).contains("1") : lines == all)
  }

  /// Results that wait for the first one are held within a window. Then all are written in order.
  @Test func aSlowFirstItemHoldsResultsWithinAWindow() throws {
    let gate = Gate()
    let test = try TestSession(sandbox, items: 20_000, ["-j2"]) { item, _ in
      if item.number == 1 { gate.wait() }
      return .ok("\(item.number)\n")
    }
    test.session.start()
    let window = RunLimits().deliveryWindow
    #expect(test.wait { $0.tally.succeeded == window - 1 })
    #expect(!eventually(seconds: 0.05) { lines != [] || test.facts.tally.succeeded > window - 1 })
    gate.open()
    #expect(test.end().isWhole && lines == (1...20_000).map(String.init))
  }

  @Test func tagsComeBeforeEveryLine() throws {
    let test = try TestSession(sandbox, items: 2, ["--tag"]) { item, _ in .ok("a\nb\(item.number)\n") }
    test.run()
    #expect(sandbox.read("out") == "1\ta\n1\tb1\n2\ta\n2\tb2\n")
  }

  @Test func timedOutAndStoppedItemsHaveNoResult() throws {
    let test = try TestSession(sandbox, items: 3, ["-j1", "--timeout", "10ms"]) { item, context in
      if item.number == 2 { context.waitForCancellation() }
      return item.number == 3 ? .cut("cut\n") : .ok("ok \(item.number)\n")
    }
    test.run()
    #expect(lines == ["ok 1"] && test.facts.tally.timedOut == 1 && test.facts.tally.cancelled == 1)
  }

  // MARK: - The record

  /// Another program locks the run file, so nothing can be recorded. No result is written until it unlocks the file.
  @Test func resultsAreWrittenOnlyAfterTheyAreRecorded() throws {
    let test = try TestSession(sandbox, items: 3, ["--run", "@run"]) { item, _ in .ok("\(item.number)\n") }
    let other = try SQLiteConnection(.file("\(sandbox.path)/run"), access: .readWrite, patience: 5_000)
    try other.execute("BEGIN IMMEDIATE")
    test.session.start()
    #expect(test.wait { $0.tally.succeeded == 3 })
    #expect(!eventually(seconds: 0.05) { lines != [] })
    try other.execute("ROLLBACK")
    other.close()
    #expect(test.end().isWhole && lines == ["1", "2", "3"])
  }

  @Test func aRemovedRunFileEndsTheRunAndIsReported() throws {
    let path = "\(sandbox.path)/run"
    let test = try TestSession(sandbox, items: 400, ["-j1", "--run", "@run"]) { item, _ in
      if item.number == 1 { unlink(path) }
      return .ok("\(item.number)\n")
    }
    test.run()
    #expect(test.result.exitCode == ExitCode.couldNotRun && !test.result.isWhole)
    #expect(test.result.problem?.contains("was removed or replaced during the run") == true)
  }

  @Test func aSessionThatEndsEarlyIsContinuedWhereItStopped() throws {
    let first = try TestSession(sandbox, items: 5, ["-j1", "--run", "@run", "--halt", "soon,done=2"]) { item, _ in
      slowly()
      return .ok("\(item.number)\n")
    }
    #expect(!first.run().isWhole && lines == ["1", "2"])
    let ran = Mutex<[Int]>([])
    let second = try TestSession(sandbox, items: 5, ["-j1", "--run", "@run", "--resume"]) { item, _ in
      ran.withLock { $0.append(item.number) }
      return .ok("\(item.number)\n")
    }
    #expect(second.run().isWhole && lines == ["1", "2", "3", "4", "5"])
    #expect(ran.withLock { $0 } == [3, 4, 5] && second.facts.restored.count == 2)
    let counts = try #require(second.session.recording?.earlierCounts)
    #expect(counts.kept == 2 && counts.new == 3 && counts.gone == 0)
  }

  // MARK: - Readers

  /// The reader exists and reads nothing. The run ends anyway when its patience is over, and says so.
  @Test func unreadResultsAreGivenUp() throws {
    let (writing, other) = Unread.pipe.ends()
    defer { close(other) }
    let sink = ByteSink(descriptor: writing, ownsDescriptor: true)
    let test = try TestSession(sandbox, items: 3, output: sink) { _, _ in .ok(String(repeating: "x", count: 1 << 20)) }
    test.session.start()
    #expect(test.wait { $0.tally.succeeded == 3 } && !test.session.isDelivered)
    test.session.giveUpReaders(after: 1)
    #expect(test.end().exitCode == ExitCode.couldNotRun)
    #expect(test.result.problem?.contains("cannot be written") == true, "\(test.result)")
  }

  @Test func aReaderThatClosesTheOutputEndsTheRunQuietly() throws {
    let (writing, other) = Unread.pipe.ends()
    close(other)
    signal(SIGPIPE, SIG_IGN)
    let sink = ByteSink(descriptor: writing, ownsDescriptor: true)
    let test = try TestSession(sandbox, items: 100_000, ["-j1"], output: sink) { _, _ in .ok("x\n") }
    test.run()
    #expect(test.result.exitCode == ExitCode.outputClosed && test.result.problem == nil)
    #expect(test.facts.tally.succeeded < 100_000)
  }

  // MARK: - Items

  @Test func itemsThatCannotBeReadFailTheRunAfterThoseBefore() throws {
    try sandbox.write("a\n1\n2\n\"x\n", to: "ids.csv")
    let job = MadeUpJob { item, _ in .ok("\(item.text)\n") }
    let test = try TestSession(["\(sandbox.path)/ids.csv", "--no-run", "-o", "\(sandbox.path)/out"], job: job)
    test.run()
    #expect(test.result.exitCode == ExitCode.couldNotRun && lines == ["1", "2"])
    let end = "expected a closing quote before the end of the file; the items before it have run"
    #expect(test.result.problem?.hasSuffix(end) == true)
  }

  @Test func theTotalIsCountedWhileTheFirstItemRuns() throws {
    let gate = Gate()
    let test = try TestSession(sandbox, items: 9_000, ["-j1"]) { _, _ in
      gate.wait()
      return .ok("")
    }
    test.session.start()
    #expect(test.wait { $0.total == 9_000 && $0.itemsRead < 9_000 })
    gate.open()
    #expect(test.end().isWhole)
  }

  @Test func aRunningItemIsKnownToTheDashboard() throws {
    let gate = Gate()
    let test = try TestSession(sandbox, items: 1, ["-j1"]) { _, _ in
      gate.wait()
      return .ok("")
    }
    test.session.start()
    #expect(test.wait { $0.tally.running == 1 } && gate.waitForArrivals(1))
    let row = try #require(test.facts.everyWorker.first)
    let running = test.session.running?.item(ItemID(0), on: row.id)
    gate.open()
    test.end()
    #expect(running?.text == "1")
  }
}
