import Dashboard
import Foundation
import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore
import TestSupport
import Testing

@testable import PForApp

/// However the run ended, every item that has ended for good is exactly once in the results, the logs and the record.
///
/// The sessions are the program's own, with threads, files and a record. Only the job is made up, so that hundreds of
/// runs take seconds.
@Suite struct SettledSessionTests {
  @Test(arguments: 0..<150) func nothingIsLostOrDoubledHoweverARunEnds(seed: UInt64) throws {
    let sandbox = try Sandbox()
    var schedule = SessionSchedule(seed: seed, folder: sandbox.path)
    try schedule.runToEnd()
    #expect(schedule.problems == [], "seed \(seed): \(schedule.story)")
  }

  /// The schedules must contain every case. Otherwise, they would prove little.
  @Test func theSchedulesContainEveryCase() throws {
    var met: Set<String> = []
    for seed in 0..<60 as Range<UInt64> {
      let sandbox = try Sandbox()
      var schedule = SessionSchedule(seed: seed, folder: sandbox.path)
      try schedule.runToEnd()
      met.formUnion(schedule.met)
    }
    #expect(
      met.isSuperset(of: ["unfinished", "stopped", "halted", "revised", "resumed", "asked again", "whole at once"]))
  }
}

/// One random run: a session that ends early, and then sessions that resume it to the end.
struct SessionSchedule {
  private var random: SeededGenerator
  private let folder: String
  private let job: FlakyJob
  private let items: Int
  private let options: [String]
  private let isHalting: Bool
  private let asksAgain: Bool
  private(set) var problems: [String] = []
  private(set) var story: [String] = []
  private(set) var met: Set<String> = []
  /// How items had ended when the last session ended. Items that were stopped or left between two attempts have not.
  private var outcomes: [Int: Outcome] = [:]
  /// Items that earlier sessions left between two attempts.
  private var left: Set<Int> = []
  /// Items that are stopped.
  private var stopped: Set<Int> = []
  /// How often each item has ended for good, except by being stopped, in all sessions.
  private var endings: [Int: Int] = [:]

  init(seed: UInt64, folder: String) {
    random = SeededGenerator(seed: seed)
    self.folder = folder
    items = Int.random(in: 1...9, using: &random)
    let retries = Int.random(in: 0...2, using: &random)
    let delay = ["0ms", "1ms", "20ms", "60s"].randomElement(using: &random) ?? "0ms"
    let halts = ["soon,fail=1", "now,fail=2", "soon,done=3", "now,success=1", "soon,fail=40%"]
    let halt = Int.random(in: 0..<3, using: &random) == 0 ? halts.randomElement(using: &random) : nil
    isHalting = halt != nil
    asksAgain = Int.random(in: 0..<4, using: &random) == 0
    options =
      ["-j", "\(Int.random(in: 1...4, using: &random))", "--retries", "\(retries)", "--retry-delay", delay]
      + (halt.map { ["--halt", $0] } ?? [])
    job = FlakyJob(items: items, retries: retries, random: &random)
    story.append("\(items) items, \(options), failing \(job.failures)")
  }

  mutating func runToEnd() throws {
    try (1...items).map { "\($0)\n" }.joined().write(toFile: "\(folder)/items", atomically: true, encoding: .utf8)
    for session in 1...12 where problems.isEmpty {
      // Later sessions are not disturbed, and do not wait a minute for an attempt.
      let isWhole = try runSession(number: session, isDisturbed: session < 4)
      if isWhole { return judgeTheWhole(sessions: session) }
    }
    if problems.isEmpty, !isHalting { problems.append("the run never came to its end") }
  }

  private mutating func runSession(number: Int, isDisturbed: Bool) throws -> Bool {
    let disturbance = isDisturbed ? Disturbance.random(using: &random) : .none
    let arguments =
      ["\(folder)/items", "--run", "\(folder)/run"] + (number > 1 ? ["--resume"] : []) + [
        "-o", "\(folder)/out", "--joblog", "\(folder)/log", "--events", "\(folder)/events",
      ]
      + (disturbance.isNone ? patient(at: number) : options) + ["--", "true"]
    let session = try RecordedSession(arguments, job: job)
    story.append("session \(number): \(disturbance)")
    session.run(disturbance, asksAgain: asksAgain && isDisturbed)
    try judge(session, number)
    if number > 1 { met.insert("resumed") }
    return session.test.result.isWhole
  }

  /// Only a disturbed session may wait for a minute, because nothing else ends it.
  private func patient(at number: Int) -> [String] {
    options.prefix(4) + ["--retry-delay", "1ms"] + (number < 4 ? options.dropFirst(6) : [])
  }

  // MARK: - What must hold

  private mutating func judge(_ session: RecordedSession, _ number: Int) throws {
    let facts = session.test.facts
    let tally = facts.tally
    note(session)
    let again = session.begun.intersection(outcomes.keys).subtracting(session.asked)
    if !again.isEmpty { problems.append("session \(number): \(again) had ended and ran again") }
    for item in session.interrupted.keys { outcomes[item] = nil }
    left.subtract(session.begun)
    for (item, outcome) in session.ended { outcomes[item] = outcome == .cancelled ? nil : outcome }
    stopped.subtract(session.begun)
    stopped.formUnion(session.ended.filter { $0.value == .cancelled }.keys)
    if facts.total != nil, tally.known != items { problems.append("session \(number): \(tally) of \(items)") }

    let reader = try RunReader(path: "\(folder)/run")
    let record = try reader.record()
    let counts = record.counts
    let recorded = [counts.succeeded, counts.unsuccessful, counts.cancelled]
    let succeeded = outcomes.count { $0.value.isSuccess }
    if recorded != [succeeded, outcomes.count - succeeded, stopped.count] {
      problems.append("session \(number): recorded \(counts), ended \(outcomes), stopped \(stopped)")
    }
    // A resumed session that ends early has not read all items of the earlier ones.
    if number == 1 || session.test.result.isWhole, recorded != [tally.succeeded, tally.unsuccessful, tally.cancelled] {
      problems.append("session \(number): recorded \(counts), shown \(tally)")
    }
    if (record.state == .finished) != session.test.result.isWhole {
      problems.append("session \(number): \(record.state)")
    }
    if record.exitCode != session.test.result.exitCode {
      problems.append("session \(number): \(record.exitCode ?? -1)")
    }
    judgeStatus(session, number)
    judgeResults(session, number)
    judgeLogs(session, number)
    left.formUnion(session.interrupted.keys)
  }

  private mutating func note(_ session: RecordedSession) {
    let facts = session.test.facts
    if facts.tally.unfinished > 0 { met.insert("unfinished") }
    if facts.tally.cancelled > 0 { met.insert("stopped") }
    if facts.halted != nil { met.insert("halted") }
    if session.hasRevised { met.insert("revised") }
    if !session.asked.isEmpty { met.insert("asked again") }
    if session.test.result.isWhole { met.insert("whole at once") }
  }

  private mutating func judgeStatus(_ session: RecordedSession, _ number: Int) {
    let facts = session.test.facts
    let tally = facts.tally
    let rest = items - tally.finished + tally.cancelled
    let failures = tally.unsuccessful + tally.cancelled - (facts.halted == nil ? 0 : facts.stoppedWithRun)
    // A session that is stopped before the end of the items was met does not know that none are left.
    let isWhole = rest == 0 && facts.total != nil
    let expected = isWhole ? Int32(failures) : session.test.controller.reason?.exitCode ?? Int32(failures)
    if session.test.result.exitCode != expected {
      problems.append("session \(number): status \(session.test.result.exitCode), not \(expected): \(tally)")
    }
  }

  /// The results are those of the items that have ended, and of the last attempts at items that have not, in order.
  private mutating func judgeResults(_ session: RecordedSession, _ number: Int) {
    var expected = ""
    for item in 1...items {
      switch session.ended[item] ?? session.interrupted[item] ?? outcomes[item] {
      case .succeeded: expected += "ok \(item)\n"
      case .failed: expected += "bad \(item)\n"
      case .timedOut, .cancelled, nil: break
      }
    }
    // An unfinished item of an earlier session has its last result in the file until it is retried or the file is cut.
    let found = read("out").split(separator: "\n").filter { line in !left.contains { "bad \($0)" == line } }
      .map { "\($0)\n" }.joined()
    if found != expected {
      problems.append("session \(number): results \(found.debugDescription), not \(expected.debugDescription)")
    }
  }

  /// Each log has another line for each item that has ended in the session.
  private mutating func judgeLogs(_ session: RecordedSession, _ number: Int) {
    for (item, count) in session.endings { endings[item, default: 0] += count }
    let jobs = numbers(read("log").split(separator: "\n").dropFirst().compactMap { Int($0.prefix { $0 != "\t" }) })
    if jobs != endings { problems.append("session \(number): joblog \(jobs), ended \(endings)") }
    let ends = read("events").split(separator: "\n").filter { $0.contains("\"item ended\"") }.compactMap(Self.number)
    if numbers(ends) != endings { problems.append("session \(number): events \(numbers(ends)), ended \(endings)") }
    judgeExports(number)
  }

  /// An exported log has the newest line of each item that has ended for good, and only lines of the live log.
  private mutating func judgeExports(_ number: Int) {
    let jobs = export(.joblog).map { $0.prefix(upTo: $0.lastIndex(of: "\t") ?? $0.endIndex) }
    let live = lines("log").map { $0.prefix(upTo: $0.lastIndex(of: "\t") ?? $0.endIndex) }
    let exported = numbers(jobs.dropFirst().compactMap { Int($0.prefix { $0 != "\t" }) })
    if exported != outcomes.mapValues({ _ in 1 }) {
      problems.append("session \(number): exported \(exported), ended \(outcomes)")
    }
    if !Set(live).isSuperset(of: jobs) { problems.append("session \(number): exported \(jobs), logged \(live)") }
    let events = Set(lines("events").map(Self.withoutName))
    let missing = export(.events).filter { $0.contains("\"number\"") && !events.contains(Self.withoutName($0)) }
    if !missing.isEmpty { problems.append("session \(number): exported and not logged \(missing)") }
    let ended = numbers(export(.events).filter { $0.contains("\"item ended\"") }.compactMap(Self.number))
    if ended != exported { problems.append("session \(number): exported events \(ended), jobs \(exported)") }
  }

  /// Removes the event's name. It changes when a user asks for another attempt after the item's last one.
  private static func withoutName(_ line: Substring) -> Substring { line.drop { $0 != "," } }

  private func lines(_ name: String) -> [Substring] { read(name).split(separator: "\n") }

  private func export(_ form: RunExport) -> [Substring] {
    var all: [UInt8] = []
    try? form.export(RunReader(path: "\(folder)/run")) { all += $0 }
    return String(decoding: all, as: UTF8.self).split(separator: "\n")
  }

  private static func number(_ line: Substring) -> Int? {
    (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["number"] as? Int
  }

  private func numbers(_ items: [Int]) -> [Int: Int] { items.reduce(into: [:]) { $0[$1, default: 0] += 1 } }

  private func read(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data(), as: UTF8.self)
  }

  /// At the end, the results are those of an undisturbed run.
  private mutating func judgeTheWhole(sessions: Int) {
    let expected = (1...items).map { job.failures[$0] == .max ? "bad \($0)\n" : "ok \($0)\n" }.joined()
    // A run that gave up has failed items that would have been retried.
    if !isHalting, read("out") != expected {
      problems.append("after \(sessions) sessions: \(read("out").debugDescription)")
    }
  }
}

/// A disturbance of a session while it runs.
enum Disturbance {
  case none
  /// After this number of attempts, the run is asked to finish and then to stop, as with Ctrl-C.
  case interrupted(after: Int, times: Int)
  /// After this number of attempts, the program must end.
  case terminated(after: Int)

  var isNone: Bool { if case .none = self { true } else { false } }

  static func random(using random: inout SeededGenerator) -> Disturbance {
    let count = Int.random(in: 0...8, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return .none
    case 1, 2: return .interrupted(after: count, times: Int.random(in: 1...2, using: &random))
    default: return .terminated(after: count)
    }
  }
}
