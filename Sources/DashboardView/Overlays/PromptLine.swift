import Dashboard
import Screen
import Themes

/// The line that is typed, or the menu of filters, in the place of the footer.
struct PromptLine {
  let drawing: Drawing

  func draw(_ prompt: Prompt, in row: Rect, of grid: inout CellGrid) {
    grid.fill(row, role: ThemeRole.dialog.role)
    var writer = RowWriter(row.inset(horizontal: 1), glyphs: drawing.glyphs)
    writer.write(name(of: prompt.kind), .key, to: &grid)
    writer.skip()
    // The end is what is being typed: a long text loses its beginning.
    var text = prompt.text
    while TextWidth.columns(of: text) > max(1, writer.remaining - 1), !text.isEmpty { text.removeFirst() }
    writer.write(text, .dialog, to: &grid)
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
    grid.fill(row, role: ThemeRole.dialog.role)
    var writer = RowWriter(row.inset(horizontal: 1), glyphs: drawing.glyphs)
    writer.write("show", .muted, to: &grid)
    writer.skip(2)
    for (key, name) in [("a", "all"), ("f", "failed"), ("s", "slow"), ("r", "running"), ("t", "text")] {
      writer.write(key, .key, to: &grid)
      writer.skip()
      writer.write(name, .dialog, to: &grid)
      writer.skip(2)
    }
  }
}
