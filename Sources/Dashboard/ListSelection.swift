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
