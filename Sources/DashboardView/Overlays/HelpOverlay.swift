import Dashboard
import Screen
import Themes

/// All keys from the table of commands, in two columns if there is room.
struct HelpOverlay {
  let drawing: Drawing
  let top: Int

  private enum Line {
    case heading(String)
    case entry(Command.Entry)
    case blank
  }

  private static let columnWidth = 58
  private static let keysWidth = 14

  /// Returns the number of lines, which may be more than fit.
  static func lineCount(in body: Rect) -> Int { columns(in: body).map(\.count).max() ?? 0 }

  func draw(in body: Rect, of grid: inout CellGrid) {
    let columns = Self.columns(in: body)
    let height = columns.map(\.count).max() ?? 0
    let size = Size(width: min(body.width, columns.count * Self.columnWidth + 4), height: min(body.height, height + 2))
    let area = body.centered(size)
    grid.fill(area, role: ThemeRole.text.role)
    let shown = max(1, area.height - 2)
    let top = min(top, max(0, height - shown))
    let footer = height > shown ? "\(top + shown) of \(height)" : ""
    var rest = drawing.frame("Keys", trailing: "Esc back", footer: footer, in: area, of: &grid).inset(horizontal: 1)
    for column in columns {
      let (left, right) = rest.splitLeft(Self.columnWidth)
      for (index, line) in column.dropFirst(top).prefix(shown).enumerated() {
        draw(line, in: left.row(index), of: &grid)
      }
      rest = right
    }
  }

  private static func columns(in body: Rect) -> [[Line]] {
    let isWide = body.width >= 2 * columnWidth + 4
    let groups: [[Command.Group]] =
      isWide ? [[.threads, .views, .failed], [.lists, .find, .program]] : [Command.Group.allCases]
    return groups.map { $0.flatMap(lines).dropLast() }
  }

  private static func lines(of group: Command.Group) -> [Line] {
    [.heading(group.rawValue)] + Command.table.filter { $0.group == group }.map(Line.entry) + [.blank]
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
    case .entry(let entry):
      let help = drawing.dashboard.replay == nil ? entry.help : entry.inReplay.help
      cursor.skip(2)
      cursor.left(Self.names(entry.keys), width: Self.keysWidth, .key, to: &grid)
      cursor.skip()
      cursor.left(help, width: cursor.remaining, .text, to: &grid)
    }
  }
}
