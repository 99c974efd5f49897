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
    drawHeadings(in: area.headings, of: &grid)
    drawing.label([trailing], in: area, headings: area.headings, of: &grid)
    let ids = items.map(\.id)
    let first = drawing.dashboard.slowSelection.first(rows: area.list.height, in: ids)
    let selected = drawing.dashboard.slowSelection.row(in: ids)
    for (index, item) in items.dropFirst(first).prefix(area.list.height).enumerated() {
      let row = area.list.row(index)
      draw(item, in: row, of: &grid)
      if first + index == selected, drawing.dashboard.focus == .slow { grid.select(row) }
    }
  }

  private var trailing: String {
    guard let limit = drawing.slowLimit else { return "" }
    let count = drawing.facts.slowCount + drawing.facts.slowRunning(at: drawing.now)
    return "\(drawing.format.count(count)) over \(drawing.format.duration(limit))"
  }

  private var numberWidth: Int { "#\(max(99, drawing.facts.begun))".count }

  private func drawHeadings(in row: Rect, of grid: inout CellGrid) {
    guard !row.isEmpty else { return }
    var writer = RowCursor(row, glyphs: drawing.glyphs)
    writer.right("time", width: 2 + Formatting.durationWidth, .muted, to: &grid)
    writer.right("\(drawing.format.times)p50", width: 7, .muted, to: &grid)
    writer.skip()
    writer.left(row.width < 50 ? "" : "state", width: StateColumn.width(in: row), .muted, to: &grid)
    writer.right("#", width: numberWidth, .muted, to: &grid)
    writer.skip()
    writer.left("item", width: writer.remaining, .muted, to: &grid)
  }

  private func draw(_ item: SlowItem, in row: Rect, of grid: inout CellGrid) {
    var writer = RowCursor(row, glyphs: drawing.glyphs)
    let isSlow = drawing.isSlow(item.latency)
    let role = drawing.latencyRole(item.latency)
    writer.left(isSlow ? drawing.glyph(.workerSlow) : "", width: 2, .workerSlow, to: &grid)
    writer.right(drawing.format.duration(item.latency), width: Formatting.durationWidth, role, to: &grid)
    writer.right(drawing.format.timesMedian(item.latency, median: drawing.median), width: 7, role, to: &grid)
    writer.skip()
    StateColumn(drawing: drawing, state: item.state).draw(with: &writer, of: &grid)
    drawing.mark(item.id, x: writer.x - 1, in: row, of: &grid)
    writer.right(item.id.description, width: numberWidth, .muted, to: &grid)
    writer.skip()
    writer.name(item.label, width: writer.remaining - 1, .text, to: &grid)
  }
}
