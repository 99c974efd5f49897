import Dashboard
import DashboardView
import Jobs
import OSText
import ParallelFor
import ParallelForDashboard
import RunStore
import Screen
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Runs a plan from start to exit status: opens what it needs, runs the right loop and prints the summary.
struct Launcher {
  let plan: RunPlan
  let look: DisplayOptions
  let environment: [String: String]

  init(_ plan: RunPlan, look: DisplayOptions, environment: [String: String] = OSProcess.environment) {
    self.plan = plan
    self.look = look
    self.environment = environment
  }

  /// Runs the plan.
  ///
  /// - Returns: the exit status.
  func run() throws(AppError) -> Int32 {
    let shown = DisplaySetup(look.dashboard, environment: environment)
    let glyphs = shown.glyphs
    Orphans.adoptOrphans()
    Signals.ignoreFailingWrites()
    // A wrong theme name is an error even without a dashboard. Reading all themes takes time, so only a dashboard does.
    let namedTheme = look.dashboard.theme == nil ? nil : try shown.themes()
    let script = try shown.script()
    let logs = try RunLogs(plan)
    let file = try ResultFile(plan)
    let opener = RecordOpener(plan, environment: environment)
    let recording = try opener.open()
    var mayBegin = false
    // A run that cannot start must leave no record to resume.
    defer { if !mayBegin { discard(recording) } }
    let outputs = try Outputs(file, isScripted: script != nil, recording: recording)
    try logs?.begin(opener.newRun, recording)
    let errors = StandardErrorCopy()
    let signals = try Signals.open()
    let display = openDisplay(shown, script)
    defer { display?.leave() }
    let session = try RunSession(
      plan, keepsResults: display != nil, output: outputs.results(hasDashboard: display != nil),
      errors: errors.sink(hasDashboard: display != nil), recording: recording, logs: logs,
      past: PastSearch(plan, recording: recording, history: opener.history))
    var dashboard = Dashboard(title: plan.job.title, source: plan.reader.source.name, slow: plan.slow)
    dashboard.destination = outputs.name(hasDashboard: display != nil)
    dashboard.resumeCommand = recording.map { "pfor-tui resume --failed \(ShellWord.quoted($0.name))" }
    if plan.startPage != .overview { _ = dashboard.perform(.show(plan.startPage)) }
    let controller = RunController(session, grace: plan.grace.nanoseconds)
    defer { session.end() }
    mayBegin = true

    if let display {
      let themes = if let namedTheme { namedTheme } else { try shown.themes() }
      let loop = DashboardLoop(
        session, dashboard, controller: controller, on: display, signals: signals, themes: themes,
        glyphs: glyphs, leavesAtEnd: leavesAtEnd(outputs))
      let ending = loop.run()
      display.leave()
      if let failure = (display as? ScriptDisplay)?.failure { throw failure }
      if case .hungUp = ending, Signals.heedsHangUp {
        var afterwards = loop.controller
        afterwards.mustEnd(.hungUp, at: MonotonicClock.now)
        return playOn(session, loop.dashboard, afterwards, signals, glyphs, isQuiet: true)
      }
      // When the user leaves, results may still wait for their reader. A run that ignores the end of its terminal, as
      // under nohup, continues without it.
      return playOn(session, loop.dashboard, loop.controller, signals, glyphs, isQuiet: false)
    }
    return playOn(session, dashboard, controller, signals, glyphs, isQuiet: look.quiet, begins: true)
  }

  private func discard(_ recording: RunRecording?) {
    recording?.discard()
    for leftover in recording?.leftovers ?? [] { StandardError.write("pfor-tui: \(leftover)") }
  }

  /// The display for the dashboard; nil if plain lines are wanted, or if there is no display, which is reported.
  private func openDisplay(_ shown: DisplaySetup, _ script: Script?) -> (any Display)? {
    if look.noTui, script == nil { return nil }
    do throws(NoDashboard) {
      if script == nil, plan.reader.source.isTerminal { throw .itemsAreTyped }
      return try shown.openDisplay(script)
    } catch {
      if !look.quiet { error.tell() }
      return nil
    }
  }

  private func playOn(
    _ session: RunSession, _ dashboard: Dashboard, _ controller: RunController, _ signals: Int32, _ glyphs: GlyphSet,
    isQuiet: Bool, begins: Bool = false
  ) -> Int32 {
    let loop = PlainLoop(
      session, dashboard, controller: controller, signals: signals, glyphs: glyphs, isQuiet: isQuiet)
    // The start of the run must be recorded before anything about its items.
    loop.takeEvents()
    if begins { session.start() }
    loop.run()
    return conclude(session, loop.dashboard, loop.controller, glyphs, isQuiet: isQuiet)
  }

  /// Prints the summary and returns the exit status.
  private func conclude(
    _ session: RunSession, _ dashboard: Dashboard, _ controller: RunController, _ glyphs: GlyphSet,
    isQuiet: Bool = false
  ) -> Int32 {
    var verdict = RunResult(session, dashboard, controller)
    session.conclude(&verdict, at: MonotonicClock.wallTime(of: MonotonicClock.now))
    if !isQuiet, verdict.problem == nil || dashboard.live.tally.known > 0, verdict.exitCode != ExitCode.outputClosed {
      for line in Summary.lines(
        dashboard, at: MonotonicClock.now, width: summaryWidth, glyphs: glyphs,
        allSessions: allSessions(session, verdict, total: dashboard.live.total), command: plan.command,
        errors: { session.words.line(of: $0) })
      { StandardError.write(line) }
    }
    if let problem = verdict.problem { StandardError.write("pfor-tui: \(problem)") }
    if !isQuiet, session.hasReadAll, let change = plan.reader.change {
      StandardError.write("pfor-tui: \(plan.reader.source.name): \(note(change))")
    }
    for leftover in session.recording?.leftovers ?? [] { StandardError.write("pfor-tui: \(leftover)") }
    if !isQuiet, session.isOutOfOrder {
      StandardError.write("results of items that were tried again come after results that had already been written")
    }
    if !isQuiet, verdict.exitCode != ExitCode.outputClosed, let recording = session.recording {
      tell(recording, isWhole: verdict.isWhole)
      for log in session.failedLogs {
        let (run, file) = (ShellWord.quoted(recording.name), ShellWord.quoted(log.path))
        StandardError.write("to write the log again: pfor-tui export \(run) \(log.form.exportFlag) -o \(file)")
      }
    }
    return verdict.exitCode
  }

  /// The width of the summary, in columns. A narrower terminal wraps the lines itself.
  private var summaryWidth: Int {
    max(40, StandardError.columns ?? Terminal.columns(of: environment) ?? 100)
  }

  /// Prints what a resumed run found, and how to continue a run that is not finished.
  private func tell(_ recording: RunRecording, isWhole: Bool) {
    if let counts = recording.earlierCounts {
      if isWhole {
        StandardError.write(
          "resumed: \(counts.kept) done before, \(counts.again) run again, \(counts.new) not started before")
      }
      if counts.gone > 0 {
        StandardError.write("no longer in \(plan.reader.source.name): \(counts.gone) recorded items")
      }
    }
    guard !isWhole, recording.isThere else { return }
    // Otherwise, `resume` would read the items from the terminal.
    let hint = plan.reader.source == .standardInput ? "to continue, pipe the items in again" : "to continue"
    StandardError.write("\(hint): pfor-tui resume \(ShellWord.quoted(recording.name))")
  }

  /// The state of a resumed run that is not finished; nil for any other run.
  private func allSessions(_ session: RunSession, _ verdict: RunResult, total: Int?) -> AllSessions? {
    guard let recording = session.recording, recording.isResumed, !verdict.isWhole, let run = recording.recordNow
    else { return nil }
    return AllSessions(
      succeeded: run.counts.succeeded, failed: run.counts.failed, timedOut: run.counts.timedOut, total: total)
  }

  /// The message about a change of the items file after it was read.
  private func note(_ change: ItemFileChange) -> String {
    switch change {
    case .changed: "was changed after its items were read; this run has the items from before the change"
    case .grown: "has grown since its items were read; the added items have not run"
    case .replaced: "was replaced after it was opened; this run has the items of the file that was opened"
    }
  }

  // MARK: - The end of the dashboard

  private func leavesAtEnd(_ outputs: Outputs) -> Bool {
    switch look.whenDone {
    case .leave: true
    case .stay: false
    case nil: outputs.isPipeline
    }
  }
}
