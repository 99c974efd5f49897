import Dashboard
import ParallelFor
import Screen
import Themes

/// All started items in their order, with the first line of their output.
struct ResultsPanel {
  let drawing: Drawing
  let isFramed: Bool

  private var list: ResultList { drawing.dashboard.results }

  func draw(in area: Rect, of grid: inout CellGrid) {
    let waiting = drawing.format.delivery(drawing.facts, at: drawing.now)
    drawing.frame(
      .results, trailing: trailing, footer: waiting, in: area, isFramed: isFramed, of: &grid)
    let area = ListArea(area, isFramed: isFramed)
    let columns = columns(area.list.width)
    columns.drawHeadings(drawing, in: area.headings, of: &grid)
    let isWaitingShown = list.filter == .all && !waiting.isEmpty
    drawing.label(isWaitingShown ? waiting : [trailing], in: area, headings: area.headings, of: &grid)
    let textStart = columns.width(upTo: 3)
    drawing.rows(
      list.visibleIDs(rows: area.list.height), from: list.firstRow(rows: area.list.height), selected: list.selectedRow,
      of: .results, in: area.list, of: &grid
    ) { id, row, grid in
      let result = drawing.dashboard.resultRow(id, at: drawing.now)
      columns.draw(cells(result, columns, row.width), drawing, in: row, of: &grid)
      drawing.mark(id, x: row.x, in: row, of: &grid)
      drawing.markMatches(in: row.splitLeft(textStart).rest, of: &grid)
    }
    if list.count == 0 { drawEmpty(in: area.list.row(0), of: &grid) }
  }

  private var trailing: String {
    let count = drawing.format.count(list.count)
    let place =
      list.follows && drawing.facts.state != .done
      ? "\(count), following" : "\(drawing.format.count(list.selectedRow + 1)) of \(count)"
    let marks = drawing.dashboard.marks.count
    let marked = marks == 0 ? "" : ", \(drawing.format.count(marks)) marked"
    return list.filter == .all ? (list.count == 0 ? "" : place + marked) : "\(filterText): \(place)\(marked)"
  }

  private var filterText: String {
    let name = TextWidth.middle(list.filter.name, columns: Self.filterWidth, ellipsis: drawing.glyphs.ellipsis)
    let only = "only \(name)"
    if list.isScanning { return "\(only), scanned \(drawing.format.count(list.scanned))" }
    return list.isFull ? "\(only), the first" : only
  }

  private func drawEmpty(in row: Rect, of grid: inout CellGrid) {
    let text =
      if list.filter != .all { list.isScanning ? "looking" : "none: Esc shows all" } else { "no items started" }
    grid.write(text, x: row.x + 1, y: row.y, role: ThemeRole.muted.role, in: row)
  }

  /// The most columns for the name of the filter, which may be a long text.
  private static let filterWidth = 36

  private func columns(_ width: Int) -> ListColumns {
    var columns = ListColumns()
    columns.add("#", .right, width: drawing.numberWidth + 1, gap: 1)
    columns.addState(rowWidth: width)
    columns.add("time", .right, width: Formatting.durationWidth, gap: 2)
    let room = width - columns.width - 2
    // Each side takes what the other does not need.
    let widths = Room.shared([drawing.wantedItemWidth, wantedTextWidth], room: room)
    drawing.addItems(to: &columns, width: widths[0], gap: list.itemShape.isEmpty ? 1 : 2)
    if list.valueShape.isEmpty {
      columns.add("result", .left, width: width - columns.width - 1)
    } else {
      columns.add(list.valueShape, width: width - columns.width - 1)
    }
    return columns
  }

  private var wantedTextWidth: Int {
    if !list.valueShape.isEmpty { return RecordColumns.wanted(list.valueShape) }
    return max(Self.leastText, Drawing.stepped(list.longestText))
  }

  /// The least columns for results, which may become longer.
  private static let leastText = 24

  private func cells(_ result: ResultRow, _ columns: ListColumns, _ width: Int) -> [ListColumns.Cell] {
    let time = result.latency.map { drawing.format.duration($0) } ?? ""
    let isSlow = result.latency.map { drawing.isSlow($0) } ?? false
    let isBad = result.state == .failed || result.state == .timedOut
    let note = result.note.map { result.text.isEmpty ? $0 : " (\($0))" } ?? ""
    // Reasons begin alike and often differ at their ends.
    let text = drawing.folded(StyledRun.plain(result.text)) + note
    let shown =
      isBad ? TextWidth.middle(text, columns: columns.lastWidth, ellipsis: drawing.glyphs.ellipsis) : text
    let values: ListColumns.Cell? =
      note.isEmpty && list.valueShape.fits(result.values) ? .record(result.values.map(\.value), .muted) : nil
    return [
      .text(result.id.description, .muted), ListColumns.state(result.state, drawing, rowWidth: width),
      .text(time, isSlow ? .latencyHigh : .text), drawing.itemCell(result.id, result.label),
      values ?? .text(shown, isBad ? .error : .muted),
    ]
  }
}
