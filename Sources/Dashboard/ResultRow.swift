public import ParallelFor

/// One item in the list of results.
public struct ResultRow: Equatable, Sendable {
  /// The item.
  public var id: ItemID
  /// Its name.
  public var label: String
  /// What it is doing, or how it ended.
  public var state: ItemState
  /// How long it took in nanoseconds, if it has ended.
  public var latency: Int64?
  /// Why it failed, if it did; untrusted text.
  public var reason: String
  /// The first line of its output, or of its errors if it was not successful; untrusted text.
  public var firstLine: String
  /// A remark on the outcome.
  public var note: String?

  /// Makes a row.
  public init(
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
  public var text: String { Self.text(reason, firstLine) }

  /// Joins a reason and a line that follows it. Either may be empty.
  public static func text(_ reason: String, _ line: String) -> String {
    [reason, line].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}

/// Which items the list of results shows.
public enum ResultFilter: Equatable, Sendable {
  case all, failed, slow, running
  /// Items whose name or output contains the text.
  case text(String)

  /// Whether the filter must scan the results on disk.
  public var needsScan: Bool {
    switch self {
    case .all, .running: false
    case .failed, .slow, .text: true
    }
  }

  /// Whether a text filter or a search finds `text` in `line`, ignoring case.
  public static func text(_ text: String, isIn line: String) -> Bool {
    line.contains(text) || line.lowercased().contains(text.lowercased())
  }
}
