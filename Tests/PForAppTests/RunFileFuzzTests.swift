import Attempts
import Dashboard
import DashboardView
import Foundation
import ParallelFor
import ParallelForDashboard
import Screen
import TestSupport
import Testing

@testable import PForApp
@testable import RunStore

/// Summaries and replays of run files that no recorder has written. All contents are shown, or are an error.
@Suite struct RunFileFuzzTests {
  private static let rounds = 15
  private static let items = 60

  private let sandbox: Sandbox
  private var file: String { "\(sandbox.path)/file.run" }

  init() throws { sandbox = try Sandbox() }

  @Test(arguments: 0..<6) func anyRunFileIsShownOrAnError(seed: Int) throws {
    let whole = try recorded()
    var random = SeededGenerator(seed: UInt64(seed))
    for round in 0..<Self.rounds {
      try Data(round % 2 == 0 ? random.damaged(whole) : whole).write(to: URL(fileURLWithPath: file))
      if round % 2 == 1 { try changeValues(&random) }
      attempt {
        let reader = try RunReader(path: file)
        defer { reader.close() }
        attempt { _ = try RunSummary(reader).lines }
        attempt { try replay(reader) }
      }
      _ = RunTable([HistoryEntry(path: file)]).lines()
    }
  }

  @Test func sessionsThatNeverEndAreNotAddedUp() throws {
    _ = try recorded()
    let database = try RunDatabase(path: file, access: .write)
    let latest = Int64(1) << 61
    try database.execute(
      """
      UPDATE changes SET checksum = NULL, time = CASE kind WHEN 'session ended' THEN \(latest) ELSE 0 END;
      UPDATE run SET unchecked = 1;
      """)
    database.checks = .all
    try RunRow.seal(database)
    database.close()
    try replay(RunReader(path: file))
  }

  private func attempt(_ body: () throws -> Void) {
    do { try body() } catch { #expect(error is RunStoreError || error is AppError, "\(error)") }
  }

  // MARK: - Files

  private func recorded() throws -> [UInt8] {
    let start: Int64 = 1_700_000_000_000_000_000
    let run = RunRecord(
      id: "run", created: start, title: "echo {}", kind: "command", command: ["echo", "{}"], source: "ids",
      directory: "/somewhere", options: [:])
    let recorder = try RunRecorder(RunFile.create(at: file, run, durability: .programEnd))
    for session in 0..<8 {
      let begin = start + Int64(session) * 10_000_000
      recorder.record(RunChange(time: begin, kind: .sessionBegan, value: 3))
      recorder.record(RunChange(time: begin + 8_000_000, kind: .sessionEnded, value: 12))
    }
    for number in 1...Self.items {
      let item = RecordedItem(number: number, text: .text("item \(number)"))
      let outcome: Outcome = number % 5 == 0 ? .failed(Failure("exit status 1")) : .succeeded
      var attempt = EndedAttempt(
        worker: 1 + number % 3, start: start + Int64(number) * 1_000_000, latency: 2_000_000, outcome: outcome)
      if number % 7 == 0 {
        recorder.record(item, attempt, output: .text("early"), isFinal: false)
        attempt.attempt = 2
      }
      recorder.record(item, attempt, output: .text("line \(number)\n"), errors: .text("oh\n"))
    }
    recorder.record(RunChange(time: start + 9_000_000, kind: .paused))
    recorder.recordTotal(Self.items)
    #expect(recorder.finish(.finished, exitCode: 12, at: start + 90_000_000) == nil)
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
  }

  private func changeValues(_ random: inout SeededGenerator) throws {
    let columns = [
      "run.created", "run.total", "run.latest", "run.ended", "run.command", "run.succeeded", "items.number",
      "items.start", "items.latency", "items.worker", "items.attempt", "items.outcome", "items.text", "items.output",
      "attempts.start", "attempts.attempt", "changes.time", "changes.kind", "changes.value",
    ].map { $0.split(separator: ".") }
    let database = try RunDatabase(path: file, access: .write)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let column = try #require(columns.randomElement(using: &random))
      let rows = "rowid % \(Int.random(in: 1...7, using: &random)) = 0"
      // Some columns take no NULL.
      try? database.execute("UPDATE \(column[0]) SET \(column[1]) = \(random.unexpectedValue()) WHERE \(rows)")
    }
  }

  // MARK: - The replay

  /// Plays to some places, also backwards, and reads everything that a user could see there.
  private func replay(_ reader: RunReader) throws {
    let run = try ReplayedRun(reader)
    var dashboard = Dashboard(
      title: run.record.title, source: run.record.source,
      replay: ReplayClock(speed: .infinity, length: run.length, at: MonotonicClock.now))
    for place in [0, run.length / 3, run.length, run.length / 5, run.length] {
      if run.play(to: place) { dashboard.rewind() }
      repeat { for event in run.takeEvents() { dashboard.apply(event) } } while run.isBehind
      look(at: dashboard, of: run)
    }
  }

  private func look(at dashboard: Dashboard, of run: ReplayedRun) {
    var dashboard = dashboard
    let view = DashboardView()
    let size = Size(width: 120, height: 36)
    for page in Page.allCases {
      _ = dashboard.perform(.show(page), at: dashboard.live.latest)
      dashboard.rows = view.layout(for: size, of: dashboard).rows
      dashboard.showResults(dashboard.visibleResults.compactMap { run.archive?.row($0) })
      _ = view.draw(dashboard, at: dashboard.live.latest, size: size)
    }
    for position in stride(from: 0, to: Self.items, by: 9) {
      _ = run.archive?.detail(ItemID(position)) { run.invocation(of: $0, id: ItemID(position), worker: $1) }
    }
    for filter in [ResultFilter.failed, .slow, .text("line 7")] {
      _ = run.archive?.matches(filter, in: 0..<Self.items, slowLimit: 1)
    }
  }
}
