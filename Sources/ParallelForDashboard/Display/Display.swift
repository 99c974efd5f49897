package import Screen

/// What the dashboard is drawn on and where its keys come from.
package protocol Display: AnyObject {
  var size: Size { get }
  var colorDepth: ColorDepth { get }
  /// Whether what was presented has been taken, so that something else can be; waiting goes on with it.
  var isReady: Bool { get }
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
package struct Readiness: Equatable {
  /// Whether the terminal is gone.
  package var isHungUp = false
  /// Which descriptors can be read.
  package var descriptors: Set<Int32>
}

/// One thing that came by the way of the keys.
package enum Input: Equatable {
  case key(Key)
  /// A script names a command, with its argument if it has one.
  case command(name: String, argument: String?)
  /// A script wants the screen saved under a name.
  case saveScreen(String)
}
