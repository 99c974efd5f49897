import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import TestSupport
import Testing

@testable import PForApp

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The logs that a session writes while it runs.
@Suite struct SessionLogTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func lines(_ name: String) -> [String] { sandbox.read(name).split(separator: "\n").map(String.init) }
  private var numbers: [Int] { lines("job").compactMap { Int($0.prefix { $0 != "\t" }) } }

  private static let both = ["--joblog", "@job", "--events", "@events"]

  @Test func aLineIsThereWhileTheNextItemRuns() throws {
    let gate = Gate()
    let test = try TestSession(sandbox, items: 2, ["-j1"] + Self.both) { item, _ in
      if item.number == 2 { gate.wait() }
      return .ok("")
    }
    test.session.start()
    #expect(eventually { numbers == [1] && lines("events").contains { $0.contains("\"number\":1") } })
    gate.open()
    #expect(test.end().isWhole && numbers == [1, 2])
  }

  /// A failed attempt has an event, but a line in the job log only if no other follows.
  @Test func retriesAreEventsAndNoJobs() throws {
    let test = try TestSession(sandbox, items: 2, ["-j1", "--retries", "1"] + Self.both) { item, context in
      context.attempt == 1 ? .bad("") : .ok("\(item.number)\n")
    }
    test.run()
    #expect(numbers == [1, 2] && lines("job").allSatisfy { $0.hasPrefix("Seq") || $0.contains("\t0\t0\t") })
    #expect(lines("events").count { $0.contains("\"attempt ended\"") } == 2)
    #expect(lines("events").count { $0.contains("\"item ended\"") } == 2)
    #expect(lines("events").last?.contains("session ended") == true)
  }

  @Test func aResumedSessionAppendsAfterALineThatWasCutOff() throws {
    let halt = ["--halt", "soon,done=1"]
    let options = ["-j1", "--run", "@run"] + Self.both
    try TestSession(sandbox, items: 3, options + halt) { _, _ in .ok("") }.run()
    try sandbox.write(sandbox.read("job") + "torn", to: "job")
    let second = try TestSession(sandbox, items: 3, options + ["--resume"]) { _, _ in .ok("") }
    #expect(second.run().isWhole && numbers == [1, 2, 3])
    #expect(lines("job").contains("torn") && lines("job").count { $0.hasPrefix("Seq") } == 1)
    #expect(lines("events").count { $0.contains("run began") } == 1)
    #expect(lines("events").count { $0.contains("session began") } == 2)
  }

  @Test func aNewRunReplacesTheLog() throws {
    for items in [5, 2] { try TestSession(sandbox, items: items, Self.both) { _, _ in .ok("") }.run() }
    #expect(numbers.sorted() == [1, 2])
  }

  @Test(arguments: ["none/job", "ids", "out", ".", "run"]) func aFileThatCannotBeALogIsRefusedAndKept(name: String)
    throws
  {
    let error = #expect(throws: AppError.self) {
      try TestSession(sandbox, items: 1, ["--run", "@run", "--joblog", "@\(name)"]) { _, _ in .ok("") }
    }
    #expect(error?.description.hasPrefix("\(sandbox.path)/\(name): ") == true, "\(error?.description ?? "")")
    #expect(sandbox.read("ids") == "1\n")
    // A run that cannot start leaves no record to resume. The log's own name may be there.
    #expect(name == "run" || access("\(sandbox.path)/run", F_OK) != 0)
  }

  @Test func twoLogsInOneFileAreRefused() throws {
    #expect(throws: AppError.self) {
      try TestSession(sandbox, items: 1, ["--joblog", "@log", "--events", "@log"]) { _, _ in .ok("") }
    }
  }

  @Test func aRemovedLogIsReportedAndTheRunContinues() throws {
    let path = "\(sandbox.path)/job"
    let test = try TestSession(sandbox, items: 3, ["-j1", "--joblog", "@job"]) { item, _ in
      if item.number == 1 { unlink(path) }
      return .ok("\(item.number)\n")
    }
    #expect(test.run().exitCode == ExitCode.couldNotRun && lines("out") == ["1", "2", "3"])
    #expect(test.result.problem?.hasPrefix("\(path): is missing: the file was removed") == true)
    #expect(test.session.failedLogs.map(\.path) == [path])
  }

  #if os(Linux)
    @Test func aFullDiskEndsTheLogAndNotTheRun() throws {
      let test = try TestSession(sandbox, items: 3, ["-j1", "--joblog", "/dev/full"]) { item, _ in
        .bad("\(item.number)\n")
      }
      // The items' own failures come before that of the log.
      #expect(test.run().exitCode == 3 && lines("out") == ["1", "2", "3"])
      #expect(test.result.problem?.hasPrefix("/dev/full: cannot be written") == true)
    }
  #endif

  /// The pipe has a reader that reads nothing. Thousands of lines fill it, and workers wait until the reader is given
  /// up.
  @Test func anUnreadLogDelaysTheRunOnlyUntilItIsGivenUp() throws {
    let path = "\(sandbox.path)/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(reader) }
    let test = try TestSession(sandbox, items: 30_000, ["-j1", "--events", "@pipe"]) { _, _ in .ok("") }
    test.session.start()
    #expect(test.wait { $0.tally.succeeded > 8_000 })
    test.session.giveUpReaders(after: 1)
    #expect(test.end().exitCode == ExitCode.couldNotRun && test.facts.tally.succeeded == 30_000)
    #expect(test.result.problem?.contains("this log ends there") == true)
  }
}
