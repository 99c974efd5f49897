import Dashboard
import DashboardView
import ParallelFor
import ParallelForDashboard
import RunStore
import Screen
import Terminal

/// Replays a recorded run in the dashboard until the user leaves. It runs and writes nothing.
struct Replay {
  /// Reads the run file; closed at the end of the replay.
  let reader: RunReader
  /// The speed as a multiple of the original; infinite for as fast as possible.
  let speed: Double
  let look: DisplaySetup

  /// Plays the run.
  ///
  /// - Returns: the exit status.
  func run() throws(AppError) -> Int32 {
    defer { reader.close() }
    let replayed = try ReplayedRun(reader)
    let themes = try look.themes()
    let script = try look.script()
    let signals = try Signals.open()
    let display = try openDisplay(script)
    defer { display.leave() }
    let loop = DashboardLoop(
      replayed, dashboard(of: replayed), controller: RunController(replayed, grace: 0), on: display, signals: signals,
      themes: themes, glyphs: look.glyphs, leavesAtEnd: false)
    let ending = loop.run()
    display.leave()
    if let failure = (display as? ScriptDisplay)?.failure { throw failure }
    if case .hungUp = ending { return ExitCode.hangup }
    if let problem = replayed.inputProblem { throw AppError(problem) }
    return loop.controller.reason?.exitCode ?? ExitCode.success
  }

  private func openDisplay(_ script: Script?) throws(AppError) -> any Display {
    do throws(NoDashboard) {
      return try look.openDisplay(script)
    } catch {
      let reason = error.reason.map { " (\($0))" } ?? ""
      throw AppError("a replay needs a terminal\(reason); pfor-tui show summarizes the run without one")
    }
  }

  private func dashboard(of run: ReplayedRun) -> Dashboard {
    Dashboard(
      title: run.record.title, source: run.record.source, slow: SlowThreshold(),
      replay: ReplayClock(speed: speed, length: run.length, at: MonotonicClock.now))
  }
}
