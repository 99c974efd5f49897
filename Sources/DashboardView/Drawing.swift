import Dashboard
import ParallelFor
import Screen
import Themes

/// What all panels of one frame draw from: the dashboard, its facts and time taken once, and how signs look.
struct Drawing {
  let dashboard: Dashboard
  let facts: RunFacts
  let now: Instant
  let theme: Theme
  let glyphs: GlyphSet
  let format: Formatting
  let slowLimit: Int64?
  let median: Int64?

  init(_ dashboard: Dashboard, at now: Instant, theme: Theme, glyphs: GlyphSet) {
    self.dashboard = dashboard
    facts = dashboard.facts
    self.now = dashboard.shownInstant(now)
    self.theme = theme
    self.glyphs = glyphs
    format = Formatting(glyphs: glyphs)
    slowLimit = facts.slowLimit
    median = facts.latency.percentiles.p50
  }

  /// The sign of a state.
  func glyph(_ role: ThemeRole) -> String { String(theme.glyph(role, in: glyphs)) }

  func isSlow(_ nanoseconds: Int64) -> Bool { slowLimit.map { nanoseconds >= $0 } ?? false }

  /// What a latency's colour says: as usual, longer than usual, slow.
  func latencyRole(_ nanoseconds: Int64) -> ThemeRole {
    if isSlow(nanoseconds) { return .latencyHigh }
    guard let median, nanoseconds > median * 3 / 2 else { return .latencyLow }
    return .latencyMiddle
  }

  /// Draws a panel's frame, if it has one, and returns the inside.
  func frame(
    _ panel: Panel, trailing: String = "", footer: String = "", in area: Rect, isFramed: Bool, of grid: inout CellGrid
  ) -> Rect {
    guard isFramed else { return area }
    let hasFocus = dashboard.focus == panel
    let frame = Frame(
      title: panel.title, trailing: trailing, footer: footer,
      role: (hasFocus ? ThemeRole.title : .border).role, titleRole: (hasFocus ? ThemeRole.key : .title).role,
      labelRole: ThemeRole.muted.role)
    return frame.draw(in: area, of: &grid, glyphs: glyphs)
  }

  /// Writes at the right of a panel's headings what its frame would say, where it has no frame: the first of the
  /// texts that fits, else what fits of the last.
  func note(_ texts: [String], in headings: Rect, isFramed: Bool, of grid: inout CellGrid) {
    let room = headings.width * 2 / 3
    let fitting = texts.first { TextWidth.columns(of: $0) <= room } ?? texts.last ?? ""
    guard !isFramed, !fitting.isEmpty, room >= 20 else { return }
    let text = " " + TextWidth.prefix(fitting, columns: room, ellipsis: ellipsis)
    let x = headings.maxX - 1 - TextWidth.columns(of: text)
    // A heading that would be cut gives way as a whole.
    var start = x
    while start > headings.x, grid[x: start, y: headings.y].glyph != .blank { start -= 1 }
    grid.fill(Rect(x: start, y: headings.y, width: x - start, height: 1), role: ThemeRole.text.role)
    grid.write(text, x: x, y: headings.y, role: ThemeRole.muted.role, in: headings)
  }

  /// The sign of a marked item, in the column before its number.
  func mark(_ id: ItemID, x: Int, in row: Rect, of grid: inout CellGrid) {
    guard dashboard.marks.contains(id) else { return }
    grid.write(glyphs == .unicode ? "●" : "*", x: x, y: row.y, role: ThemeRole.key.role, in: row)
  }

  /// Marks what was searched for, or what the list is filtered by.
  func markMatches(in area: Rect, of grid: inout CellGrid) {
    let filter: String? = if case .text(let text) = dashboard.results.filter { text } else { nil }
    for text in [dashboard.searchText, filter].compactMap({ $0 }) {
      grid.mark(text, in: area, role: ThemeRole.match.role)
    }
  }

  /// An item's name in a number of columns, cut in its middle: names of one run often begin alike.
  func name(_ label: String, columns: Int) -> String {
    TextWidth.middle(label, columns: columns, ellipsis: ellipsis)
  }

  private var ellipsis: Character { glyphs == .unicode ? "…" : "~" }
}

/// Writes into one row of a grid, column after column.
struct RowWriter {
  let row: Rect
  let glyphs: GlyphSet
  private(set) var x: Int

  init(_ row: Rect, glyphs: GlyphSet) {
    self.row = row
    self.glyphs = glyphs
    x = row.x
  }

  var remaining: Int { max(0, row.maxX - x) }

  mutating func skip(_ columns: Int = 1) { x += columns }

  /// Writes a text and moves behind it.
  mutating func write(_ text: String, _ role: ThemeRole, to grid: inout CellGrid) {
    x += grid.write(text, x: x, y: row.y, role: role.role, in: row)
  }

  /// Writes a text at the left of a column of some width, cut with an ellipsis.
  mutating func left(_ text: String, width: Int, _ role: ThemeRole, to grid: inout CellGrid) {
    let width = min(width, remaining)
    if width > 0 { grid.write(fit(text, width), x: x, y: row.y, role: role.role, in: row) }
    x += width
  }

  /// Writes an item's name or a file's at the left of a column of some width, cut in its middle.
  mutating func name(_ label: String, width: Int, _ role: ThemeRole, to grid: inout CellGrid) {
    let room = min(width, remaining)
    left(TextWidth.middle(label, columns: room, ellipsis: ellipsis), width: width, role, to: &grid)
  }

  /// Writes a text at the right of a column of some width.
  mutating func right(_ text: String, width: Int, _ role: ThemeRole, to grid: inout CellGrid) {
    let text = fit(text, width)
    grid.write(text, x: x + width - TextWidth.columns(of: text), y: row.y, role: role.role, in: row)
    x += width
  }

  private func fit(_ text: String, _ width: Int) -> String {
    TextWidth.prefix(text, columns: width, ellipsis: ellipsis)
  }

  private var ellipsis: Character { glyphs == .unicode ? "…" : "~" }
}
