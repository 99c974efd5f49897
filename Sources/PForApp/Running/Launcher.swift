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
    let (status, next) = try runOnce()
    guard let next else { return status }
    throw next.replaceProgram()
  }

  /// Runs the plan.
  ///
  /// - Returns: the exit status, and the session that the user wants to follow.
  private func runOnce() throws(AppError) -> (status: Int32, next: NextSession?) {
    Orphans.adoptOrphans()
    Signals.ignoreFailingWrites()
    let setup = DisplaySetup(look.dashboard, environment: environment)
    // A wrong theme name is an error even without a dashboard. All themes are read only for a dashboard, to save time.
    let namedTheme = look.dashboard.theme == nil ? nil : try setup.themes()
    let script = try setup.script()
    let files = try RunFiles(plan, isScripted: script != nil, environment: environment)
    let stage = try openStage(files, setup, script)
    defer { stage.close() }
    var dashboard = newDashboard(files, hasDisplay: stage.display != nil)
    dashboard.learn(deliveryWindow: stage.session.deliveryWindow)
    let controller = RunController(stage.session, grace: plan.grace.nanoseconds)
    guard let display = stage.display else {
      return (playOn(stage, dashboard, controller, isQuiet: look.quiet, begins: true), nil)
    }
    let themes = if let namedTheme { namedTheme } else { try setup.themes() }
    let loop = DashboardLoop(
      stage.session, dashboard, controller: controller, on: display, signals: stage.signals,
      themes: themes, glyphs: stage.glyphs, leavesAtEnd: leavesAtEnd(files.outputs))
    let ending = loop.run()
    display.leave()
    if let failure = (display as? ScriptDisplay)?.failure { throw failure }
    // When the user leaves, results may still wait for their reader. A run that ignores the end of its terminal, as
    // under nohup, continues without it.
    var afterwards = loop.controller
    let mustEnd = ending == .hungUp && Signals.heedsHangUp
    if mustEnd { afterwards.mustEnd(.hungUp, at: MonotonicClock.now) }
    let status = playOn(stage, loop.dashboard, afterwards, isQuiet: mustEnd)
    guard case .again = ending, let recording = files.recording else { return (status, nil) }
    return (status, NextSession(of: recording.path, threads: loop.dashboard.live.targetWorkers, look))
  }

  // MARK: - Before the run

  /// What the loops of a run share.
  private struct Stage {
    let session: RunSession
    /// The display for the dashboard; nil if there is none.
    let display: (any Display)?
    /// The descriptor from which signals are read.
    let signals: Int32
    let glyphs: GlyphSet

    func close() {
      session.end()
      display?.leave()
    }
  }

  /// Opens the display and creates the session. If that fails, no record is left, because there is nothing to resume.
  private func openStage(
    _ files: RunFiles, _ setup: DisplaySetup, _ script: Script?
  ) throws(AppError) -> Stage {
    let errors = StandardErrorCopy()
    var display: (any Display)?
    do throws(AppError) {
      let signals = try Signals.open()
      display = openDisplay(setup, script)
      let session = try RunSession(
        plan, keepsResults: display != nil, output: files.outputs.results(hasDashboard: display != nil),
        errors: errors.sink(hasDashboard: display != nil), recording: files.recording, logs: files.logs,
        past: PastSearch(plan, recording: files.recording, history: files.history), history: files.history)
      return Stage(session: session, display: display, signals: signals, glyphs: setup.glyphs)
    } catch {
      display?.leave()
      files.recording?.discard()
      throw error
    }
  }

  /// The display for the dashboard; nil if plain lines are wanted, or if there is no display, which is reported.
  private func openDisplay(_ setup: DisplaySetup, _ script: Script?) -> (any Display)? {
    if look.noTui, script == nil { return nil }
    do throws(NoDashboard) {
      if script == nil, plan.reader.source.isTerminal { throw .itemsAreTyped }
      return try setup.openDisplay(script)
    } catch {
      if !look.quiet { error.tell() }
      return nil
    }
  }

  private func newDashboard(_ files: RunFiles, hasDisplay: Bool) -> Dashboard {
    var dashboard = Dashboard(title: plan.job.title, source: plan.reader.source.name, slow: plan.slow)
    dashboard.processors = plan.recipe.startsCommands ? Int(Processors.usable) : nil
    dashboard.hasRecords = plan.reader.format.mayHaveFields
    dashboard.destination = files.outputs.name(hasDashboard: hasDisplay)
    dashboard.resumeCommand = files.recording.map { "pfor-tui resume --failed \(ShellWord.quoted($0.name))" }
    // A script ends with this session, a reader of results expects each of them once, and a pipe of items is spent.
    let isAlone = look.dashboard.script == nil && !files.outputs.isPipeline && plan.reader.source.isRegularFile
    dashboard.canRunAgain = hasDisplay && isAlone && files.recording != nil
    if plan.order != .input { dashboard.itemsStartInAnotherOrder() }
    if plan.startPage != .overview { _ = dashboard.perform(.show(plan.startPage)) }
    dashboard.pageAtEnd = plan.endPage
    return dashboard
  }

  private func leavesAtEnd(_ outputs: Outputs) -> Bool {
    switch look.whenDone {
    case .leave: true
    case .stay: false
    case nil: outputs.isPipeline
    }
  }

  // MARK: - After the dashboard

  private func playOn(
    _ stage: Stage, _ dashboard: Dashboard, _ controller: RunController, isQuiet: Bool, begins: Bool = false
  ) -> Int32 {
    let loop = PlainLoop(
      stage.session, dashboard, controller: controller, signals: stage.signals, glyphs: stage.glyphs, isQuiet: isQuiet)
    // The start of the run must be recorded before anything about its items.
    loop.takeEvents()
    if begins { stage.session.start() }
    loop.run()
    return conclude(stage, loop.dashboard, loop.controller, isQuiet: isQuiet)
  }

  /// Prints the summary and returns the exit status.
  private func conclude(
    _ stage: Stage, _ dashboard: Dashboard, _ controller: RunController, isQuiet: Bool
  ) -> Int32 {
    let session = stage.session
    var result = RunResult(session, dashboard, controller)
    session.conclude(&result, at: MonotonicClock.wallTime(of: MonotonicClock.now))
    let tally = dashboard.live.tally
    let closing = ClosingLines(
      result: result, isQuiet: isQuiet, failed: tally.unsuccessful, hasResults: tally.known > 0,
      source: plan.reader.source,
      change: session.hasReadAll ? plan.reader.change : nil, isOutOfOrder: session.isOutOfOrder,
      record: session.recording.map { ClosingLines.Record($0) }, failedLogs: session.failedLogs)
    let lines = closing.lines {
      Summary.lines(
        dashboard, at: MonotonicClock.now, width: summaryWidth, glyphs: stage.glyphs,
        allSessions: allSessions(session, result, total: dashboard.live.total), command: plan.command,
        errors: { session.failureLog.line(of: $0) })
    }
    for line in lines { StandardError.write(line) }
    if let problem = session.doneHook?.wait(atMost: plan.grace.nanoseconds) {
      StandardError.write("pfor-tui: the line of --on-done: \(problem)")
    }
    return result.exitCode
  }

  /// The width of the summary, in columns. A narrower terminal wraps the lines itself.
  private var summaryWidth: Int {
    max(40, StandardError.columns ?? Terminal.columns(of: environment) ?? 100)
  }

  /// The state of a resumed run that is not finished; nil for any other run.
  private func allSessions(_ session: RunSession, _ result: RunResult, total: Int?) -> AllSessions? {
    guard let recording = session.recording, recording.isResumed, !result.isWhole, let run = recording.recordNow
    else { return nil }
    return AllSessions(
      succeeded: run.counts.succeeded, failed: run.counts.failed, timedOut: run.counts.timedOut, total: total)
  }
}
