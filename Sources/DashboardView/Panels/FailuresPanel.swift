import Dashboard
import ParallelFor
import Screen
import Themes

/// Why items have failed: one row for each reason, with the number of items and the first and the latest of them.
struct FailuresPanel {
  let drawing: Drawing
  let isFramed: Bool

  func draw(in area: Rect, of grid: inout CellGrid) {
    let groups = drawing.facts.failureGroups.groups
    drawing.frame(.failures, trailing: trailing, in: area, isFramed: isFramed, of: &grid)
    let area = ListArea(area, isFramed: isFramed)
    let columns = columns(area.list.width)
    columns.drawHeadings(drawing, in: area.headings, of: &grid)
    drawing.label([trailing], in: area, headings: area.headings, of: &grid)
    let reasons = groups.map(\.reason)
    let selection = drawing.dashboard.failureSelection
    let first = selection.first(rows: area.list.height, in: reasons)
    drawing.rows(
      groups.dropFirst(first), from: first, selected: selection.row(in: reasons), of: .failures, in: area.list,
      of: &grid
    ) { columns.draw(cells($0, columns), drawing, in: $1, of: &$2) }
    if groups.isEmpty { drawEmpty(in: area.list.row(0), of: &grid) }
  }

  private var trailing: String {
    let count = drawing.facts.failureGroups.count
    return count == 0 ? "" : "\(drawing.format.count(count)) failed; Enter shows them"
  }

  private func drawEmpty(in row: Rect, of grid: inout CellGrid) {
    grid.write("nothing has failed", x: row.x + 1, y: row.y, role: ThemeRole.muted.role, in: row)
  }

  private func columns(_ width: Int) -> ListColumns {
    let id = max("latest".count, drawing.numberWidth)
    var columns = ListColumns()
    columns.add("items", .right, width: 7, gap: 2)
    let room = width - columns.width - 1
    // A reason that would be cut gets the room of the latest items, and on a narrow screen also that of the first ones.
    let longest = drawing.facts.failureGroups.groups.map { TextWidth.columns(of: $0.reason) }.max() ?? 0
    let (first, latest) = (width >= 50 ? id : 0, width >= 50 && longest <= room - 2 * (id + 1) ? id : 0)
    let ids = [first, latest].filter { $0 > 0 }.reduce(0) { $0 + $1 + 1 }
    columns.add("reason", .name, width: room - ids, gap: 1)
    columns.add("first", .right, width: first, gap: 1)
    columns.add("latest", .right, width: latest)
    return columns
  }

  private func cells(_ group: FailureGroups.Group, _ columns: ListColumns) -> [ListColumns.Cell] {
    [
      .text(drawing.format.count(group.count), .itemFailed), .text(group.reason, .text),
      .text(group.first.description, .muted), .text(group.latest.description, .muted),
    ]
  }
}
