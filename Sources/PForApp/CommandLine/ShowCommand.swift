import ArgumentParser
import Attempts
import Dashboard
import DashboardView
import ParallelFor
import ParallelForDashboard
import RunStore

/// Summarizes a recorded run.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", _superCommandName: "pfor-tui", abstract: "Summarize a recorded run.",
    usage: "pfor-tui show [RUN] [--failed] [--json]")

  @Argument(help: ArgumentHelp(RunNames.help, valueName: "run"))
  var name: String?

  @Flag(help: "Also list every item that failed, with its last line on standard error.")
  var failed = false

  @Flag(help: "Print the summary as one JSON object on one line.")
  var json = false

  func run() throws {
    PForTUI.exit(after: { () throws(AppError) in
      let reader = try RunNames.open(name)
      let output = CommandOutput()
      if json {
        output.write(
          try RunNames.translated { () throws(RunStoreError) in
            RunSummaryText.line(
              try reader.record(), latency: try reader.latencies(), why: RunSummary.why(try RunSummary.reasons(reader)))
          })
      } else {
        let summary = try RunNames.translated { () throws(RunStoreError) in try RunSummary(reader, listsAll: failed) }
        for line in summary.lines { output.write(line: line) }
        if failed {
          try RunNames.translated { () throws(RunStoreError) in try summary.listFailures(output.write(line:)) }
        }
      }
      return output.finish()
    })
  }
}

/// The summary of a run in a few readable lines.
struct RunSummary {
  private static let failuresShown = 10
  private static let reasonsShown = 3
  private static let labelWidth = 10
  /// The columns of a line about a group of failures.
  private static let lineWidth = 110
  /// The most characters of a reason or a command that are shown; `export` has all of them.
  private static let longestText = 20_000

  private let format = Formatting()
  private let path: String
  private let run: RunRecord
  private let latency: LatencyFigures
  private let failures: [ItemRecord]
  /// All failures in groups; none if they are listed.
  private let groups: FailureGroups
  private let reader: RunReader
  private let state: String
  private let sessions: ReplayedSessions
  private let threads: String?
  private let reasons: ReasonGroups

  /// Reads the facts of a run from its file.
  ///
  /// - Parameter listsAll: whether the failures are not among the lines, because all of them are listed.
  init(_ reader: RunReader, listsAll: Bool = false) throws(RunStoreError) {
    self.reader = reader
    path = reader.path
    run = try reader.record()
    latency = try reader.latencies()
    failures = listsAll ? [] : try reader.unsuccessful(limit: Self.failuresShown + 1)
    groups = failures.count > Self.failuresShown ? try Self.groups(reader) : FailureGroups()
    sessions = ReplayedSessions(run, try reader.changes())
    reasons = try Self.reasons(reader)
    threads = try ThreadHistory.advice(reader, run)
    state = reader.isBeingRecorded ? "running" : run.state == .finished ? "finished" : "unfinished"
  }

  /// The lines; they contain untrusted text.
  var lines: [String] {
    let facts: [(String, String?)] = [
      ("run", "\(run.id), \(state)"), ("command", Self.oneLine(run.title)),
      ("items", "\(run.source), in \(run.directory)"), ("began", TimeText.local(run.created)), ("took", took),
      ("result", result), ("latency", latencies), ("why", why), ("threads", threads), ("file", path),
    ]
    return facts.compactMap { name, value in value.map { (name, $0) } }.map { name, value in
      name + String(repeating: " ", count: Self.labelWidth - name.count) + value
    } + failureLines
  }

  private var took: String {
    guard run.latest != nil else { return "no item has ended" }
    return format.duration(sessions.length) + (sessions.count > 1 ? ", in \(sessions.count) sessions" : "")
  }

  private var result: String {
    let counts = run.counts
    var parts = ["\(format.count(counts.succeeded)) ok"]
    for (count, word) in [
      (counts.failed, "failed"), (counts.timedOut, "timed out"), (counts.cancelled, "stopped"),
    ] where count > 0 { parts.append("\(format.count(count)) \(word)") }
    let total = run.total.map { " of \(format.count($0))" } ?? ""
    let exit = run.exitCode.map { "; exit status \($0)" } ?? ""
    return parts.joined(separator: ", ") + total + exit
  }

  private var latencies: String {
    guard latency.maximum != nil else { return format.unknown }
    // As in the dashboard, a percentile of too few items is not shown.
    let items = run.counts.done + run.counts.cancelled
    func figure(_ value: Int64?, from least: Int) -> Int64? { items >= least ? value : nil }
    let figures = [
      ("p50", latency.p50), ("p90", figure(latency.p90, from: 10)), ("p95", figure(latency.p95, from: 20)),
      ("p99", figure(latency.p99, from: 100)), ("max", latency.maximum),
    ]
    let text = figures.map { "\($0) \(format.duration($1))" }.joined(separator: "  ")
    return latency.isSample ? "\(text) (of a sample)" : text
  }

  /// The reasons that explain most of the time.
  private var why: String? {
    let parts = reasons.groups.prefix(Self.reasonsShown).map {
      "\(Self.oneLine($0.words)) \(format.duration($0.time)) (\(format.plural($0.items, "item")))"
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// Reads why items took their time.
  static func reasons(_ reader: RunReader) throws(RunStoreError) -> ReasonGroups {
    var groups = ReasonGroups()
    try reader.forEachReasoned { groups.add(ItemID($0 - 1), $1.reasons, latency: RecordedTime.latency($1)) }
    return groups
  }

  /// The reasons for the summary as JSON.
  static func why(_ reasons: ReasonGroups) -> [RunSummaryText.Why] {
    reasons.groups.compactMap { group in
      group.kind.map {
        let reason = Reason($0, subject: group.subject, remedy: group.remedy, time: group.time)
        return RunSummaryText.Why(reason, items: group.items, longest: group.longest.number)
      }
    }
  }

  private var failureLines: [String] {
    guard !failures.isEmpty else { return [] }
    guard failures.count <= Self.failuresShown else {
      let lines = FailureLines.lines(groups, width: Self.lineWidth)
      return ["not successful:"] + lines + ["  show --failed lists them all"]
    }
    return ["not successful:"] + failures.map(line)
  }

  /// Passes a line for each item that was not successful.
  func listFailures(_ write: (String) -> Void) throws(RunStoreError) {
    if run.counts.unsuccessful + run.counts.cancelled > 0 { write("not successful:") }
    try reader.forEachUnsuccessful { write(line($0)) }
  }

  private func line(_ item: ItemRecord) -> String {
    let reason = ResultRow.text(Self.reason(item.attempt?.outcome), lastLine(of: item))
    return "  #\(item.number ?? 0) \(Self.oneLine(Self.label(item))): \(Self.oneLine(reason))"
  }

  private func lastLine(of item: ItemRecord) -> String { OutputText.lastLine(of: reader.bytes(.errors, of: item)) }

  private static func label(_ item: ItemRecord) -> String {
    String(decoding: item.text.prefix(FinishedItem.maximumLabelLength), as: UTF8.self)
  }

  private static func groups(_ reader: RunReader) throws(RunStoreError) -> FailureGroups {
    var groups = FailureGroups()
    try reader.forEachUnsuccessful { item in
      let line = OutputText.lastLine(of: reader.bytes(.errors, of: item))
      let outcome = item.attempt?.outcome
      let reason = FailureReason(reason(outcome), line: outcome == .timedOut ? "" : line, label: label(item))
      groups.add(ItemID((item.number ?? 1) - 1), reason)
    }
    return groups
  }

  private static func reason(_ outcome: Outcome?) -> String {
    switch outcome {
    case .failed(let failure): failure.reason
    case .timedOut: "timed out"
    case .cancelled: "stopped"
    case .succeeded, nil: ""
    }
  }

  /// Joins the lines of untrusted text, which must not look like lines of the summary.
  private static func oneLine(_ text: String) -> String {
    // The text is read by scalars, because Swift treats CR LF as one character.
    let shown = text.unicodeScalars.prefix(longestText)
    let line = String(String.UnicodeScalarView(shown.map { $0 == "\n" ? " " : $0 }))
    return shown.endIndex == text.unicodeScalars.endIndex ? line : line + "…"
  }
}
