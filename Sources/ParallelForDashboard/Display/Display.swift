import ParallelFor
package import Screen
package import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

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
  func waitForInput(or descriptors: [Int32], milliseconds: Int) -> Terminal.Readiness
  func suspend()
  func resume()
  func redraw()
  /// Asks for a text to be put into the clipboard.
  func copy(_ text: String)
  /// Shows a status outside of the screen, where the terminal can.
  func announce(_ status: TerminalStatus, at now: Int64)
  func ring()
  func leave()
}

/// One key or script step.
package enum Input: Equatable {
  case key(Key)
  /// A command from a script, with its argument if it has one.
  case command(name: String, argument: String?)
  /// A request from a script to save the screen to a file.
  case saveScreen(String)
}

extension Terminal: Display {
  package func nextInput(for view: ScriptView) -> Input? { nextKey(at: view.now.nanoseconds).map(Input.key) }

  /// Enters the screen of the controlling terminal.
  ///
  /// - Parameters:
  ///   - colorDepth: The highest colour depth to use; nil for the one that the environment promises.
  ///   - hasMouse: Whether the mouse moves and selects.
  ///   - environment: The source of `CI`, `TERM` and similar variables.
  /// - Throws: The reason why there is no dashboard here.
  package static func enter(
    colorDepth: ColorDepth?, hasMouse: Bool, environment: [String: String]
  ) throws(NoDashboard) -> Terminal {
    guard (environment["CI"] ?? "").isEmpty else { throw .automated }
    try checkForeground()
    do throws(TerminalError) {
      return try Terminal(colorDepth: colorDepth, hasMouse: hasMouse, environment: environment)
    } catch {
      throw .unsuitable(error)
    }
  }

  /// Throws if the program is in the background, where touching the terminal would stop it.
  private static func checkForeground() throws(NoDashboard) {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else { throw .unsuitable(.noTerminal) }
    defer { close(terminal) }
    if tcgetpgrp(terminal) != getpgrp() { throw .background }
  }
}

/// Why a run has no dashboard although one was wanted.
package enum NoDashboard: Error, Equatable {
  /// The environment says that this is continuous integration, where no user watches.
  case automated
  /// The program was started in the background, where touching the terminal would stop it.
  case background
  /// The items are typed in the terminal, so its keys are not free.
  case itemsAreTyped
  /// There is no terminal, or it cannot be drawn on.
  case unsuitable(TerminalError)

  /// The reason as a message for the user; nil in continuous integration.
  package var reason: String? {
    switch self {
    case .automated: nil
    case .background: "the program runs in the background"
    case .itemsAreTyped: "the items are typed in this terminal (Ctrl-D ends them)"
    case .unsuitable(let error): error.description
    }
  }

  /// Tells the user the reason, if there is one to tell.
  package func tell() {
    if let reason { StandardError.write("no dashboard: \(reason); plain lines instead") }
  }
}
