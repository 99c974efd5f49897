package enum GlyphSet: Sendable {
  /// Blocks, lines and rounded corners.
  case unicode
  /// ASCII characters, which every terminal has.
  case ascii

  /// The mark of a cut text.
  package var ellipsis: Character { self == .unicode ? "…" : "~" }
}

/// The characters that fill a cell in steps of an eighth.
enum Blocks {
  static let horizontal: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
  static let vertical: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
}

/// A bar of consecutive segments, exact to an eighth of a column.
package struct ProgressBar: Equatable, Sendable {
  /// A part of the whole.
  package struct Segment: Equatable, Sendable {
    /// The share of the whole; negative amounts count as 0.
    let amount: Int
    let role: Role
    let block: Character
    let ascii: Character

    package init(_ amount: Int, role: Role, block: Character = "█", ascii: Character = "#") {
      self.amount = amount
      self.role = role
      self.block = block
      self.ascii = ascii
    }
  }

  /// The parts that are done, with any result, from the left.
  let segments: [Segment]
  /// The work still to do, on the right. Its amount is part of the whole.
  let rest: Segment

  package init(segments: [Segment], rest: Segment) {
    self.segments = segments
    self.rest = rest
  }

  /// Draws the bar over all rows of a rectangle.
  ///
  /// Every part above 0 gets at least one column if there are enough. The end of the last segment is exact to an eighth
  /// of a column if the segment is drawn in full blocks. Inner borders lie between columns.
  package func draw(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
    guard rect.width > 0 else { return }
    let layout = Layout(self, columns: rect.width, isFine: glyphs == .unicode)
    for y in rect.y..<rect.maxY {
      grid.fill(Rect(x: rect.x, y: y, width: rect.width, height: 1), with: glyph(rest, glyphs), role: rest.role)
      for part in layout.parts {
        let area = Rect(x: rect.x + part.start, y: y, width: part.width, height: 1).intersection(rect)
        grid.fill(area, with: glyph(part.segment, glyphs), role: part.segment.role)
      }
      if let edge = layout.edge {
        grid.write(edge.glyph, x: rect.x + edge.column, y: y, role: edge.role, in: rect)
      }
    }
  }

  private func glyph(_ segment: Segment, _ glyphs: GlyphSet) -> Character {
    glyphs == .unicode ? segment.block : segment.ascii
  }

  /// The columns that each part takes.
  private struct Layout {
    var parts: [(segment: Segment, start: Int, width: Int)] = []
    var edge: (column: Int, glyph: String, role: Role)?

    init(_ bar: ProgressBar, columns: Int, isFine: Bool) {
      let shown = bar.segments.filter { $0.amount > 0 }
      guard let last = shown.last else { return }
      let unit = isFine && last.block == "█" ? 8 : 1
      let filled = Self.filled(bar, shown: shown, columns: columns, unit: unit)
      placeWhole(shown, within: filled / unit, columns: columns)
      let eighths = filled % unit
      if eighths > 0, filled / unit < columns {
        edge = (filled / unit, String(Blocks.horizontal[eighths]), last.role)
      }
    }

    /// The total length of all segments, in eighths of a column or in whole columns.
    private static func filled(_ bar: ProgressBar, shown: [Segment], columns: Int, unit: Int) -> Int {
      let done = shown.reduce(0.0) { $0 + Double($1.amount) }
      let rest = Double(max(0, bar.rest.amount))
      let exact = Int((done / (done + rest) * Double(columns * unit)).rounded())
      let most = rest > 0 && columns > shown.count ? (columns - 1) * unit : columns * unit
      return min(max(exact, min(shown.count, columns) * unit), most)
    }

    /// Gives each segment its share of whole columns, and at least one while there are enough.
    private mutating func placeWhole(_ shown: [Segment], within filled: Int, columns: Int) {
      var start = 0
      var amountLeft = shown.reduce(0.0) { $0 + Double($1.amount) }
      for (index, segment) in shown.enumerated() where start < filled {
        let after = shown.count - index - 1
        let share = Int((Double(segment.amount) / amountLeft * Double(filled - start)).rounded())
        let width = min(max(1, share), max(1, filled - start - after))
        parts.append((segment, start, width))
        start += width
        amountLeft -= Double(segment.amount)
      }
    }
  }
}

/// Vertical columns of one cell's width side by side, as in a histogram.
package struct BarChart: Sendable {
  package struct Column: Sendable {
    let value: Double
    let role: Role

    /// Makes a column. A negative or undefined value counts as 0.
    package init(_ value: Double, role: Role) {
      self.value = value.isFinite ? max(0, value) : 0
      self.role = role
    }
  }

  private let columns: [Column]

  package init(_ columns: [Column]) { self.columns = columns }

  /// Draws the columns from the left edge of a rectangle, upwards from its bottom row.
  ///
  /// The largest value has the full height. Heights are exact to an eighth of a row, or to a row in ASCII. Every value
  /// above 0 is visible.
  package func draw(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
    guard let top = columns.map(\.value).max(), top > 0 else { return }
    for (index, column) in columns.prefix(rect.width).enumerated() where column.value > 0 {
      let area = Rect(x: rect.x + index, y: rect.y, width: 1, height: rect.height)
      draw(column, share: column.value / top, in: area, of: &grid, glyphs: glyphs)
    }
  }

  private func draw(_ column: Column, share: Double, in area: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
    let unit = glyphs == .unicode ? 8 : 1
    let height = max(1, Int((share * Double(area.height * unit)).rounded()))
    let full = area.splitBottom(height / unit)
    grid.fill(full.bottom, with: glyphs == .unicode ? "█" : "#", role: column.role)
    guard height % unit > 0 else { return }
    grid.fill(full.rest.splitBottom(1).bottom, with: Blocks.vertical[height % unit], role: column.role)
  }
}

/// A line of columns that shows a number over time, with the newest value on the right.
package struct Sparkline: Sendable {
  private let values: [Double]
  private let role: Role
  private let top: Double?

  /// Makes a line of values, oldest first. Negative and undefined ones count as 0.
  ///
  /// - Parameter top: The value that has the full height; nil for the largest one that is drawn.
  package init(_ values: [Double], role: Role, top: Double? = nil) {
    self.values = values
    self.role = role
    self.top = top
  }

  /// Draws the newest values that fit into the first row of a rectangle, right-aligned.
  ///
  /// A value of 0 is the lowest column, so that "nothing happened" looks different from "not yet measured".
  package func draw(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
    guard !rect.isEmpty else { return }
    let shown = values.suffix(rect.width).map { $0.isFinite ? max(0, $0) : 0 }
    let top = top ?? shown.max() ?? 0
    let steps = glyphs == .unicode ? Array(Blocks.vertical.dropFirst()) : Self.asciiSteps
    let text = String(
      shown.map { steps[top > 0 ? Int((min(1, $0 / top) * Double(steps.count - 1)).rounded(.up)) : 0] })
    grid.write(text, x: rect.maxX - shown.count, y: rect.y, role: role, in: rect)
  }

  private static let asciiSteps: [Character] = ["_", ".", ":", "-", "=", "+", "*", "#"]
}
