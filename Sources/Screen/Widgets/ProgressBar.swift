/// A bar of consecutive segments, exact to an eighth of a column.
public struct ProgressBar: Equatable, Sendable {
  /// A part of the whole.
  public struct Segment: Equatable, Sendable {
    /// The share of the whole; negative amounts count as 0.
    public var amount: Int
    /// What the part means.
    public var role: Role
    /// The character of the part in Unicode.
    public var block: Character
    /// The character of the part in ASCII.
    public var ascii: Character

    /// Makes a segment.
    public init(_ amount: Int, role: Role, block: Character = "█", ascii: Character = "#") {
      self.amount = amount
      self.role = role
      self.block = block
      self.ascii = ascii
    }
  }

  /// The parts that are done, with any result, from the left.
  public var segments: [Segment]
  /// The work still to do, on the right. Its amount is part of the whole.
  public var rest: Segment

  /// Makes a bar.
  public init(segments: [Segment], rest: Segment) {
    self.segments = segments
    self.rest = rest
  }

  /// Draws the bar over all rows of a rectangle.
  ///
  /// Every part above 0 gets at least one column if there are enough. The end of the last segment is exact to an eighth
  /// of a column if the segment is drawn in full blocks. Inner borders lie between columns.
  public func draw(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
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

/// The characters that fill a cell in steps of an eighth.
enum Blocks {
  static let horizontal: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
  static let vertical: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
}
