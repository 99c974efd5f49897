import Attempts
import Dashboard
import ParallelFor
import Screen
import Themes

/// The data that all panels of one frame share: the dashboard, its facts and time, and the signs to draw with.
struct Drawing {
  let dashboard: Dashboard
  let facts: RunFacts
  let now: Instant
  let theme: Theme
  let glyphs: GlyphSet
  let format: Formatting
  let slowLimit: Int64?
  /// Whether slow items are marked. Where most are slow, none is.
  let marksSlow: Bool
  let median: Int64?

  init(_ dashboard: Dashboard, at now: Instant, theme: Theme, glyphs: GlyphSet) {
    self.dashboard = dashboard
    facts = dashboard.facts
    self.now = dashboard.shownInstant(now)
    self.theme = theme
    self.glyphs = glyphs
    format = Formatting(glyphs: glyphs)
    slowLimit = facts.slowLimit
    marksSlow = facts.isSlowExceptional(at: self.now)
    median = facts.latency.percentiles.p50
  }

  /// Returns the sign of a state.
  func glyph(_ role: ThemeRole) -> String { String(theme.glyph(role, in: glyphs)) }

  /// Whether the run is over or only replayed, so that no key changes it.
  var isPast: Bool { facts.state == .done || dashboard.replay != nil }

  /// Whether a time is marked as slow.
  func isSlow(_ nanoseconds: Int64) -> Bool { marksSlow && slowLimit.map { nanoseconds >= $0 } ?? false }

  /// Returns the role of a latency: usual, longer than usual, or slow.
  func latencyRole(_ nanoseconds: Int64) -> ThemeRole {
    if isSlow(nanoseconds) { return .latencyHigh }
    guard let median, nanoseconds > median * 3 / 2 else { return .latencyLow }
    return .latencyMiddle
  }

  /// The width of an item's number: that of the largest number so far, with at least two digits.
  var numberWidth: Int { "#\(max(99, facts.begun))".count }

  /// The columns of items that are records; empty if they are only texts.
  var itemShape: RecordShape { dashboard.results.itemShape }

  /// The columns in which no item is cut, in steps so that neighbouring columns rarely move.
  var wantedItemWidth: Int {
    let list = dashboard.results
    if !itemShape.isEmpty { return RecordColumns.wanted(itemShape) }
    return Self.stepped(list.longestLabel - list.sharedStart.text.utf8.count)
  }

  /// The least columns in which the start of all items can be recognized.
  private static let leastHeading = 10

  static func stepped(_ width: Int) -> Int { (width / 8 + 1) * 8 }

  /// Adds the column of items to a list: divided for records, or headed by the text with which all items begin.
  func addItems(to columns: inout ListColumns, width: Int, gap: Int = 0) {
    if !itemShape.isEmpty { return columns.add(itemShape, width: width, gap: gap) }
    columns.add(itemHeading(width), .name, width: width, gap: gap)
  }

  private func itemHeading(_ width: Int) -> String {
    let start = dashboard.results.sharedStart.text
    let room = width - "item \(glyphs.ellipsis)".count
    guard !start.isEmpty, room >= Self.leastHeading else { return "item" }
    return "item \(TextWidth.middle(start, columns: room, ellipsis: glyphs.ellipsis))\(glyphs.ellipsis)"
  }

  /// Returns a text with an ellipsis for the text with which all items begin.
  func folded(_ text: String) -> String {
    let start = dashboard.results.sharedStart.text
    return start.isEmpty ? text : text.replacing(start, with: String(glyphs.ellipsis))
  }

  /// Returns the cell of an item: its fields, or else its text and, if there is room for both, why it takes its time.
  func itemCell(_ id: ItemID, _ label: String, _ reason: Reason? = nil, columns: Int = 0) -> ListColumns.Cell {
    let fields = dashboard.results.rows[id]?.fields ?? []
    let hasReason = reason != nil && columns >= Self.leastForReason
    if itemShape.fits(fields), !hasReason { return .record(fields.map(\.value), .text) }
    return .text(named(itemText(id, label), reason, columns: columns), .text)
  }

  /// Returns an item in one text: its fields, or what its name does not share with all others.
  func itemText(_ id: ItemID, _ label: String) -> String {
    let fields = dashboard.results.rows[id]?.fields ?? []
    return itemShape.fits(fields)
      ? fields.map(\.value).joined(separator: "  ") : dashboard.results.sharedStart.rest(of: label)
  }

  /// Returns an item's name and, if there is room for both, why it takes its time.
  func named(_ label: String, _ reason: Reason?, columns: Int) -> String {
    guard let reason, columns >= Self.leastForReason else { return label }
    let least = min(Self.leastName, TextWidth.columns(of: label))
    let words = TextWidth.prefix(format.words(reason), columns: columns - least - 2, ellipsis: glyphs.ellipsis)
    let room = columns - TextWidth.columns(of: words) - 2
    return "\(TextWidth.middle(label, columns: room, ellipsis: glyphs.ellipsis))  \(words)"
  }

  /// The columns that a name and a reason need at least, and those for a long name.
  private static let (leastForReason, leastName) = (24, 10)

  func cursor(_ row: Rect) -> RowCursor { RowCursor(row, ellipsis: glyphs.ellipsis) }

  /// Draws a panel's frame, if it has one, and returns the inside.
  @discardableResult
  func frame(
    _ panel: Panel, trailing: String = "", footer: [String] = [], footerRole: ThemeRole = .muted, in area: Rect,
    isFramed: Bool, of grid: inout CellGrid
  ) -> Rect {
    guard isFramed else { return area }
    let hasFocus = dashboard.focus == panel
    // Two corners, two cells of line and two blanks surround a label.
    let fitting = footer.first { TextWidth.columns(of: $0) <= area.width - 6 } ?? ""
    return frame(
      panel.title(at: facts.state), trailing: trailing, footer: fitting, footerRole: footerRole, hasFocus: hasFocus,
      in: area, of: &grid)
  }

  func frame(
    _ title: String, trailing: String, footer: String, footerRole: ThemeRole = .muted, hasFocus: Bool = true,
    in area: Rect, of grid: inout CellGrid
  ) -> Rect {
    let frame = Frame(
      title: title, trailing: trailing, footer: footer, role: (hasFocus ? ThemeRole.title : .border).role,
      titleRole: (hasFocus ? ThemeRole.key : .title).role, labelRole: ThemeRole.muted.role, footerRole: footerRole.role)
    return frame.draw(in: area, of: &grid, glyphs: glyphs)
  }

  /// For a panel without a frame, writes the frame's label: into its own row, or else at the right of the headings.
  ///
  /// It takes the first of the texts that fits, or else cuts the last one.
  func label(_ texts: [String], in area: ListArea, headings: Rect, of grid: inout CellGrid) {
    let row = area.label.isEmpty ? headings : area.label
    let room = area.label.isEmpty ? row.width * 2 / 3 : row.width - 2
    let fitting = texts.first { TextWidth.columns(of: $0) <= room } ?? texts.last ?? ""
    guard !area.isFramed, !fitting.isEmpty, room >= 20 else { return }
    let text = " " + TextWidth.prefix(fitting, columns: room, ellipsis: glyphs.ellipsis)
    let x = row.maxX - 1 - TextWidth.columns(of: text)
    // Remove a heading as a whole if it would be cut.
    var start = x
    while start > row.x, grid[x: start, y: row.y].glyph != .blank { start -= 1 }
    grid.fill(Rect(x: start, y: row.y, width: x - start, height: 1), role: ThemeRole.text.role)
    grid.write(text, x: x, y: row.y, role: ThemeRole.muted.role, in: row)
  }

  /// Draws the sign of a marked item in the column before its number.
  func mark(_ id: ItemID, x: Int, in row: Rect, of grid: inout CellGrid) {
    guard dashboard.marks.contains(id) else { return }
    grid.write(glyphs == .unicode ? "●" : "*", x: x, y: row.y, role: ThemeRole.key.role, in: row)
  }

  /// Highlights the search text and the text of the filter.
  func markMatches(in area: Rect, of grid: inout CellGrid) {
    let filter: String? = if case .text(let text) = dashboard.results.filter { text } else { nil }
    for text in [dashboard.searchText, filter].compactMap({ $0 }) {
      grid.mark(text, in: area, role: ThemeRole.match.role)
    }
  }
}

/// A place in one row of a grid that moves right as texts are written.
struct RowCursor {
  let row: Rect
  private let ellipsis: Character
  private(set) var x: Int

  init(_ row: Rect, ellipsis: Character) {
    self.row = row
    self.ellipsis = ellipsis
    x = row.x
  }

  var remaining: Int { max(0, row.maxX - x) }

  mutating func skip(_ columns: Int = 1) { x += columns }

  /// Writes a text and moves past it.
  mutating func write(_ text: String, _ role: ThemeRole, to grid: inout CellGrid) {
    x += grid.write(text, x: x, y: row.y, role: role.role, in: row)
  }

  /// Writes a text left-aligned in a column of the given width, cut with an ellipsis.
  mutating func left(_ text: String, width: Int, _ role: ThemeRole, to grid: inout CellGrid) {
    let width = min(width, remaining)
    if width > 0 { grid.write(fit(text, width), x: x, y: row.y, role: role.role, in: row) }
    x += width
  }

  /// Writes the name of an item or a file left-aligned in a column of the given width, cut in its middle.
  mutating func name(_ label: String, width: Int, _ role: ThemeRole, to grid: inout CellGrid) {
    let room = min(width, remaining)
    left(TextWidth.middle(label, columns: room, ellipsis: ellipsis), width: width, role, to: &grid)
  }

  /// Writes a text right-aligned in a column of the given width.
  mutating func right(_ text: String, width: Int, _ role: ThemeRole, to grid: inout CellGrid) {
    let text = fit(text, width)
    grid.write(text, x: x + width - TextWidth.columns(of: text), y: row.y, role: role.role, in: row)
    x += width
  }

  private func fit(_ text: String, _ width: Int) -> String {
    TextWidth.prefix(text, columns: width, ellipsis: ellipsis)
  }
}
