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
      .results, trailing: trailing, footer: waiting.first ?? "", in: area, isFramed: isFramed, of: &grid)
    let area = ListArea(area, isFramed: isFramed)
    drawHeadings(in: area.headings, of: &grid)
    let isWaitingShown = list.filter == .all && !waiting.isEmpty
    drawing.label(isWaitingShown ? waiting : [trailing], in: area, headings: area.headings, of: &grid)
    let first = list.firstRow(rows: area.list.height)
    for (index, id) in list.visibleIDs(rows: area.list.height).enumerated() {
      let row = area.list.row(index)
      draw(drawing.dashboard.resultRow(id, at: drawing.now), in: row, of: &grid)
      if first + index == list.selectedRow, drawing.dashboard.focus == .results { grid.select(row) }
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
    let name =
      switch list.filter {
      case .all: "all"
      case .failed: "failed"
      case .slow: "slow"
      case .running: "running"
      case .text(let text): "\"\(text)\""
      }
    if list.isScanning { return "only \(name), scanned \(drawing.format.count(list.scanned))" }
    return list.isFull ? "only \(name), the first" : "only \(name)"
  }

  private func drawEmpty(in row: Rect, of grid: inout CellGrid) {
    let text =
      if list.filter != .all { list.isScanning ? "looking" : "none: Esc shows all" } else { "no items started" }
    grid.write(text, x: row.x + 1, y: row.y, role: ThemeRole.muted.role, in: row)
  }

  /// The width of the item number column: that of the largest number so far, with at least two digits.
  private var numberWidth: Int { "#\(max(99, drawing.facts.begun))".count + 1 }

  /// Returns the width of the longest name so far, rounded up in steps so that the neighbouring columns rarely move.
  private func labelWidth(_ width: Int) -> Int {
    let most = min(64, width * 3 / 10)
    return min(most, (list.longestLabel / Self.labelStep + 1) * Self.labelStep)
  }

  private static let labelStep = 8

  private func drawHeadings(in row: Rect, of grid: inout CellGrid) {
    guard !row.isEmpty else { return }
    var writer = RowCursor(row, glyphs: drawing.glyphs)
    writer.right("#", width: numberWidth, .muted, to: &grid)
    writer.skip()
    writer.left(row.width < 50 ? "" : "state", width: StateColumn.width(in: row), .muted, to: &grid)
    writer.right("time", width: Formatting.durationWidth, .muted, to: &grid)
    writer.skip(2)
    writer.left("item", width: labelWidth(row.width), .muted, to: &grid)
    writer.skip()
    writer.left("result", width: writer.remaining, .muted, to: &grid)
  }

  private func draw(_ result: ResultRow, in row: Rect, of grid: inout CellGrid) {
    var writer = RowCursor(row, glyphs: drawing.glyphs)
    drawing.mark(result.id, x: row.x, in: row, of: &grid)
    writer.right(result.id.description, width: numberWidth, .muted, to: &grid)
    writer.skip()
    StateColumn(drawing: drawing, state: result.state).draw(with: &writer, of: &grid)
    let time = result.latency.map { drawing.format.duration($0) } ?? ""
    let timeRole = result.latency.map { drawing.isSlow($0) ? ThemeRole.latencyHigh : .text } ?? .text
    writer.right(time, width: Formatting.durationWidth, timeRole, to: &grid)
    writer.skip(2)
    let texts = row.splitRight(writer.remaining).right
    writer.name(result.label, width: labelWidth(row.width), .text, to: &grid)
    writer.skip()
    let isBad = result.state == .failed || result.state == .timedOut
    let note = result.note.map { result.text.isEmpty ? $0 : " (\($0))" } ?? ""
    writer.left(result.text + note, width: writer.remaining - 1, isBad ? .error : .muted, to: &grid)
    drawing.markMatches(in: texts, of: &grid)
  }
}
