import Dashboard
import Screen
import Themes

/// All keys from the table of commands, in two columns if there is room.
struct HelpOverlay {
  let drawing: Drawing
  let top: Int

  private enum Line {
    case heading(String)
    case keys(String, String)
    case blank
  }

  private static let columnWidth = 58
  private static let keysWidth = 14

  /// Returns the number of lines, which may be more than fit.
  static func lineCount(in body: Rect) -> Int { columns(in: body, isReplay: false).map(\.count).max() ?? 0 }

  func draw(in body: Rect, of grid: inout CellGrid) {
    let columns = Self.columns(in: body, isReplay: drawing.dashboard.replay != nil)
    let height = columns.map(\.count).max() ?? 0
    let size = Size(width: min(body.width, columns.count * Self.columnWidth + 4), height: min(body.height, height + 2))
    let area = body.centered(size)
    grid.fill(area, role: ThemeRole.text.role)
    let shown = max(1, area.height - 2)
    let top = min(top, max(0, height - shown))
    let frame = Frame(
      title: "Keys", trailing: "Esc back", footer: height > shown ? "\(top + shown) of \(height)" : "",
      role: ThemeRole.title.role, titleRole: ThemeRole.key.role, labelRole: ThemeRole.muted.role)
    var rest = frame.draw(in: area, of: &grid, glyphs: drawing.glyphs).inset(horizontal: 1)
    for column in columns {
      let (left, right) = rest.splitLeft(Self.columnWidth)
      for (index, line) in column.dropFirst(top).prefix(shown).enumerated() {
        draw(line, in: left.row(index), of: &grid)
      }
      rest = right
    }
  }

  private static func columns(in body: Rect, isReplay: Bool) -> [[Line]] {
    let isWide = body.width >= 2 * columnWidth + 4
    let groups: [[Command.Group]] =
      isWide ? [[.threads, .views, .failed], [.lists, .find, .program]] : [Command.Group.allCases]
    return groups.map { $0.flatMap { lines(of: $0, isReplay: isReplay) }.dropLast() }
  }

  private static func lines(of group: Command.Group, isReplay: Bool) -> [Line] {
    let entries = Command.table.filter { $0.group == group }
    let rows = entries.map { Line.keys(names($0.keys), isReplay ? $0.inReplay.help : $0.help) }
    return [.heading(group.rawValue)] + rows + [.blank]
  }

  /// Joins as many keys as fit into their column.
  private static func names(_ keys: [String]) -> String {
    keys.map(FooterPanel.short).reduce("") {
      $0.isEmpty ? $1 : $0.count + $1.count < keysWidth ? "\($0) \($1)" : $0
    }
  }

  private func draw(_ line: Line, in row: Rect, of grid: inout CellGrid) {
    var cursor = drawing.cursor(row)
    switch line {
    case .blank: return
    case .heading(let text): cursor.write(text, .title, to: &grid)
    case .keys(let keys, let help):
      cursor.skip(2)
      cursor.left(keys, width: Self.keysWidth, .key, to: &grid)
      cursor.skip()
      cursor.left(help, width: cursor.remaining, .text, to: &grid)
    }
  }
}
