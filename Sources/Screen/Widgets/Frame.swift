/// A box with rounded corners and labels in its lines.
public struct Frame: Equatable, Sendable {
  /// A text in the top line, on the left.
  public var title: String
  /// A text in the top line, on the right; left out when there is no room.
  public var trailing: String
  /// A text in the bottom line, on the right; left out when there is no room.
  public var footer: String
  /// What the lines mean.
  public var role: Role
  /// What the title means.
  public var titleRole: Role
  /// What the other labels mean.
  public var labelRole: Role

  /// Makes a frame. By default the labels have the role of the lines.
  public init(
    title: String = "", trailing: String = "", footer: String = "", role: Role, titleRole: Role? = nil,
    labelRole: Role? = nil
  ) {
    self.title = title
    self.trailing = trailing
    self.footer = footer
    self.role = role
    self.titleRole = titleRole ?? role
    self.labelRole = labelRole ?? role
  }

  /// Draws the frame along the edges of a rectangle and leaves the inside unchanged.
  ///
  /// A rectangle of one row or one column gets a plain line, without corners.
  ///
  /// - Returns: The rectangle inside.
  @discardableResult
  public func draw(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) -> Rect {
    guard !rect.isEmpty else { return rect }
    let lines = glyphs == .unicode ? Lines.round : Lines.ascii
    drawLines(lines, in: rect, of: &grid)
    drawLabels(in: rect, of: &grid, glyphs: glyphs)
    return rect.inset(by: 1)
  }

  private func drawLines(_ lines: Lines, in rect: Rect, of grid: inout CellGrid) {
    if rect.height == 1 || rect.width > 1 {
      grid.fill(rect.row(0), with: lines.horizontal, role: role)
      grid.fill(rect.row(rect.height - 1), with: lines.horizontal, role: role)
    }
    guard rect.height > 1 else { return }
    grid.fill(rect.splitLeft(1).left, with: lines.vertical, role: role)
    grid.fill(rect.splitRight(1).right, with: lines.vertical, role: role)
    guard rect.width > 1 else { return }
    grid.write(lines.topLeft, x: rect.x, y: rect.y, role: role, in: rect)
    grid.write(lines.topRight, x: rect.maxX - 1, y: rect.y, role: role, in: rect)
    grid.write(lines.bottomLeft, x: rect.x, y: rect.maxY - 1, role: role, in: rect)
    grid.write(lines.bottomRight, x: rect.maxX - 1, y: rect.maxY - 1, role: role, in: rect)
  }

  private func drawLabels(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
    // Two corners, two cells of line and two blanks surround a label.
    let room = rect.width - 6
    guard room > 0 else { return }
    var used = 0
    if !title.isEmpty {
      let text = TextWidth.prefix(title, columns: room, ellipsis: glyphs == .unicode ? "…" : "~")
      used = grid.write(" \(text) ", x: rect.x + 2, y: rect.y, role: titleRole, in: rect)
    }
    writeRight(trailing, room: room - used - 1, y: rect.y, in: rect, of: &grid)
    if rect.height > 1 { writeRight(footer, room: room, y: rect.maxY - 1, in: rect, of: &grid) }
  }

  private func writeRight(_ text: String, room: Int, y: Int, in rect: Rect, of grid: inout CellGrid) {
    let columns = TextWidth.columns(of: text)
    guard columns > 0, columns <= room else { return }
    grid.write(" \(text) ", x: rect.maxX - 4 - columns, y: y, role: labelRole, in: rect)
  }

  private struct Lines {
    var horizontal: Character
    var vertical: Character
    var topLeft: String
    var topRight: String
    var bottomLeft: String
    var bottomRight: String

    static let round = Lines(
      horizontal: "─", vertical: "│", topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯")
    static let ascii = Lines(
      horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+")
  }
}
