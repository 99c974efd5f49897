@preconcurrency import CNCurses
package import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

extension Terminal {
  /// Shows a grid. Parts that are already on the screen are not sent again.
  ///
  /// Parts of the grid outside of the screen are not shown. Nothing is shown until the terminal has accepted the
  /// previous frame; see ``isReady``.
  package func present(_ grid: CellGrid, palette: Palette) {
    guard isReady else { return }
    if let shown, shown.grid == grid, shown.palette == palette { return }
    if shown?.palette != palette { styles = Array(repeating: nil, count: 512) }
    let former = shown?.palette == palette && shown?.grid.width == grid.width ? shown?.grid : nil
    let window = nc_stdscr()
    if isCleared { wclear(window) }
    isCleared = false
    var row: [cchar_t] = []
    row.reserveCapacity(size.width)
    for y in 0..<min(grid.height, size.height) {
      let cells = grid.cells(inRow: y)
      if let former, y < former.height, former.cells(inRow: y) == cells { continue }
      row.removeAll(keepingCapacity: true)
      for cell in cells.prefix(size.width) { append(cell, to: &row, palette) }
      mvwadd_wchnstr(window, Int32(y), 0, &row, Int32(row.count))
    }
    shown = (grid, palette)
    wnoutrefresh(window)
    doupdate()
    spool.send()
  }

  /// Whether the terminal has accepted the last frame, so that another can be shown. Waiting for input sends the rest.
  package var isReady: Bool { spool.isEmpty }

  /// Adds one cell in the form of curses. Skips the right half of a wide character, which curses adds itself.
  private func append(_ cell: Cell, to row: inout [cchar_t], _ palette: Palette) {
    if cell.glyph.isContinuation { return }
    let style = drawn(cell, palette)
    var place = cchar_t()
    if let scalar = cell.glyph.singleScalar, isAgreed(scalar, columns: cell.glyph.columns) {
      nc_cell_of(&place, wchar_t(scalar.value), style.attributes, style.pair)
    } else if let base = cell.glyph.scalars.first, isAgreed(base, columns: cell.glyph.columns) {
      nc_cell(&place, cell.glyph.scalars.map { wchar_t($0.value) } + [0], style.attributes, style.pair)
    } else {
      // If the C library disagrees about the width, a stand-in keeps the rest of the row in place.
      nc_cell_of(&place, nc_width(0xB7) == 1 ? 0xB7 : 0x3F, style.attributes, style.pair)
      row.append(place)
      guard cell.glyph.columns == 2 else { return }
      nc_cell_of(&place, 0x20, style.attributes, style.pair)
    }
    row.append(place)
  }

  private func isAgreed(_ scalar: Unicode.Scalar, columns: Int) -> Bool {
    scalar.isASCII || Int(nc_width(wchar_t(scalar.value))) == columns
  }

  /// The style of a cell, cached by role and selection because there are few of these and thousands of cells.
  private func drawn(_ cell: Cell, _ palette: Palette) -> ColorPairs.Drawn {
    let index = Int(cell.role.rawValue) * 2 + (cell.isSelected ? 1 : 0)
    if let style = styles[index] { return style }
    let style = pairs.drawn(palette.style(for: cell))
    styles[index] = style
    return style
  }
}
