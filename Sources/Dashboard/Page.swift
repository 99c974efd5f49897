/// One of the pages that number keys show. The raw value is the key.
package enum Page: Int, CaseIterable, Sendable {
  case overview = 1
  case workers, slow, results, latency, failures, threads, why, timeline

  /// The panels of the page, in the order in which Tab moves through them. Those without room are left out.
  package var panels: [Panel] {
    switch self {
    case .overview: [.workers, .failures, .latency, .slow, .results]
    case .workers: [.workers]
    case .slow: [.slow]
    case .results: [.results]
    case .latency: [.latency]
    case .failures: [.failures]
    case .threads: [.threads]
    case .why: [.why, .slow]
    case .timeline: [.timeline]
    }
  }

  /// Returns the page that is a panel's own: it is alone there, or at least the first.
  static func of(_ panel: Panel) -> Page { allCases.dropFirst().first { $0.panels.first == panel } ?? .overview }
}

/// A part of the screen that can have the focus.
package enum Panel: CaseIterable, Sendable {
  case workers, failures, latency, slow, results, threads, why, timeline
}
