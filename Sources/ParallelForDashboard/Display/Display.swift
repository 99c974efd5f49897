package import Screen

/// The screen on which the dashboard is drawn, and the source of its keys.
package protocol Display: AnyObject {
  var size: Size { get }
  var colorDepth: ColorDepth { get }
  /// Whether the last frame has been accepted, so that another can be presented. Waiting sends the rest of it.
  var isReady: Bool { get }
  func present(_ grid: CellGrid, palette: Palette)
  /// Returns the next key or script step; nil if none is due.
  func nextInput(for dashboard: ScriptView) -> Input?
  /// Waits for keys, for the descriptors or for a time limit.
  func wait(for descriptors: [Int32], milliseconds: Int) -> Readiness
  func suspend()
  func resume()
  func redraw()
  func leave()
}

/// What is ready after a wait.
package struct Readiness: Equatable {
  /// Whether the terminal is gone.
  package var isHungUp = false
  /// The descriptors that can be read.
  package var descriptors: Set<Int32>
}

/// One key or script step.
package enum Input: Equatable {
  case key(Key)
  /// A command from a script, with its argument if it has one.
  case command(name: String, argument: String?)
  /// A request from a script to save the screen to a file.
  case saveScreen(String)
}
