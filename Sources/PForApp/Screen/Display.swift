import Screen
import Terminal

/// What the dashboard is drawn on and where its keys come from.
protocol Display: AnyObject {
  var size: Size { get }
  var colorDepth: ColorDepth { get }
  func present(_ grid: CellGrid, palette: Palette)
  /// What has been typed or scripted and not yet taken.
  func nextInput(for dashboard: ScriptView) -> Input?
  /// Waits for keys, for the descriptors or for time.
  func wait(for descriptors: [Int32], milliseconds: Int) -> Readiness
  func suspend()
  func resume()
  func redraw()
  func leave()
}

/// What ended a wait.
struct Readiness: Equatable {
  /// Whether the terminal is gone.
  var isHungUp = false
  /// Which descriptors can be read.
  var descriptors: Set<Int32>
}

/// One thing that came by the way of the keys.
enum Input: Equatable {
  case key(Key)
  /// A script names a command, with its argument if it has one.
  case command(name: String, argument: String?)
  /// A script wants the screen saved under a name.
  case saveScreen(String)
}

/// The controlling terminal.
final class TerminalDisplay: Display {
  private let terminal: Terminal

  init(_ terminal: Terminal) { self.terminal = terminal }

  var size: Size { terminal.size }
  var colorDepth: ColorDepth { terminal.colorDepth }
  func present(_ grid: CellGrid, palette: Palette) { terminal.present(grid, palette: palette) }
  func nextInput(for dashboard: ScriptView) -> Input? { terminal.nextKey().map(Input.key) }
  func wait(for descriptors: [Int32], milliseconds: Int) -> Readiness {
    let found = terminal.waitForInput(or: descriptors, milliseconds: milliseconds)
    return Readiness(isHungUp: found.isHungUp, descriptors: found.descriptors)
  }
  func suspend() { terminal.suspend() }
  func resume() { terminal.resume() }
  func redraw() { terminal.redraw() }
  func leave() { terminal.leave() }
}
