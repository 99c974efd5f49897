import Dashboard
import ParallelFor
import ParallelForDashboard
import RunStore
import Screen
import Terminal
import Themes

/// Shows the recorded runs on the terminal until the user leaves, and does what is asked for.
final class RunPickerScreen {
  private static let patience = 1_000

  private let look: DisplaySetup
  private let script: Script?
  private var themes: ThemeRing
  private var picker: RunPicker
  /// Scripts look at a run; there is none.
  private let noRun = Dashboard(title: "", source: "")

  init(_ table: RunTable, look: DisplaySetup) throws(AppError) {
    self.look = look
    script = try look.script()
    themes = try look.themes()
    picker = RunPicker(table)
  }

  /// Shows the runs.
  ///
  /// - Returns: the exit status; nil if there is no terminal to draw on.
  func run() throws(AppError) -> Int32? {
    while true {
      guard let display = try? look.openDisplay(script) else { return nil }
      let request = choose(on: display)
      display.leave()
      if let failure = (display as? ScriptDisplay)?.failure { throw failure }
      switch request {
      case .replay(let entry):
        let reader = try RunNames.translated { () throws(RunStoreError) in try RunReader(path: entry.path) }
        let status = try Replay(reader: reader, speed: 1, look: look).run()
        if status != ExitCode.success { return status }
      case .resume(let entry, let failed):
        throw NextSession(arguments: ["resume"] + (failed ? ["--failed"] : []) + [entry.path]).replaceProgram()
      case .leave, .show, .compare: return ExitCode.success
      case nil: return ExitCode.hangup
      }
    }
  }

  /// Returns the next request that needs the terminal for itself; nil if the terminal is gone.
  private func choose(on display: any Display) -> RunPicker.Request? {
    let view = RunPickerView(glyphs: look.glyphs)
    while true {
      let grid = draw(view, on: display)
      switch display.nextInput(for: ScriptView(dashboard: noRun, now: MonotonicClock.now)) {
      case .saveScreen(let file)?: grid.save(to: file)
      case .command?: picker.answer("a list of runs has no commands")
      case .key(let key)?: if let request = picker.press(key), !answer(request) { return request }
      case nil: if display.waitForInput(or: [], milliseconds: Self.patience).isHungUp { return nil }
      }
    }
  }

  private func draw(_ view: RunPickerView, on display: any Display) -> CellGrid {
    picker.room = RunPickerView.room(display.size, isSheet: picker.sheet != nil)
    let grid = view.draw(picker, size: display.size)
    if display.isReady { display.present(grid, palette: themes.palette(depth: display.colorDepth)) }
    return grid
  }

  /// Answers a request in the list itself. Returns false if the request needs more than that.
  private func answer(_ request: RunPicker.Request) -> Bool {
    do throws(RunStoreError) {
      switch request {
      case .leave, .replay, .resume: return false
      case .show(let entry):
        let reader = try RunReader(path: entry.path)
        defer { reader.close() }
        picker.open(RunNames.name(of: entry.path), try RunSummary(reader).lines.map(SafeText.visible))
      case .compare(let earlier, let later):
        let (before, after) = (try RunReader(path: earlier.path), try RunReader(path: later.path))
        defer {
          before.close()
          after.close()
        }
        let comparison = try RunComparison(before, after)
        picker.open("\(RunNames.name(of: earlier.path)), \(RunNames.name(of: later.path))", comparison.lines)
      }
    } catch {
      picker.answer(SafeText.visible(error.description))
    }
    return true
  }
}
