import Dashboard
import ParallelFor
package import Screen
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A display without a terminal: its keys come from a script, and its screens go where the script says.
package final class ScriptDisplay: Display {
  /// A wait that is not over after this time fails the script.
  private static let patience: Int64 = 30_000_000_000

  package let size: Size
  package let colorDepth: ColorDepth = .mono
  package let isReady = true
  private var steps: [(line: Script.Line, step: Script.Step)]
  private var waitingSince: Instant?
  /// Why the script could not be played to its end.
  package private(set) var failure: DashboardError?

  /// - Parameters:
  ///   - script: what to play.
  ///   - environment: `COLUMNS` and `LINES` say how large the screen is; 80x24 otherwise.
  package init(_ script: Script, environment: [String: String]) {
    size = Terminal.size(of: environment)
    steps = script.lines.flatMap { line in line.steps.map { (line, $0) } }
  }

  package func nextInput(for view: ScriptView) -> Input? {
    guard failure == nil else { return nil }
    guard let (line, step) = steps.first else {
      // Having asked to leave is enough: the program is left when the last item has ended.
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
