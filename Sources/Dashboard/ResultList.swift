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
  /// Whether the filter scan is in progress.
  package internal(set) var isScanning = false
  /// The loaded rows of finished items.
  package internal(set) var rows: [ItemID: ResultRow] = [:]
  /// The length of the longest name so far, in bytes of UTF-8. These are rarely fewer than its columns, and cheap to
  /// count.
  package private(set) var longestLabel = 0
  private var matches: [ItemID] = []
  private var begun = 0

  init() {}

  /// The number of rows.
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
    longestLabel = 0
  }

  mutating func noteLabel(_ label: String) { longestLabel = max(longestLabel, label.utf8.count) }

  mutating func grow(to begun: Int) { self.begun = max(self.begun, begun) }

  mutating func move(by distance: Int, rows: Int) {
    move(to: selectedRow + distance, rows: rows)
  }

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
    let index: Int
    if let last = matches.last, last < id { index = matches.count } else { index = matchIndex(id).insertion }
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
