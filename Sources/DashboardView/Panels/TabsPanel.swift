import Dashboard
import Screen
import Themes

/// The names of the panels in one row, shown when there is room for only one panel.
struct TabsPanel {
  let drawing: Drawing

  func draw(in row: Rect, of grid: inout CellGrid) {
    var writer = RowCursor(row.inset(horizontal: row.width < 50 ? 0 : 1), glyphs: drawing.glyphs)
    for page in Page.allCases {
      guard let panel = page.panels.first, page.panels.count == 1 else { continue }
      let hasFocus = panel == drawing.dashboard.focus
      let start = writer.x
      writer.write(" \(page.rawValue) ", .key, to: &grid)
      writer.write(row.width < 50 ? panel.title : "\(panel.title) ", hasFocus ? .title : .muted, to: &grid)
      if hasFocus { grid.select(Rect(x: start, y: row.y, width: writer.x - start, height: 1)) }
    }
  }
}
