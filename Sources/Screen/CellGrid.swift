/// All cells of a screen as a value, independent of any terminal.
///
/// A wide character is in its left cell, and its right cell is a continuation. The grid never holds half of one.
package struct CellGrid: Equatable, Sendable {
  package let width: Int
  package let height: Int
  private var cells: [Cell]

  /// Makes an empty grid; negative sizes become 0.
  package init(width: Int, height: Int, role: Role = Role(rawValue: 0)) {
    self.width = max(0, width)
    self.height = max(0, height)
    cells = Array(repeating: Cell(role: role), count: self.width * self.height)
  }

  package var bounds: Rect { Rect(x: 0, y: 0, width: width, height: height) }

  /// One cell. Outside of the grid, cells are blank and writing does nothing.
  ///
  /// Writing a wide glyph also writes its right half. A glyph that would lose a half leaves a blank.
  package subscript(x x: Int, y y: Int) -> Cell {
    get { bounds.contains(x: x, y: y) ? cells[y * width + x] : Cell() }
    set {
      guard bounds.contains(x: x, y: y) else { return }
      put(newValue, x: x, y: y, limit: width)
    }
  }

  /// Writes a text into one row, from left to right.
  ///
  /// Anything that a terminal could interpret becomes a visible stand-in. A newline does not start a new row.
  ///
  /// - Parameters:
  ///   - text: Any text, trusted or not.
  ///   - x: The column of the first glyph, possibly left of the grid.
  ///   - clip: Where cells may change; nil for the whole grid.
  /// - Returns: The number of columns taken from `x` on. The next text may start after them.
  @discardableResult
  package mutating func write(_ text: String, x: Int, y: Int, role: Role, in clip: Rect? = nil) -> Int {
    let area = bounds.intersection(clip ?? bounds)
    guard x < area.maxX else { return 0 }
    let isVisible = y >= area.y && y < area.maxY
    var scanner = GlyphScanner(text)
    var column = x
    while column < area.maxX, let glyph = scanner.next() {
      let next = column + glyph.columns
      if isVisible { place(glyph, role: role, x: column, y: y, from: area.x, to: area.maxX) }
      column = next
    }
    return min(column, area.maxX) - x
  }

  /// Fills a rectangle with a character of one column; other characters become blanks.
  package mutating func fill(_ rect: Rect, with character: Character = " ", role: Role) {
    let area = bounds.intersection(rect)
    var glyph = Glyph(character)
    if glyph.columns != 1 { glyph = .blank }
    for y in area.y..<max(area.y, area.maxY) where area.width > 0 {
      mendEdges(from: area.x, to: area.maxX, y: y)
      for x in area.x..<area.maxX { cells[y * width + x] = Cell(glyph: glyph, role: role) }
    }
  }

  /// Marks the cells of a rectangle as selected; they keep their text and roles.
  package mutating func select(_ rect: Rect) {
    change(rect) { $0.isSelected = true }
  }

  /// Gives the cells of a rectangle another role; they keep their text.
  package mutating func setRole(_ rect: Rect, _ role: Role) {
    change(rect) { $0.role = role }
  }

  /// Gives another role to every occurrence of a text in the rows of a rectangle, ignoring case.
  package mutating func mark(_ text: String, in rect: Rect, role: Role) {
    let area = bounds.intersection(rect)
    var scanner = GlyphScanner(text)
    var wanted: [String] = []
    while let glyph = scanner.next() { wanted.append(glyph.folded) }
    guard !wanted.isEmpty, !area.isEmpty else { return }
    for y in area.y..<area.maxY {
      let columns = (area.x..<area.maxX).filter { !cells[y * width + $0].glyph.isContinuation }
      let shown = columns.map { cells[y * width + $0].glyph.folded }
      for start in shown.indices where shown[start...].starts(with: wanted) {
        let end = start + wanted.count < columns.count ? columns[start + wanted.count] : area.maxX
        change(Rect(x: columns[start], y: y, width: end - columns[start], height: 1)) { $0.role = role }
      }
    }
  }

  /// One row as plain text; empty outside of the grid.
  package func row(_ y: Int) -> String {
    SafeText.joined(cells(inRow: y).map(\.glyph))
  }

  /// The cells of one row; none outside of the grid.
  package func cells(inRow y: Int) -> ArraySlice<Cell> {
    guard y >= 0 && y < height else { return [] }
    return cells[(y * width)..<((y + 1) * width)]
  }

  private mutating func change(_ rect: Rect, _ body: (inout Cell) -> Void) {
    let area = bounds.intersection(rect)
    guard !area.isEmpty else { return }
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX { body(&cells[y * width + x]) }
    }
  }

  /// Places the part of a glyph that lies between two columns: all of it, or a blank for a half.
  private mutating func place(_ glyph: Glyph, role: Role, x: Int, y: Int, from left: Int, to right: Int) {
    if x >= left {
      put(Cell(glyph: glyph, role: role), x: x, y: y, limit: right)
    } else if x + glyph.columns > left {
      put(Cell(role: role), x: left, y: y, limit: right)
    }
  }

  private mutating func put(_ cell: Cell, x: Int, y: Int, limit: Int) {
    var cell = cell
    if cell.glyph.isContinuation || x + cell.glyph.columns > limit { cell.glyph = .blank }
    mendEdges(from: x, to: x + cell.glyph.columns, y: y)
    let index = y * width + x
    let isWide = cell.glyph.columns == 2
    cells[index] = cell
    guard isWide else { return }
    cell.glyph = .continuation
    cells[index + 1] = cell
  }

  /// Blanks the halves of wide glyphs that are about to lose the other half to columns `left..<right`.
  private mutating func mendEdges(from left: Int, to right: Int, y: Int) {
    let start = y * width
    if left > 0, left < width, cells[start + left].glyph.isContinuation { cells[start + left - 1].glyph = .blank }
    if right < width, cells[start + right].glyph.isContinuation { cells[start + right].glyph = .blank }
  }
}

extension CellGrid: CustomStringConvertible {
  /// All rows as plain text, one per line.
  package var description: String {
    (0..<height).map(row).joined(separator: "\n")
  }
}
