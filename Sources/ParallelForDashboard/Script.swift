package import Dashboard
import OSText
package import ParallelFor
package import Screen
package import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The state that a script can wait for.
package struct ScriptView {
  package var dashboard: Dashboard
  package var now: Instant

  package init(dashboard: Dashboard, now: Instant) {
    self.dashboard = dashboard
    self.now = now
  }
}

/// Steps that drive the dashboard as a user's keys would.
///
/// A line holds keys (`jj<Enter>q`), a command by its name in the table (`:set-threads 8`), a wait for the run
/// (`:wait done 10`, `:wait running = 3`), or `:save-screen FILE`. Empty lines and lines that start with `#` are
/// skipped. A script must end by leaving the program. Otherwise it stops the run and fails.
package struct Script {
  /// A number in the facts about the run that a script waits for.
  enum Quantity: String {
    case done, failed, running, queued, threads, workers, slow, read, delivered
    /// Items that have not ended and whose times from an earlier run are known.
    case known
  }

  enum Step: Equatable {
    case key(Key)
    case command(name: String, argument: String?)
    case saveScreen(String)
    /// Wait until the run is in a state.
    case waitForState(RunState)
    /// Wait until a number reaches a value, or equals it exactly.
    case waitForCount(Quantity, Int, exactly: Bool)
    /// Wait until a search, a filter scan or the marking of failed items is complete.
    case waitForSearch
  }

  struct Line: Equatable {
    var number: Int
    var text: String
    var steps: [Step]
  }

  private(set) var lines: [Line] = []

  /// Parses a script.
  ///
  /// - Throws: A message with the line that is not understood, and with what was expected.
  package init(_ text: String, name: String) throws(DashboardError) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let trimmed = line.trimmingPrefix { $0 == " " || $0 == "\t" }
      if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
      guard let steps = trimmed.hasPrefix(":") ? Self.command(trimmed.dropFirst()) : Self.keys(trimmed) else {
        throw DashboardError(
          "\(name), line \(index + 1): not understood: \"\(trimmed)\"; expected keys such as jj<Enter>, a command such as "
            + ":set-threads 8, :wait STATE or COUNT, or :save-screen FILE")
      }
      lines.append(Line(number: index + 1, text: String(trimmed), steps: steps))
    }
  }

  private static func keys(_ line: Substring) -> [Step]? {
    Key.sequence(String(line)).map { $0.map(Step.key) }
  }

  private static func command(_ line: Substring) -> [Step]? {
    let words = line.split(separator: " ").map(String.init)
    switch (words.first, words.dropFirst().first) {
    case ("save-screen", let file?) where words.count == 2: return [.saveScreen(file)]
    case ("wait", _): return wait(Array(words.dropFirst())).map { [$0] }
    case (let name?, let argument) where words.count <= 2:
      return Command(name: name, argument: argument).map { _ in [.command(name: name, argument: argument)] }
    default: return nil
    }
  }

  private static func wait(_ words: [String]) -> Step? {
    let states: [String: RunState] = [
      "running": .running, "paused": .paused, "draining": .draining, "stopping": .stopping, "finished": .done,
    ]
    switch words.count {
    case 1 where words[0] == "search": return .waitForSearch
    case 1: return states[words[0]].map(Step.waitForState)
    case 2:
      guard let quantity = Quantity(rawValue: words[0]), let count = Int(words[1]) else { return nil }
      return .waitForCount(quantity, count, exactly: false)
    case 3 where words[1] == "=":
      guard let quantity = Quantity(rawValue: words[0]), let count = Int(words[2]) else { return nil }
      return .waitForCount(quantity, count, exactly: true)
    default: return nil
    }
  }
}

extension Script.Step {
  /// Whether the step's condition is met. A step without a condition is always due.
  func isDue(in view: ScriptView) -> Bool {
    let facts = view.dashboard.live
    switch self {
    case .key, .command, .saveScreen: return true
    case .waitForState(let state): return facts.state == state
    case .waitForSearch: return !view.dashboard.isScanning
    case .waitForCount(let quantity, let count, let exactly):
      let value = facts.value(of: quantity, at: view.dashboard.shownInstant(view.now))
      return exactly ? value == count : value >= count
    }
  }
}

extension RunFacts {
  fileprivate func value(of quantity: Script.Quantity, at now: Instant) -> Int {
    switch quantity {
    case .done: tally.finished
    case .failed: tally.unsuccessful
    case .running: tally.running
    case .queued: tally.queued
    case .threads: targetWorkers
    case .workers: liveWorkers
    case .slow: slowFinished + slowRunning(at: now)
    case .read: itemsRead
    case .delivered: delivery.next.position
    case .known: past?.items ?? 0
    }
  }
}

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
      failure = DashboardError(
        "the script ended without leaving the program: end it with q, and with :choose s if items still run")
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

  package func waitForInput(or descriptors: [Int32], milliseconds: Int) -> Terminal.Readiness {
    var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polled, nfds_t(polled.count), Int32(min(milliseconds, 5)))
    return Terminal.Readiness(isHungUp: failure != nil, descriptors: Set(polled.filter { $0.revents != 0 }.map(\.fd)))
  }

  package func present(_ grid: CellGrid, palette: Palette) {}
  package func suspend() {}
  package func resume() {}
  package func redraw() {}
  package func copy(_ text: String) {}
  package func leave() {}
}

extension CellGrid {
  /// Writes the rows without trailing blanks to a file.
  package func save(to path: String) {
    let rows = (0..<height).map { y in String(row(y).reversed().drop { $0 == " " }.reversed()) }
    _ = OSFile.write(Array((rows.joined(separator: "\n") + "\n").utf8), to: path)
  }
}
