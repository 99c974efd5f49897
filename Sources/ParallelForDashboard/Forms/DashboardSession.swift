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

/// Shows a run until the user leaves or, without a terminal, until it is over. Then it restores everything.
struct DashboardSession {
  /// How long running items may take to end when the program must, in nanoseconds.
  private static let grace: Int64 = 10_000_000_000

  let title: String
  let closesWhenDone: Bool
  let environment: [String: String]
  /// Opens the display. If there is none, the session prints plain lines.
  let openDisplay: () -> (any Display)?

  /// Throws if not on the main thread, because curses is not thread-safe.
  static func checkThread() throws(DashboardError) {
    guard cposix_is_main_thread() != 0 else { throw DashboardError("a dashboard can be shown on the main thread only") }
  }

  /// Makes a session on the terminal, if there is one to draw on.
  static func onTerminal(title: String, closesWhenDone: Bool) -> DashboardSession {
    let environment = OSProcess.environment
    let hasColor = (environment["NO_COLOR"] ?? "").isEmpty
    return DashboardSession(title: title, closesWhenDone: closesWhenDone, environment: environment) {
      do throws(NoDashboard) {
        return try Terminal.enter(colorDepth: hasColor ? nil : .mono, hasMouse: true, environment: environment)
      } catch {
        error.tell()
        return nil
      }
    }
  }

  /// Shows the run until the user has left and the run is over.
  ///
  /// - Returns: The facts about the run at its end, and the results so far.
  func show<Input, Value>(
    _ run: ParallelRun<Input, Result<Value, any Error>>
  ) throws(DashboardError) -> (facts: RunFacts, results: [ItemID: Result<Value, any Error>]) {
    // Catch signals before entering the screen, because curses leaves existing handlers alone.
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

  /// Waits for items that ignore the request to end, because nothing may be left running. Ctrl-C now ends the program.
  private func wait(for run: ObservedRun<some Sendable, some Sendable>, _ loop: PlainLoop) {
    Signals.close()
    StandardError.write("waiting for running items that do not check whether to stop")
    run.waitUntilOver()
    loop.takeEvents()
  }

  private static var glyphs: GlyphSet { Terminal.localeIsUTF8 ? .unicode : .ascii }

  /// Raises the signal that ended the run again, because it was meant for the program.
  private static func passOn(_ reason: StopReason?) {
    switch reason {
    case .terminated: raise(SIGTERM)
    case .hungUp: raise(SIGHUP)
    case .signal(let number): raise(number)
    case .interrupted, nil: return
    }
  }
}
