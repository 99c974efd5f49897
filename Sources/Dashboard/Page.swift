/// One of the pages that number keys show. The raw value is the key.
package enum Page: Int, CaseIterable, Sendable {
  case overview = 1
  case workers, slow, results, latency, failures, threads, why, timeline
  case nodes = 0

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
    case .nodes: [.nodes]
    case .timeline: [.timeline]
    }
  }

  /// Returns the page that is a panel's own: it is alone there, or at least the first.
  static func of(_ panel: Panel) -> Page { own.first { $0.panel == panel }?.page ?? .overview }

  /// The pages that belong to one panel, each with it.
  package static var own: [(page: Page, panel: Panel)] {
    allCases.dropFirst().compactMap { page in page.panels.first.map { (page, $0) } }
  }
}

/// A part of the screen that can have the focus.
package enum Panel: CaseIterable, Sendable {
  case workers, failures, latency, slow, results, threads, why, timeline, nodes
}
