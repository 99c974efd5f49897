import ParallelFor
package import Screen
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The controlling terminal as a display.
package final class TerminalDisplay: Display {
  private let terminal: Terminal

  private init(_ terminal: Terminal) { self.terminal = terminal }

  package var size: Size { terminal.size }
  package var colorDepth: ColorDepth { terminal.colorDepth }
  package func present(_ grid: CellGrid, palette: Palette) { terminal.present(grid, palette: palette) }
  package var isReady: Bool { terminal.isReady }
  package func nextInput(for view: ScriptView) -> Input? {
    terminal.nextKey(at: view.now.nanoseconds).map(Input.key)
  }
  package func wait(for descriptors: [Int32], milliseconds: Int) -> Readiness {
    let found = terminal.waitForInput(or: descriptors, milliseconds: milliseconds)
    return Readiness(isHungUp: found.isHungUp, descriptors: found.descriptors)
  }
  package func suspend() { terminal.suspend() }
  package func resume() { terminal.resume() }
  package func redraw() { terminal.redraw() }
  package func leave() { terminal.leave() }
}

extension TerminalDisplay {
  /// Enters the screen of the controlling terminal.
  ///
  /// - Parameters:
  ///   - colorDepth: The highest colour depth to use; nil for the one that the environment promises.
  ///   - environment: The source of `CI`, `TERM` and similar variables.
  /// - Throws: The reason why there is no dashboard here.
  package static func enter(
    colorDepth: ColorDepth?, environment: [String: String]
  ) throws(NoDashboard) -> TerminalDisplay {
    guard (environment["CI"] ?? "").isEmpty else { throw .automated }
    try checkForeground()
    do throws(TerminalError) {
      return TerminalDisplay(try Terminal(colorDepth: colorDepth, environment: environment))
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
