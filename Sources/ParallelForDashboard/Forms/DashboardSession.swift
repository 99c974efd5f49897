import CPosix
import Dashboard
import OSText
import ParallelFor
import Screen
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Shows a run until the user leaves or, without a terminal, until it is over; then everything is as it was before.
struct DashboardSession {
  /// How long running items may take to end when the program must, in nanoseconds.
  private static let grace: Int64 = 10_000_000_000

  let title: String
  let closesWhenDone: Bool
  let environment: [String: String]
  /// Opens what is drawn on; where there is none, plain lines are told.
  let openDisplay: () -> (any Display)?

  /// Curses is not made for threads.
  static func checkThread() throws(DashboardError) {
    guard cposix_is_main_thread() != 0 else { throw DashboardError("a dashboard can be shown on the main thread only") }
  }

  /// A session on the terminal, if there is one to draw on.
  static func onTerminal(title: String, closesWhenDone: Bool) -> DashboardSession {
    let environment = OSProcess.environment
    let hasColor = (environment["NO_COLOR"] ?? "").isEmpty
    return DashboardSession(title: title, closesWhenDone: closesWhenDone, environment: environment) {
      do throws(NoDashboard) {
        return try TerminalDisplay.enter(colorDepth: hasColor ? nil : .mono, environment: environment)
      } catch {
        error.tell()
        return nil
      }
    }
  }

  /// Shows the run until it is left and over.
  ///
  /// - Returns: what is known of it at its end, and the results that there are.
  func show<Input, Value>(
    _ run: ParallelRun<Input, Result<Value, any Error>>
  ) throws(DashboardError) -> (facts: RunFacts, results: [ItemID: Result<Value, any Error>]) {
    // Before the screen is entered, for curses leaves handlers alone that it finds; and not longer than all that.
    let signals = try Signals.open()
    var reason: StopReason?
    defer {
      Signals.close()
      Self.passOn(reason)
    }
    let display = openDisplay()
    defer { display?.leave() }
    let observed = try ObservedRun(run, title: title, keepsResults: display != nil)
    let loop = show(observed, on: display, signals)
    reason = loop.controller.reason
    loop.tellProgress(at: MonotonicClock.now)
    return (loop.dashboard.live, observed.results)
  }

  private func show(
    _ run: ObservedRun<some Sendable, some Sendable>, on display: (any Display)?, _ signals: Int32
  ) -> PlainLoop {
    var dashboard = Dashboard(title: title, source: OSProcess.program)
    var controller = RunController(run, grace: Self.grace)
    if let display { (dashboard, controller) = show(run, dashboard, controller, on: display, signals) }
    let loop = PlainLoop(
      run, dashboard, controller: controller, signals: signals, glyphs: Self.glyphs, isQuiet: display != nil)
    loop.run()
    if loop.controller.isAbandoned { wait(for: run, loop) }
    return loop
  }

  private func show(
    _ run: any WatchedRun, _ dashboard: Dashboard, _ controller: RunController, on display: any Display,
    _ signals: Int32
  ) -> (Dashboard, RunController) {
    let loop = DashboardLoop(
      run, dashboard, controller: controller, on: display, signals: signals,
      themes: ThemeRing(environment: environment), glyphs: Self.glyphs, leavesAtEnd: closesWhenDone)
    let ending = loop.run()
    display.leave()
    var after = loop.controller
    if case .hungUp = ending, Signals.heedsHangUp { after.mustEnd(.hungUp, at: MonotonicClock.now) }
    return (loop.dashboard, after)
  }

  /// Some items do not heed being asked to end; nothing may be left running, but Ctrl-C ends the program now.
  private func wait(for run: ObservedRun<some Sendable, some Sendable>, _ loop: PlainLoop) {
    Signals.close()
    StandardError.write("waiting for running items that do not look whether they should end")
    run.waitUntilOver()
    loop.takeEvents()
  }

  private static var glyphs: GlyphSet { Terminal.localeIsUTF8 ? .unicode : .ascii }

  /// A signal that ended the run was meant for the program.
  private static func passOn(_ reason: StopReason?) {
    switch reason {
    case .terminated: raise(SIGTERM)
    case .hungUp: raise(SIGHUP)
    case .signal(let number): raise(number)
    case .interrupted, nil: return
    }
  }
}
