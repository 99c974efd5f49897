import Dashboard
import ParallelFor
import Screen
import Themes

/// The slowest items, including running ones, compared with the median.
struct SlowPanel {
  let drawing: Drawing
  let isFramed: Bool

  func draw(in area: Rect, of grid: inout CellGrid) {
    let items = drawing.facts.slowItems(at: drawing.now)
    drawing.frame(.slow, trailing: trailing, in: area, isFramed: isFramed, of: &grid)
    let area = ListArea(area, isFramed: isFramed)
    let columns = columns(area.list.width)
    columns.drawHeadings(drawing, in: area.headings, of: &grid)
    drawing.label([trailing], in: area, headings: area.headings, of: &grid)
    let ids = items.map(\.id)
    let first = drawing.dashboard.slowSelection.first(rows: area.list.height, in: ids)
    drawing.rows(
      items.dropFirst(first), from: first, selected: drawing.dashboard.slowSelection.row(in: ids), of: .slow,
      in: area.list, of: &grid
    ) { item, row, grid in
      columns.draw(cells(item, row.width, columns.lastWidth), drawing, in: row, of: &grid)
      drawing.mark(item.id, x: row.x + columns.width(upTo: 4) - 1, in: row, of: &grid)
    }
  }

  private var trailing: String {
    guard let limit = drawing.slowLimit else { return "" }
    guard drawing.marksSlow else { return "most over \(drawing.format.duration(limit))" }
    let count = drawing.facts.slowFinished + drawing.facts.slowRunning(at: drawing.now)
    return "\(drawing.format.count(count)) over \(drawing.format.duration(limit))"
  }

  private func columns(_ width: Int) -> ListColumns {
    var columns = ListColumns()
    columns.add("", .left, width: 2)
    columns.add("time", .right, width: Formatting.durationWidth)
    columns.add("\(drawing.format.times)p50", .right, width: 7, gap: 1)
    columns.addState(rowWidth: width)
    columns.add("#", .right, width: drawing.numberWidth, gap: 1)
    drawing.addItems(to: &columns, width: width - columns.width - 1)
    return columns
  }

  private func cells(_ item: SlowItem, _ width: Int, _ nameWidth: Int) -> [ListColumns.Cell] {
    let isSlow = drawing.isSlow(item.latency)
    return [
      .text(isSlow ? drawing.glyph(.workerSlow) : "", .workerSlow),
      .text(drawing.format.duration(item.latency), .text),
      .text(drawing.format.timesMedian(item.latency, median: drawing.median), isSlow ? .workerSlow : .muted),
      ListColumns.state(item.state, drawing, rowWidth: width), .text(item.id.description, .muted),
      drawing.itemCell(item.id, item.label, drawing.facts.reason(of: item.id), columns: nameWidth),
    ]
  }
}
