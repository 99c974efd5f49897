package import Dashboard
package import ParallelFor
import Screen

/// The state that a script can wait for.
package struct ScriptView {
  package var dashboard: Dashboard
  package var now: Instant
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
    case .slow: slowCount + slowRunning(at: now)
    case .read: itemsRead
    case .delivered: delivery.next.position
    case .known: past?.items ?? 0
    }
  }
}
