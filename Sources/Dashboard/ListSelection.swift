/// A selected element and the part of a list that is seen around it.
///
/// The selection sticks to the element while the list changes its order; when the element goes, it stays in its row.
public struct ListSelection<ID: Hashable & Sendable>: Equatable, Sendable {
  private var id: ID?
  private var row = 0
  private var top = 0

  init() {}

  /// The selected row; 0 in an empty list.
  public func row(in ids: [ID]) -> Int {
    if let id, let row = ids.firstIndex(of: id) { return row }
    return min(row, max(0, ids.count - 1))
  }

  /// The selected element, if there is any.
  public func selected(in ids: [ID]) -> ID? { ids.isEmpty ? nil : ids[row(in: ids)] }

  /// The first row to show of `rows`, so that the selected one is among them and no room is wasted.
  public func first(rows: Int, in ids: [ID]) -> Int {
    let row = row(in: ids)
    let lowest = max(min(top, row), row - max(1, rows) + 1)
    return max(0, min(lowest, ids.count - rows))
  }

  mutating func move(to wanted: Int, rows: Int, in ids: [ID]) {
    let first = first(rows: rows, in: ids)
    row = min(max(0, wanted), max(0, ids.count - 1))
    top = max(min(first, row), row - max(1, rows) + 1)
    // A selection of the first row follows the top of the list, whichever item that is.
    id = row == 0 || ids.isEmpty ? nil : ids[row]
  }
}
