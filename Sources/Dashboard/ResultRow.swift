package import ParallelFor

/// One item in the list of results.
package struct ResultRow: Equatable, Sendable {
  package var id: ItemID
  /// Its name.
  package var label: String
  /// What it is doing, or how it ended.
  package var state: ItemState
  /// How long it took in nanoseconds, if it has ended.
  package var latency: Int64?
  /// Why it failed, if it did; untrusted text.
  package var reason: String
  /// The first line of its output, or of its errors if it was not successful; untrusted text.
  package var firstLine: String
  /// A remark on the outcome.
  package var note: String?

  package init(
    id: ItemID, label: String, state: ItemState, latency: Int64? = nil, reason: String = "", firstLine: String = "",
    note: String? = nil
  ) {
    self.id = id
    self.label = label
    self.state = state
    self.latency = latency
    self.reason = reason
    self.firstLine = firstLine
    self.note = note
  }

  /// How it ended, in one line.
  package var text: String { Self.text(reason, firstLine) }

  /// Joins a reason and a line that follows it. Either may be empty.
  package static func text(_ reason: String, _ line: String) -> String {
    [reason, line].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}

/// Which items the list of results shows.
package enum ResultFilter: Equatable, Sendable {
  case all, failed, slow, running
  /// Items whose name or output contains the text.
  case text(String)

  /// The choices of the menu, with the letters that choose them. The filter for a text asks for the text.
  package static let menu: [(letters: String, name: String, filter: ResultFilter?)] = [
    ("a", "all", .all), ("f", "failed", .failed), ("s", "slow", .slow), ("r", "running", .running),
    ("t/", "text", nil),
  ]

  /// What the filter shows, in a word, or its text in quotes.
  package var name: String {
    if case .text(let text) = self { return "\"\(text)\"" }
    return Self.menu.first { $0.filter == self }?.name ?? ""
  }

  /// Whether the filter must scan the results on disk.
  package var needsScan: Bool {
    switch self {
    case .all, .running: false
    case .failed, .slow, .text: true
    }
  }

  /// Whether a text filter or a search finds `text` in `line`, ignoring case.
  package static func text(_ text: String, isIn line: String) -> Bool {
    line.contains(text) || line.lowercased().contains(text.lowercased())
  }
}
