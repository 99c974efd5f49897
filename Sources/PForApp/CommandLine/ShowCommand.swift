import ArgumentParser
import Attempts
import DashboardView
import ParallelFor
import RunStore

/// Summarizes a recorded run.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", _superCommandName: "pfor-tui", abstract: "Summarize a recorded run.",
    usage: "pfor-tui show [RUN] [--json]")

  @Argument(help: ArgumentHelp(RunNames.help, valueName: "run"))
  var name: String?

  @Flag(help: "Print the summary as one JSON object on one line.")
  var json = false

  func run() throws {
    PForTUI.exit(after: { () throws(AppError) in
      let reader = try RunNames.open(name)
      let output = CommandOutput()
      if json {
        output.write(
          try RunNames.translated { () throws(RunStoreError) in
            RunSummaryText.line(try reader.record(), latency: try reader.latencies())
          })
      } else {
        for line in try RunNames.translated({ () throws(RunStoreError) in try RunSummary(reader).lines }) {
          output.write(line: line)
        }
      }
      return output.finish()
    })
  }
}

/// The summary of a run in a few readable lines.
struct RunSummary {
  private static let failuresShown = 10
  private static let labelWidth = 10
  /// The most characters of a reason or a command that are shown; `export` has all of them.
  private static let longestText = 20_000

  private let format = Formatting()
  private let path: String
  private let run: RunRecord
  private let latency: LatencyFigures
  private let failures: [ItemRecord]
  private let state: String
  private let sessions: ReplayedSessions

  /// Reads the facts of a run from its file.
  init(_ reader: RunReader) throws(RunStoreError) {
    path = reader.path
    run = try reader.record()
    latency = try reader.latencies()
    failures = try reader.unsuccessful(limit: Self.failuresShown)
    sessions = ReplayedSessions(run, try reader.changes())
    state = reader.isBeingRecorded ? "running" : run.state == .finished ? "finished" : "unfinished"
  }

  /// The lines; they contain untrusted text.
  var lines: [String] {
    let facts = [
      ("run", "\(run.id), \(state)"), ("command", Self.oneLine(run.title)),
      ("items", "\(run.source), in \(run.directory)"), ("began", TimeText.iso(run.created)), ("took", took),
      ("result", result), ("latency", latencies), ("file", path),
    ]
    return facts.map { name, value in
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
    let figures = [
      ("p50", latency.p50), ("p90", latency.p90), ("p95", latency.p95), ("p99", latency.p99), ("max", latency.maximum),
    ]
    let text = figures.map { "\($0) \(format.duration($1))" }.joined(separator: "  ")
    return latency.isSample ? "\(text) (of a sample)" : text
  }

  private var failureLines: [String] {
    guard !failures.isEmpty else { return [] }
    let more = run.counts.unsuccessful + run.counts.cancelled - failures.count
    let lines = failures.map { item in
      let text = Self.oneLine(String(decoding: item.text.prefix(FinishedItem.maximumLabelLength), as: UTF8.self))
      return "  #\(item.number ?? 0) \(text): \(reason(item.attempt?.outcome))"
    }
    return ["not successful:"] + lines + (more > 0 ? ["  and \(format.count(more)) more"] : [])
  }

  private func reason(_ outcome: Outcome?) -> String {
    switch outcome {
    case .failed(let failure): Self.oneLine(failure.reason)
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
