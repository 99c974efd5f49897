/// A box with rounded corners and labels in its lines.
package struct Frame: Sendable {
  private let title: String
  private let trailing: String
  private let footer: String
  private let role: Role
  private let titleRole: Role
  private let labelRole: Role
  private let footerRole: Role

  /// - Parameters:
  ///   - title: A text in the top line, on the left.
  ///   - trailing: A text in the top line, on the right; left out when there is no room.
  ///   - footer: A text in the bottom line, on the right; left out when there is no room.
  ///   - role: The role of the lines, and of the labels that are given none.
  package init(
    title: String = "", trailing: String = "", footer: String = "", role: Role, titleRole: Role? = nil,
    labelRole: Role? = nil, footerRole: Role? = nil
  ) {
    self.title = title
    self.trailing = trailing
    self.footer = footer
    self.role = role
    self.titleRole = titleRole ?? role
    self.labelRole = labelRole ?? role
    self.footerRole = footerRole ?? self.labelRole
  }

  /// Draws the frame along the edges of a rectangle, leaves the inside unchanged, and returns it.
  ///
  /// A rectangle of one row or one column gets a plain line, without corners.
  @discardableResult
  package func draw(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) -> Rect {
    guard !rect.isEmpty else { return rect }
    drawLines(in: rect, of: &grid, glyphs: glyphs)
    drawLabels(in: rect, of: &grid, glyphs: glyphs)
    return rect.inset(by: 1)
  }

  private func drawLines(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
    let isUnicode = glyphs == .unicode
    if rect.height == 1 || rect.width > 1 {
      for y in [0, rect.height - 1] { grid.fill(rect.row(y), with: isUnicode ? "─" : "-", role: role) }
    }
    guard rect.height > 1 else { return }
    for side in [rect.splitLeft(1).left, rect.splitRight(1).right] {
      grid.fill(side, with: isUnicode ? "│" : "|", role: role)
    }
    guard rect.width > 1 else { return }
    let corners = [
      ("╭", rect.x, rect.y), ("╮", rect.maxX - 1, rect.y), ("╰", rect.x, rect.maxY - 1),
      ("╯", rect.maxX - 1, rect.maxY - 1),
    ]
    for (corner, x, y) in corners { grid.write(isUnicode ? corner : "+", x: x, y: y, role: role, in: rect) }
  }

  private func drawLabels(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
    // Two corners, two cells of line and two blanks surround a label.
    let room = rect.width - 6
    guard room > 0 else { return }
    var used = 0
    if !title.isEmpty {
      let text = TextWidth.prefix(title, columns: room, ellipsis: glyphs.ellipsis)
      used = grid.write(" \(text) ", x: rect.x + 2, y: rect.y, role: titleRole, in: rect)
    }
    writeRight(trailing, labelRole, room: room - used - 1, y: rect.y, in: rect, of: &grid)
    if rect.height > 1 { writeRight(footer, footerRole, room: room, y: rect.maxY - 1, in: rect, of: &grid) }
  }

  private func writeRight(_ text: String, _ role: Role, room: Int, y: Int, in rect: Rect, of grid: inout CellGrid) {
    let columns = TextWidth.columns(of: text)
    guard columns > 0, columns <= room else { return }
    grid.write(" \(text) ", x: rect.maxX - 4 - columns, y: y, role: role, in: rect)
  }
}
