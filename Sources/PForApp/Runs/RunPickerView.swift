import RunStore
import Screen
import Themes

/// The picture of a ``RunPicker``.
struct RunPickerView {
  let glyphs: GlyphSet

  private static let listKeys = [
    ("Enter", "show"), ("p", "replay"), ("r", "resume"), ("c", "compare"), ("q", "quit"),
  ]
  private static let sheetKeys = [("↑↓ ←→", "move"), ("Esc", "back")]

  /// The rows of the list for which a screen has room.
  static func room(_ size: Size, isSheet: Bool) -> Int { max(1, size.height - (isSheet ? 3 : 4)) }

  func draw(_ picker: RunPicker, size: Size) -> CellGrid {
    var grid = CellGrid(width: size.width, height: size.height, role: ThemeRole.text.role)
    let screen = Rect(x: 0, y: 0, width: size.width, height: size.height).splitBottom(1)
    let count = picker.table.entries.count
    let place = picker.sheet == nil ? "\(picker.selected + 1) of \(count)" : ""
    let frame = Frame(
      title: picker.sheet?.title ?? "Recorded runs", trailing: place, role: ThemeRole.border.role,
      titleRole: ThemeRole.title.role)
    let inside = frame.draw(in: screen.rest, of: &grid, glyphs: glyphs)
    if let sheet = picker.sheet {
      draw(sheet, in: inside.inset(horizontal: 1), of: &grid)
    } else {
      draw(picker, in: inside, of: &grid)
    }
    drawFooter(picker, in: screen.bottom, of: &grid)
    return grid
  }

  private func draw(_ picker: RunPicker, in area: Rect, of grid: inout CellGrid) {
    // A sign for the run that is marked is on the left. Nobody has to type the names of runs here.
    let lines = picker.table.lines(width: max(0, area.width - 3), hasNames: false)
    guard let heading = lines.first else { return }
    grid.write(heading, x: area.x + 2, y: area.y, role: ThemeRole.muted.role, in: area)
    for row in 0..<max(0, area.height - 1) where picker.top + row < picker.table.entries.count {
      let index = picker.top + row, line = area.row(row + 1)
      let role = role(picker, index).role
      if picker.marked == index { grid.write("*", x: line.x, y: line.y, role: ThemeRole.key.role, in: line) }
      grid.write(lines[index + 1], x: line.x + 2, y: line.y, role: role, in: line)
      if index == picker.selected { grid.select(line) }
    }
  }

  private func role(_ picker: RunPicker, _ index: Int) -> ThemeRole {
    let entry = picker.table.entries[index]
    guard let run = entry.record else { return .muted }
    switch entry.state {
    case .running: return .workerRunning
    case .finished: return run.counts.unsuccessful > 0 ? .warning : .text
    default: return .statePaused
    }
  }

  private func draw(_ sheet: RunPicker.Sheet, in area: Rect, of grid: inout CellGrid) {
    for (row, line) in sheet.lines.dropFirst(sheet.top).prefix(area.height).enumerated() {
      let rest = sheet.left > 0 ? String(line.dropFirst(sheet.left)) : line
      let text = TextWidth.prefix(rest, columns: area.width, ellipsis: glyphs == .unicode ? "…" : "~")
      grid.write(text, x: area.x, y: area.y + row, role: ThemeRole.text.role, in: area)
    }
  }

  private func drawFooter(_ picker: RunPicker, in row: Rect, of grid: inout CellGrid) {
    guard picker.notice.isEmpty else {
      grid.write(picker.notice, x: row.x + 1, y: row.y, role: ThemeRole.notice.role, in: row)
      return
    }
    var x = row.x + 1
    for (key, word) in picker.sheet == nil ? Self.listKeys : Self.sheetKeys {
      let key = glyphs == .unicode ? key : key.replacing("↑↓ ←→", with: "arrows")
      grid.write(key, x: x, y: row.y, role: ThemeRole.key.role, in: row)
      x += TextWidth.columns(of: key) + 1
      grid.write(word, x: x, y: row.y, role: ThemeRole.muted.role, in: row)
      x += TextWidth.columns(of: word) + 2
    }
  }
}
