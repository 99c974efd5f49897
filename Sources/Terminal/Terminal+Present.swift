@preconcurrency import CNCurses
public import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

extension Terminal {
  /// Shows a grid; what is already on the screen is not sent again.
  ///
  /// What of the grid lies outside of the screen is not shown.
  public func present(_ grid: CellGrid, palette: Palette) {
    if let shown, shown.grid == grid, shown.palette == palette { return }
    let former = shown?.palette == palette && shown?.grid.width == grid.width ? shown?.grid : nil
    let window = nc_stdscr()
    if isCleared { wclear(window) }
    isCleared = false
    for y in 0..<min(grid.height, size.height) {
      let cells = grid.cells(inRow: y)
      if let former, y < former.height, former.cells(inRow: y) == cells { continue }
      var row = cells.prefix(size.width).flatMap { drawn($0, palette) }
      mvwadd_wchnstr(window, Int32(y), 0, &row, Int32(row.count))
    }
    shown = (grid, palette)
    wnoutrefresh(window)
    doupdate()
  }

  /// One cell as curses keeps it; none for the right half of a wide character, which curses adds itself.
  private func drawn(_ cell: Cell, _ palette: Palette) -> [cchar_t] {
    if cell.glyph.isContinuation { return [] }
    let style = pairs.drawn(palette.style(for: cell))
    let columns = cell.glyph.columns
    var text: [wchar_t] = cell.glyph.scalars.map { wchar_t($0.value) }
    // Where the C library takes another width, or none, a stand-in keeps the rest of the row in its place.
    let isAgreed = text.first.map { $0 < 0x7F || Int(nc_width($0)) == columns } ?? false
    if !isAgreed { text = [nc_width(0xB7) == 1 ? 0xB7 : 0x3F] }
    let drawn = Self.cell(text, style)
    return isAgreed || columns == 1 ? [drawn] : [drawn, Self.cell([0x20], style)]
  }

  private static func cell(_ text: [wchar_t], _ style: ColorPairs.Drawn) -> cchar_t {
    var cell = cchar_t()
    nc_cell(&cell, text + [0], style.attributes, style.pair)
    return cell
  }
}
