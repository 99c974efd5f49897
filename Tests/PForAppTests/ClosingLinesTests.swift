import Dashboard
import Jobs
import ParallelFor
import Testing

@testable import PForApp
@testable import RunStore

/// The end of a run: its exit status, and the lines that are printed.
@Suite struct ClosingLinesTests {
  private static func result(_ status: Int32 = 0, _ problem: String? = nil, isWhole: Bool = true) -> RunResult {
    let facts = Dashboard(title: "", source: "").live
    var result = RunResult(facts: facts, requested: nil, delivery: nil, inputError: nil, destination: "")
    (result.exitCode, result.problem, result.isWhole) = (status, problem, isWhole)
    return result
  }

  private static func lines(
    _ result: RunResult = result(), isQuiet: Bool = false, hasResults: Bool = true,
    _ change: (inout ClosingLines) -> Void = { _ in }
  ) -> [String] {
    var closing = ClosingLines(result: result, isQuiet: isQuiet, hasResults: hasResults, source: .file("ids"))
    change(&closing)
    return closing.lines { ["summary"] }
  }

  private static let record = ClosingLines.Record(name: "20261130-1")

  @Test func aRunThatEndedWellHasItsSummary() {
    #expect(Self.lines() == ["summary"])
    #expect(Self.lines { $0.record = Self.record } == ["summary"])
    #expect(Self.lines(isQuiet: true) == [])
  }

  @Test func aProblemIsReportedEvenQuietly() {
    #expect(Self.lines(Self.result(255, "no space")) == ["summary", "pfor-tui: no space"])
    #expect(Self.lines(Self.result(255, "no space"), isQuiet: true) == ["pfor-tui: no space"])
    // A summary of nothing would only hide the problem.
    #expect(Self.lines(Self.result(255, "no items"), hasResults: false) == ["pfor-tui: no items"])
  }

  @Test func aReaderThatHasLeftGetsNothing() {
    #expect(Self.lines(Self.result(ExitCode.outputClosed, isWhole: false)) { $0.record = Self.record } == [])
  }

  @Test func anUnfinishedRunNamesTheCommandThatContinuesIt() {
    let result = Self.result(130, isWhole: false)
    #expect(
      Self.lines(result) { $0.record = Self.record } == ["summary", "to continue: pfor-tui resume 20261130-1"])
    let piped = Self.lines(result) {
      $0.record = ClosingLines.Record(name: "my run")
      $0.source = .standardInput
    }
    #expect(piped.last == "to continue, pipe the items in again: pfor-tui resume 'my run'")
    #expect(Self.lines(result) { $0.record = ClosingLines.Record(name: "run", isThere: false) } == ["summary"])
    #expect(Self.lines(result, isQuiet: true) { $0.record = Self.record } == [])
  }

  @Test func failuresEndWithTheCommandThatRunsThemAgain() {
    let again = Self.lines(Self.result(3)) { ($0.record, $0.failed) = (Self.record, 3) }
    #expect(again == ["summary", "to run failed items again: pfor-tui resume --failed 20261130-1"])
    let unfinished = Self.lines(Self.result(130, isWhole: false)) { ($0.record, $0.failed) = (Self.record, 3) }
    #expect(unfinished.suffix(2).map { $0.prefix(11) } == ["to continue", "to run fail"])
    #expect(Self.lines(Self.result(3)) { $0.failed = 3 } == ["summary"])
  }

  @Test func aResumedRunReportsWhatItFound() {
    var counts = EarlierItems.Counts()
    (counts.kept, counts.again, counts.new, counts.gone) = (3, 1, 2, 0)
    let found = "resumed: 3 done before, 1 run again, 2 run for the first time"
    #expect(Self.lines { $0.record = ClosingLines.Record(name: "r", earlier: counts) } == ["summary", found])
    counts.gone = 4
    let gone = "no longer in ids: 4 recorded items"
    #expect(Self.lines { $0.record = ClosingLines.Record(name: "r", earlier: counts) } == ["summary", found, gone])
    let unfinished = Self.lines(Self.result(130, isWhole: false)) {
      $0.record = ClosingLines.Record(name: "r", earlier: counts)
    }
    #expect(unfinished == ["summary", gone, "to continue: pfor-tui resume r"])
  }

  @Test(arguments: [(ItemFileChange.changed, "was changed"), (.grown, "has grown"), (.replaced, "was replaced")])
  func aChangedItemsFileIsReported(change: ItemFileChange, words: String) {
    #expect(Self.lines { $0.change = change }.last?.hasPrefix("pfor-tui: ids: \(words)") == true)
    #expect(Self.lines(isQuiet: true) { $0.change = change } == [])
  }

  @Test func leftoverFilesAreReportedEvenQuietly() {
    let record = ClosingLines.Record(name: "r", leftovers: ["r-tail: is left over"])
    #expect(Self.lines(isQuiet: true) { $0.record = record } == ["pfor-tui: r-tail: is left over"])
  }

  @Test func lateResultsAndIncompleteLogsAreReported() {
    #expect(Self.lines { $0.isOutOfOrder = true }.last?.contains("come after results") == true)
    let lines = Self.lines {
      $0.record = Self.record
      $0.failedLogs = [LogRequest(form: .joblog, path: "a b")]
    }
    #expect(lines.last == "to write the log again: pfor-tui export 20261130-1 --joblog -o 'a b'")
  }

  // MARK: - The exit status

  private static func facts(_ events: [RunEvent.Kind]) -> RunFacts {
    var dashboard = Dashboard(title: "", source: "")
    for (index, kind) in events.enumerated() {
      dashboard.apply(RunEvent(sequence: UInt64(index), instant: Instant(nanoseconds: Int64(index)), kind: kind))
    }
    return dashboard.live
  }

  private static func ended(_ item: Int, _ outcome: Outcome) -> RunEvent.Kind {
    let instant = Instant(nanoseconds: 0)
    return .itemFinished(
      FinishedItem(
        id: ItemID(item), worker: WorkerID(0), attempt: 1, start: instant, end: instant, outcome: outcome, label: ""))
  }

  private static func status(
    _ events: [RunEvent.Kind], requested: Int32? = nil, delivery: ByteSink.Problem? = nil, input: String? = nil,
    recording: String? = nil, unmet: Int = 0
  ) -> Int32 {
    RunResult(
      facts: facts(events), requested: requested, delivery: delivery, inputError: input, recording: recording,
      unmetFailures: unmet, destination: "out"
    ).exitCode
  }

  @Test func theStatusSaysWhatHappened() {
    let failure = Outcome.failed(Failure("no"))
    let whole: [RunEvent.Kind] = [.itemsRead(2), .totalKnown(2)]
    let good = whole + [Self.ended(0, .succeeded), Self.ended(1, .succeeded)]
    let bad = whole + [Self.ended(0, failure), Self.ended(1, .timedOut)]
    #expect(Self.status(good) == 0 && Self.status(bad) == 2 && Self.status(good, unmet: 3) == 3)
    #expect(Self.status(good, requested: 130) == 0, "the request came after the last item")
    #expect(Self.status(whole + [Self.ended(0, .succeeded)], requested: 130) == 130)
    #expect(Self.status(good, delivery: .closed) == ExitCode.outputClosed)
    #expect(Self.status(good, delivery: .failed("no space")) == ExitCode.couldNotRun)
    #expect(Self.status(good, requested: 143, delivery: .unread) == 143)
    #expect(Self.status(good, input: "ids:3: bad") == ExitCode.couldNotRun)
    #expect(Self.status(good, delivery: .closed, recording: "no space") == ExitCode.couldNotRun)
    #expect(ExitCode.failures(100) == 100 && ExitCode.failures(101) == 101 && ExitCode.failures(5_000) == 101)
  }

  @Test func anIncompleteLogOrRecordFailsARunThatWentWell() {
    var log = Self.result()
    log.note(["job: cannot be written"])
    #expect(log.exitCode == ExitCode.couldNotRun && log.problem == "job: cannot be written" && log.isWhole)
    var failed = Self.result(3)
    failed.note(["job: cannot be written"])
    #expect(failed.exitCode == 3)
    var record = Self.result()
    record.note(record: "no space")
    #expect(record.exitCode == ExitCode.couldNotRun && !record.isWhole)
    #expect(record.problem == "no space; the record of this run is incomplete")
  }
}
