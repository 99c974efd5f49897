import Dashboard
import ParallelFor
package import Screen
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A display without a terminal. Its keys come from a script, which also says where to save screens.
package final class ScriptDisplay: Display {
  /// The longest wait of a script, in nanoseconds. A longer one fails the script.
  private static let patience: Int64 = 300_000_000_000

  package let size: Size
  package let colorDepth: ColorDepth = .mono
  package let isReady = true
  private var steps: [(line: Script.Line, step: Script.Step)]
  private var waitingSince: Instant?
  /// Why the script failed; nil if it has not.
  package private(set) var failure: DashboardError?

  /// - Parameters:
  ///   - script: The script to play.
  ///   - environment: The source of `COLUMNS` and `LINES`, the size of the screen; 80x24 by default.
  package init(_ script: Script, environment: [String: String]) {
    size = Terminal.size(of: environment)
    steps = script.lines.flatMap { line in line.steps.map { (line, $0) } }
  }

  package func nextInput(for view: ScriptView) -> Input? {
    guard failure == nil else { return nil }
    guard let (line, step) = steps.first else {
      // A request to leave is enough, because the program then ends after the last item.
      guard !view.dashboard.leavesWhenDone else { return nil }
      failure = DashboardError("the script ended without leaving the program: add q, or :choose s after it")
      return nil
    }
    guard step.isDue(in: view) else { return wait(line, at: view.now) }
    waitingSince = nil
    steps.removeFirst()
    switch step {
    case .key(let key): return .key(key)
    case .command(let name, let argument): return .command(name: name, argument: argument)
    case .saveScreen(let file): return .saveScreen(file)
    case .waitForState, .waitForCount, .waitForSearch: return nextInput(for: view)
    }
  }

  private func wait(_ line: Script.Line, at now: Instant) -> Input? {
    let since = waitingSince ?? now
    waitingSince = since
    if now.nanoseconds(since: since) > Self.patience {
      failure = DashboardError("the script waited too long in line \(line.number): \(line.text)")
    }
    return nil
  }

  package func wait(for descriptors: [Int32], milliseconds: Int) -> Readiness {
    var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polled, nfds_t(polled.count), Int32(min(milliseconds, 5)))
    return Readiness(isHungUp: failure != nil, descriptors: Set(polled.filter { $0.revents != 0 }.map(\.fd)))
  }

  package func present(_ grid: CellGrid, palette: Palette) {}
  package func suspend() {}
  package func resume() {}
  package func redraw() {}
  package func leave() {}
}
