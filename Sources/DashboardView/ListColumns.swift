import Dashboard
import Screen
import Themes

/// The columns of a list, from left to right. Its headings and its rows have the same widths.
struct ListColumns {
  enum Alignment {
    case left, right
    /// Left-aligned and cut in its middle, because names in one run often begin alike.
    case name
  }

  enum Cell {
    case text(String, ThemeRole)
    case bar(ProgressBar)
    /// The values of a record, in a column that is divided.
    case record([String], ThemeRole)
  }

  private struct Column {
    var title: String
    var alignment: Alignment
    var width: Int
    var gap: Int
    /// How the column is divided for records; nil if it is not.
    var parts: RecordColumns?
  }

  private var columns: [Column] = []

  /// Adds a column with blanks after it. One without a width takes no room.
  mutating func add(_ title: String, _ alignment: Alignment, width: Int, gap: Int = 0) {
    columns.append(Column(title: title, alignment: alignment, width: max(0, width), gap: width > 0 ? gap : 0))
  }

  /// Adds a column that is divided for records.
  mutating func add(_ shape: RecordShape, width: Int, gap: Int = 0) {
    let parts = RecordColumns(shape, room: width)
    columns.append(Column(title: "", alignment: .name, width: max(0, width), gap: width > 0 ? gap : 0, parts: parts))
  }

  /// Adds a column for the states of items. With little room it holds only their signs, because all signs differ.
  mutating func addState(rowWidth: Int) {
    let isShort = Self.hasShortStates(rowWidth)
    add(isShort ? "" : "state", .left, width: isShort ? 2 : 10)
  }

  private static func hasShortStates(_ rowWidth: Int) -> Bool { rowWidth < 50 }

  static func state(_ state: ItemState, _ drawing: Drawing, rowWidth: Int) -> Cell {
    let glyph = drawing.glyph(state.role)
    return .text(hasShortStates(rowWidth) ? glyph : "\(glyph) \(state.word)", state.role)
  }

  /// The width of the columns and the gaps so far.
  var width: Int { width(upTo: columns.count) }

  /// Returns the width of the first columns with their gaps.
  func width(upTo count: Int) -> Int { columns.prefix(count).reduce(0) { $0 + $1.width + $1.gap } }

  /// Returns the width of a column.
  func width(of column: Int) -> Int { columns.indices.contains(column) ? columns[column].width : 0 }

  /// The width of the last column.
  var lastWidth: Int { columns.last?.width ?? 0 }

  func drawHeadings(_ drawing: Drawing, in row: Rect, of grid: inout CellGrid) {
    guard !row.isEmpty else { return }
    var cursor = drawing.cursor(row)
    for column in columns {
      let heading: Cell =
        column.parts.map { .record($0.columns.map(\.name), .muted) } ?? .text(column.title, .muted)
      Self.draw(heading, in: column, isHeading: true, with: &cursor, drawing, of: &grid)
      cursor.skip(column.gap)
    }
  }

  /// Draws one row, a cell for each column.
  func draw(_ cells: [Cell], _ drawing: Drawing, in row: Rect, of grid: inout CellGrid) {
    var cursor = drawing.cursor(row)
    for (column, cell) in zip(columns, cells) {
      Self.draw(cell, in: column, with: &cursor, drawing, of: &grid)
      cursor.skip(column.gap)
    }
  }

  private static func draw(
    _ cell: Cell, in column: Column, isHeading: Bool = false, with cursor: inout RowCursor, _ drawing: Drawing,
    of grid: inout CellGrid
  ) {
    let width = column.width
    switch (cell, column.alignment) {
    case (.text(let text, let role), .left): cursor.left(text, width: width, role, to: &grid)
    case (.text(let text, let role), .right): cursor.right(text, width: width, role, to: &grid)
    case (.text(let text, let role), .name) where isHeading: cursor.left(text, width: width, role, to: &grid)
    case (.text(let text, let role), .name): cursor.name(text, width: width, role, to: &grid)
    case (.record(let values, let role), _):
      let end = cursor.x + width
      column.parts?.draw(values, role, with: &cursor, of: &grid)
      cursor.skip(end - cursor.x)
    case (.bar(let bar), _):
      let area = Rect(x: cursor.x, y: cursor.row.y, width: width, height: 1).intersection(cursor.row)
      bar.draw(in: area, of: &grid, glyphs: drawing.glyphs)
      cursor.skip(width)
    }
  }
}

extension Drawing {
  /// Draws the visible rows of a list, starting with row `first`, and marks the selected one.
  func rows<Row>(
    _ rows: some Sequence<Row>, from first: Int, selected: Int, of panel: Panel, in area: Rect,
    of grid: inout CellGrid, draw: (Row, Rect, inout CellGrid) -> Void
  ) {
    for (index, row) in rows.prefix(area.height).enumerated() {
      let place = area.row(index)
      draw(row, place, &grid)
      if first + index == selected, dashboard.focus == panel { grid.select(place) }
    }
  }
}
