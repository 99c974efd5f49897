import Dashboard
import Screen
import Themes

/// The line being typed, or the menu of filters, in place of the footer.
struct PromptLine {
  let drawing: Drawing

  func draw(_ prompt: Prompt, in row: Rect, of grid: inout CellGrid) {
    grid.fill(row, role: ThemeRole.text.role)
    var writer = RowCursor(row.inset(horizontal: 1), glyphs: drawing.glyphs)
    writer.write(name(of: prompt.kind), .key, to: &grid)
    writer.skip()
    // Cut a long text at its beginning, because the user types at its end.
    var text = prompt.text
    while TextWidth.columns(of: text) > max(1, writer.remaining - 1), !text.isEmpty { text.removeFirst() }
    writer.write(text, .text, to: &grid)
    grid.select(Rect(x: writer.x, y: row.y, width: 1, height: 1))
    let hint = "Enter accept  Esc cancel"
    if writer.remaining > hint.count + 3 {
      grid.write(hint, x: row.maxX - hint.count - 1, y: row.y, role: ThemeRole.muted.role, in: row)
    }
  }

  private func name(of kind: Prompt.Kind) -> String {
    switch kind {
    case .threads: "threads (0 drains):"
    case .search: "search:"
    case .filterText: "only items with:"
    }
  }

  func drawFilterMenu(in row: Rect, of grid: inout CellGrid) {
    grid.fill(row, role: ThemeRole.text.role)
    var writer = RowCursor(row.inset(horizontal: 1), glyphs: drawing.glyphs)
    writer.write("show", .text, to: &grid)
    writer.skip(2)
    for name in ["all", "failed", "slow", "running", "text"] {
      let start = writer.x
      writer.write(name, .text, to: &grid)
      grid.setRole(Rect(x: start, y: row.y, width: 1, height: 1), ThemeRole.key.role)
      writer.skip(2)
    }
  }
}
