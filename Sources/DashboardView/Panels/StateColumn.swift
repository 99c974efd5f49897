import Dashboard
import Screen
import Themes

/// An item's state as a sign and a word. With little room it shows only the sign, because all signs differ.
struct StateColumn {
  let drawing: Drawing
  let state: ItemState

  static func width(in row: Rect) -> Int { row.width < 50 ? 2 : 10 }

  func draw(with writer: inout RowCursor, of grid: inout CellGrid) {
    let width = Self.width(in: writer.row)
    let glyph = drawing.glyph(state.role)
    writer.left(width < 10 ? glyph : "\(glyph) \(state.word)", width: width, state.role, to: &grid)
  }
}
