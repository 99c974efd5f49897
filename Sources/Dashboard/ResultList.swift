package import ParallelFor

/// The user's view of the list of results: the filter, the visible part and the selected row.
///
/// The list itself is on disk. Only the rows of one screen are in memory, and, with a filter, the positions of the
/// matching items.
package struct ResultList: Equatable, Sendable {
  /// The number of items after which a filter stops collecting.
  package static let maximumMatches = 1_000_000

  /// The filter, which decides which items are shown.
  package internal(set) var filter = ResultFilter.all
  /// Whether the list stays at its end while it grows.
  package internal(set) var follows = true
  /// The first visible row, counted within the filter.
  package private(set) var top = 0
  /// The selected row, counted within the filter.
  package private(set) var selected = 0
  /// The number of items that the filter scan has looked at.
  package internal(set) var scanned = 0
  package internal(set) var isScanning = false
  /// The rows of shown items that have ended, or whose fields are known.
  package private(set) var rows: [ItemID: ResultRow] = [:]
  /// The length of the longest name so far, in bytes of UTF-8. These are rarely fewer than its columns, and cheap to
  /// count.
  package private(set) var longestLabel = 0
  /// The length of the longest text of a shown row, counted likewise.
  package private(set) var longestText = 0
  /// The text with which the names of all items begin.
  package private(set) var sharedStart = SharedStart()
  /// The columns of items that are records.
  package private(set) var itemShape = RecordShape()
  /// The columns of results that are records.
  package private(set) var valueShape = RecordShape()
  private var matches: [ItemID] = []
  private var begun = 0

  init() {}

  package var count: Int { filter == .all ? begun : matches.count }

  /// Whether the filter found more than it can keep.
  package var isFull: Bool { matches.count >= Self.maximumMatches }

  /// Returns the item in a row, counted within the filter.
  package func id(atRow row: Int) -> ItemID? {
    guard row >= 0, row < count else { return nil }
    return filter == .all ? ItemID(row) : matches[row]
  }

  package var selectedID: ItemID? { id(atRow: selectedRow) }

  /// The selected row; the last one while the list follows the run.
  package var selectedRow: Int { follows ? max(0, count - 1) : min(selected, max(0, count - 1)) }

  /// Returns the first of `rows` rows to show, so that the selected row is visible.
  package func firstRow(rows: Int) -> Int {
    let last = max(0, count - rows)
    if follows { return last }
    return min(max(min(top, selectedRow), selectedRow - rows + 1), last)
  }

  /// Returns the items to show in a number of rows.
  package func visibleIDs(rows: Int) -> [ItemID] {
    guard rows > 0 else { return [] }
    let first = firstRow(rows: rows)
    return (first..<max(first, min(count, first + rows))).compactMap(id(atRow:))
  }

  /// Returns to the state before any item started.
  mutating func rewind() {
    begun = 0
    (longestLabel, longestText) = (0, 0)
    sharedStart = SharedStart()
  }

  mutating func noteLabel(_ label: String) {
    longestLabel = max(longestLabel, label.utf8.count)
    sharedStart.note(label)
  }

  /// Takes the rows to show, which replace the previous ones.
  mutating func show(_ rows: [ResultRow]) {
    self.rows = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    for row in rows {
      longestLabel = max(longestLabel, row.label.utf8.count)
      longestText = max(longestText, row.text.utf8.count)
      if row.fields.count > 1 { itemShape.note(row.fields) }
      valueShape.note(row.values)
    }
  }

  mutating func grow(to begun: Int) { self.begun = max(self.begun, begun) }

  mutating func move(to row: Int, rows: Int) {
    let first = firstRow(rows: rows)
    selected = min(max(0, row), max(0, count - 1))
    follows = selected >= count - 1
    top = min(max(first, selected - max(1, rows) + 1), selected)
  }

  /// Keeps the selected row, even if it is the last one.
  mutating func holdSelection() { follows = false }

  /// Selects the row of an item. Returns whether the filter shows the item.
  mutating func select(_ id: ItemID, rows: Int) -> Bool {
    let row: Int? =
      if filter == .all { id.position < begun ? id.position : nil } else { matchIndex(id).found }
    guard let row else { return false }
    move(to: row, rows: rows)
    return true
  }

  /// Selects the next row and keeps it selected.
  mutating func moveOn(rows: Int) {
    move(to: selectedRow + 1, rows: rows)
    holdSelection()
  }

  mutating func setFilter(_ filter: ResultFilter, running: [ItemID]) {
    self.filter = filter
    follows = true
    matches = filter == .running ? running.sorted() : []
    scanned = 0
    isScanning = filter.needsScan
  }

  mutating func addMatch(_ id: ItemID) {
    let index = matches.last.map { $0 < id } ?? true ? matches.count : matchIndex(id).insertion
    guard !isFull, index == matches.count || matches[index] != id else { return }
    matches.insert(id, at: index)
    if !follows, index <= selected {
      selected += 1
      top += 1
    }
  }

  mutating func removeMatch(_ id: ItemID) {
    guard let index = matchIndex(id).found else { return }
    matches.remove(at: index)
    if !follows, index < selected {
      selected -= 1
      top = max(0, top - 1)
    }
  }

  private func matchIndex(_ id: ItemID) -> (found: Int?, insertion: Int) {
    var low = 0, high = matches.count
    while low < high {
      let middle = (low + high) / 2
      if matches[middle] < id { low = middle + 1 } else { high = middle }
    }
    return (low < matches.count && matches[low] == id ? low : nil, low)
  }
}

/// One item in the list of results.
package struct ResultRow: Equatable, Sendable {
  package var id: ItemID
  package var label: String
  package var state: ItemState
  /// How long it took in nanoseconds, if it has ended.
  package var latency: Int64?
  /// Why it failed, if it did; untrusted text.
  package var reason: String
  /// The first line of its output, or the last one of its errors if it was not successful; untrusted text.
  package var line: String
  /// A remark on the outcome.
  package var note: String?
  /// The fields of the item; none when it is only a text.
  package var fields: [ItemDetail.Field] = []
  /// The values of its first row; none when the output is only a text.
  package var values: [ItemDetail.Field] = []

  package init(
    id: ItemID, label: String, state: ItemState, latency: Int64? = nil, reason: String = "", line: String = "",
    note: String? = nil, fields: [ItemDetail.Field] = []
  ) {
    self.id = id
    self.label = label
    self.state = state
    self.latency = latency
    self.reason = reason
    self.line = line
    self.note = note
    self.fields = fields
  }

  /// How it ended, in one line.
  package var text: String { Self.text(reason, line) }

  /// Joins a reason and a line that follows it. Either may be empty.
  package static func text(_ reason: String, _ line: String) -> String {
    [reason, line].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}

/// Which items the list of results shows.
package enum ResultFilter: Equatable, Sendable {
  case all, failed, slow, running
  /// Items that failed for a reason of ``FailureGroups``.
  case failure(String)
  /// Items whose name or output contains the text.
  case text(String)

  /// The choices of the menu, with the letters that choose them. The filter for a text asks for the text.
  package static let menu: [(letters: String, name: String, filter: ResultFilter?)] = [
    ("a", "all", .all), ("f", "failed", .failed), ("s", "slow", .slow), ("r", "running", .running),
    ("t/", "text", nil),
  ]

  /// What the filter shows, in a word, or its text in quotes.
  package var name: String {
    switch self {
    case .text(let text): "\"\(text)\""
    case .failure(let reason): reason
    case .all, .failed, .slow, .running: Self.menu.first { $0.filter == self }?.name ?? ""
    }
  }

  /// Whether the filter shows only items that failed.
  var showsFailures: Bool {
    switch self {
    case .failed, .failure: true
    case .all, .slow, .running, .text: false
    }
  }

  /// Whether the filter must scan the results on disk.
  package var needsScan: Bool {
    switch self {
    case .all, .running: false
    case .failed, .failure, .slow, .text: true
    }
  }

  /// Whether a text filter or a search finds `text` in `line`, ignoring case.
  package static func text(_ text: String, isIn line: String) -> Bool {
    line.contains(text) || line.lowercased().contains(text.lowercased())
  }
}

/// A selected element, and the visible part of the list around it.
///
/// The selection follows the element when the order of the list changes. When the element is removed, the selection
/// stays in its row.
package struct ListSelection<ID: Hashable & Sendable>: Equatable, Sendable {
  private var id: ID?
  private var row = 0
  private var top = 0

  init() {}

  /// Returns the selected row; 0 in an empty list.
  package func row(in ids: [ID]) -> Int {
    if let id, let row = ids.firstIndex(of: id) { return row }
    return min(row, max(0, ids.count - 1))
  }

  /// Returns the selected element, if there is one.
  package func selected(in ids: [ID]) -> ID? { ids.isEmpty ? nil : ids[row(in: ids)] }

  /// Returns the first of `rows` rows to show, so that the selected row is visible and no room is wasted.
  package func first(rows: Int, in ids: [ID]) -> Int {
    let row = row(in: ids)
    let lowest = max(min(top, row), row - max(1, rows) + 1)
    return max(0, min(lowest, ids.count - rows))
  }

  mutating func move(to wanted: Int, rows: Int, in ids: [ID]) {
    let first = first(rows: rows, in: ids)
    row = min(max(0, wanted), max(0, ids.count - 1))
    top = max(min(first, row), row - max(1, rows) + 1)
    // If the first row is selected, the selection stays at the top when the items change.
    id = row == 0 || ids.isEmpty ? nil : ids[row]
  }
}
