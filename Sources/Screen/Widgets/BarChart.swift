/// Vertical columns side by side, as in a histogram.
public struct BarChart: Equatable, Sendable {
  /// One column.
  public struct Column: Equatable, Sendable {
    /// The height; negative and undefined values count as 0.
    public var value: Double
    /// What the column means.
    public var role: Role

    /// Makes a column.
    public init(_ value: Double, role: Role) {
      self.value = value
      self.role = role
    }
  }

  /// The columns from left to right.
  public var columns: [Column]
  /// The width of each column in cells.
  public var columnWidth: Int
  /// The value of a column of full height; nil for the largest value.
  public var maximum: Double?

  /// Makes a chart.
  public init(_ columns: [Column], columnWidth: Int = 1, maximum: Double? = nil) {
    self.columns = columns
    self.columnWidth = max(1, columnWidth)
    self.maximum = maximum
  }

  /// Draws the columns from the left edge of a rectangle, upwards from its bottom row.
  ///
  /// Heights are exact to an eighth of a row, or to a row in ASCII. Every value above 0 is visible.
  public func draw(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
    guard !rect.isEmpty else { return }
    let top = maximum ?? columns.map(\.value).filter(\.isFinite).max() ?? 0
    for (index, column) in columns.enumerated() where index * columnWidth < rect.width {
      let area = Rect(x: rect.x + index * columnWidth, y: rect.y, width: columnWidth, height: rect.height)
      draw(column, top: top, in: area.intersection(rect), of: &grid, glyphs: glyphs)
    }
  }

  private func draw(_ column: Column, top: Double, in area: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
    guard top > 0, column.value.isFinite, column.value > 0 else { return }
    let unit = glyphs == .unicode ? 8 : 1
    let share = min(1, column.value / top)
    let height = max(1, Int((share * Double(area.height * unit)).rounded()))
    let full = area.splitBottom(height / unit)
    grid.fill(full.bottom, with: glyphs == .unicode ? "█" : "#", role: column.role)
    guard height % unit > 0 else { return }
    grid.fill(full.rest.splitBottom(1).bottom, with: Blocks.vertical[height % unit], role: column.role)
  }
}
