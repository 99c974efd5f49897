import Dashboard
import Screen
import Themes

/// One row for each machine of a cluster: its workers, its items, their median time, and what failed or was lost.
struct NodesPanel {
  let drawing: Drawing
  let isFramed: Bool

  func draw(in area: Rect, of grid: inout CellGrid) {
    let nodes = drawing.facts.nodeRows
    let trailing = nodes.isEmpty ? "" : drawing.format.plural(nodes.count, "node")
    drawing.frame(.nodes, trailing: trailing, in: area, isFramed: isFramed, of: &grid)
    let area = ListArea(area, isFramed: isFramed)
    let columns = columns(area.list.width - 1)
    columns.drawHeadings(drawing, in: area.headings, of: &grid)
    drawing.label([trailing], in: area, headings: area.headings, of: &grid)
    let names = nodes.map(\.name)
    let selection = drawing.dashboard.nodeSelection
    let first = selection.first(rows: area.list.height, in: names)
    drawing.rows(
      nodes.dropFirst(first), from: first, selected: selection.row(in: names), of: .nodes, in: area.list, of: &grid
    ) { columns.draw(cells($0), drawing, in: $1, of: &$2) }
    if nodes.isEmpty { drawEmpty(in: area.list.row(0), of: &grid) }
  }

  private func drawEmpty(in row: Rect, of grid: inout CellGrid) {
    let text = "all items run on this machine; --on runs them on a cluster"
    grid.write(text, x: row.x + 1, y: row.y, role: ThemeRole.muted.role, in: row)
  }

  private func columns(_ width: Int) -> ListColumns {
    let isWide = width >= 64
    var columns = ListColumns()
    let numbers = isWide ? 48 : 34
    columns.add("node", .name, width: max(8, width - numbers), gap: 1)
    columns.add("workers", .right, width: 7, gap: 1)
    columns.add("items", .right, width: 7, gap: 1)
    columns.add("per s", .right, width: isWide ? 7 : 0, gap: 1)
    columns.add("p50", .right, width: isWide ? Formatting.durationWidth : 0, gap: 1)
    columns.add("failed", .right, width: 7, gap: 1)
    columns.add("lost", .right, width: 6)
    return columns
  }

  private func cells(_ node: NodeRow) -> [ListColumns.Cell] {
    let sum = node.sum
    let (failed, lost) = (sum?.failed ?? 0, sum?.lost ?? 0)
    let seconds = Double(drawing.facts.stopwatch.active(at: drawing.now)) / 1e9
    let rate = seconds > 0 ? Double(sum?.attempts ?? 0) / seconds : 0
    return [
      .text(node.name, .text),
      .text(node.workers == 0 ? "–" : "\(node.running)/\(node.workers)", node.workers == 0 ? .muted : .text),
      .text(drawing.format.count(sum?.attempts ?? 0), .text), .text(drawing.format.rate(rate), .text),
      .text(drawing.format.duration(sum?.median), .text),
      .text(drawing.format.count(failed), failed > 0 ? .itemFailed : .muted),
      .text(drawing.format.count(lost), lost > 0 ? .warning : .muted),
    ]
  }
}
