import Jobs
import RunStore

/// The lines on standard error after a run: a value, made from what is known then.
struct ClosingLines {
  /// The facts of the run's record.
  struct Record {
    /// The name by which `pfor-tui resume` finds the run.
    var name: String
    /// Whether the run file still exists.
    var isThere = true
    /// What a resumed run found; nil for a new run.
    var earlier: EarlierItems.Counts?
    /// A sentence for each file that should have been removed.
    var leftovers: [String] = []
  }

  var result: RunResult
  /// Whether only problems are printed.
  var isQuiet = false
  /// The number of items that have failed or timed out.
  var failed = 0
  /// Whether any item is known.
  var hasResults = true
  var source: ItemSource
  /// How the items file was changed after it was read.
  var change: ItemFileChange?
  /// Whether results of items that were tried again come after results of later items.
  var isOutOfOrder = false
  /// The run's record; nil if nothing is recorded.
  var record: Record?
  /// The logs that are incomplete.
  var failedLogs: [LogRequest] = []

  /// Returns the lines.
  ///
  /// - Parameter summary: makes the summary of the run; called only if it is printed.
  func lines(summary: () -> [String]) -> [String] {
    // A reader that closed the output, as `head` does, wants no more.
    let showsAll = !isQuiet && result.exitCode != ExitCode.outputClosed
    var lines = showsAll && (result.problem == nil || hasResults) ? summary() : []
    if let problem = result.problem { lines.append("pfor-tui: \(problem)") }
    if !isQuiet, let change { lines.append("pfor-tui: \(source.name): \(Self.text(change))") }
    lines += (record?.leftovers ?? []).map { "pfor-tui: \($0)" }
    if !isQuiet, isOutOfOrder {
      lines.append("results of items that were tried again come after results that had already been written")
    }
    if showsAll, let record { lines += earlier(record) + next(record) }
    return lines
  }

  /// The message about a change of the items file after it was read.
  private static func text(_ change: ItemFileChange) -> String {
    switch change {
    case .changed: "was changed after its items were read; this run has the items from before the change"
    case .grown: "has grown since its items were read; the added items have not run"
    case .replaced: "was replaced after it was opened; this run has the items of the file that was opened"
    }
  }

  /// What a resumed run found.
  private func earlier(_ record: Record) -> [String] {
    guard let counts = record.earlier else { return [] }
    let found = "resumed: \(counts.kept) done before, \(counts.again) run again, \(counts.new) run for the first time"
    let gone = "no longer in \(source.name): \(counts.gone) recorded items"
    return (result.isWhole ? [found] : []) + (counts.gone > 0 ? [gone] : [])
  }

  /// The commands that continue an unfinished run, run failed items again and write incomplete logs again.
  private func next(_ record: Record) -> [String] {
    let run = ShellWord.quoted(record.name)
    // Otherwise, `resume` would read the items from the terminal.
    let how = source == .standardInput ? ", pipe the items in again" : ""
    var lines: [String] = []
    if !result.isWhole, record.isThere { lines.append("to continue\(how): pfor-tui resume \(run)") }
    if failed > 0, record.isThere {
      lines.append("to run failed items again\(how): pfor-tui resume --failed \(run)")
    }
    return lines
      + failedLogs.map {
        "to write the log again: pfor-tui export \(run) \($0.form.exportFlag) -o \(ShellWord.quoted($0.path))"
      }
  }
}

extension ClosingLines.Record {
  init(_ recording: RunRecording) {
    self.init(
      name: recording.name, isThere: recording.isThere, earlier: recording.earlierCounts,
      leftovers: recording.leftovers)
  }
}
