import Dashboard
import ParallelFor
import Terminal

extension Display {
  /// Shows the status of a run outside of the screen, and rings at its end if that is wanted. The next frame sends both.
  func tell(_ dashboard: inout Dashboard, at now: Instant) {
    announce(TerminalStatus(dashboard), at: now.nanoseconds)
    if dashboard.takeBell() { ring() }
  }
}

extension TerminalStatus {
  /// What the terminal shows of a run outside of its screen.
  init(_ dashboard: Dashboard) {
    let facts = dashboard.live
    let percent = facts.total.map { $0 > 0 ? 100 * facts.tally.finished / $0 : 100 }
    let isReplay = dashboard.replay != nil
    let place = percent.map { "\($0) %" } ?? "\(facts.tally.finished) done"
    let failed = facts.tally.unsuccessful
    let text =
      switch facts.state {
      case _ where isReplay: "replay"
      case .running: place
      case .paused: "paused, \(place)"
      case .draining, .stopping: "ending, \(place)"
      case .done: failed > 0 ? "done, \(failed) failed" : "done"
      }
    self.init(title: "\(text) - pfor-tui", progress: isReplay ? .none : Self.progress(facts, percent))
  }

  private static func progress(_ facts: RunFacts, _ percent: Int?) -> Progress {
    let isFailing = facts.tally.unsuccessful > 0
    if facts.state == .done { return isFailing ? .failing(100) : .none }
    guard let percent else { return .unknown }
    return facts.state == .paused ? .paused(percent) : isFailing ? .failing(percent) : .normal(percent)
  }
}
