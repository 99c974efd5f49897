import Dashboard
import ParallelFor
import Screen
import Themes

/// Why items are slow: one row for each reason, with the items, the time that it explains, and its share of all time.
struct WhyPanel {
  let drawing: Drawing
  let isFramed: Bool

  /// The rows below the list, for advice, if there is room.
  private static func notes(in area: ListArea) -> (list: Rect, notes: Rect) {
    let height = area.list.height
    let split = area.list.splitBottom(height >= 12 ? 4 : height >= 6 ? 2 : height >= 3 ? 1 : 0)
    return (split.rest, split.bottom)
  }

  /// Returns the part of a list's area that has the rows.
  static func list(in area: ListArea) -> Rect { notes(in: area).list }

  func draw(in area: Rect, of grid: inout CellGrid) {
    let groups = drawing.facts.reasonGroups.groups
    drawing.frame(.why, trailing: trailing(groups), in: area, isFramed: isFramed, of: &grid)
    let area = ListArea(area, isFramed: isFramed)
    let (list, notes) = Self.notes(in: area)
    let columns = columns(list.width)
    columns.drawHeadings(drawing, in: area.headings, of: &grid)
    drawing.label([trailing(groups)], in: area, headings: area.headings, of: &grid)
    let names = groups.map(\.words)
    let selection = drawing.dashboard.whySelection
    let first = selection.first(rows: list.height, in: names)
    drawing.rows(
      groups.dropFirst(first), from: first, selected: selection.row(in: names), of: .why, in: list, of: &grid
    ) { columns.draw(cells($0), drawing, in: $1, of: &$2) }
    if groups.isEmpty { drawEmpty(in: list.row(0), of: &grid) }
    let selected = selection.selected(in: names)
    draw(lines(groups.first { $0.words == selected }), in: notes, of: &grid)
  }

  private func trailing(_ groups: [ReasonGroups.Group]) -> String {
    groups.isEmpty ? "" : "of \(drawing.format.duration(Int64(busy))) that items took"
  }

  private var busy: Double { min(drawing.facts.busyTime(at: drawing.now), 9e18) }

  private func drawEmpty(in row: Rect, of grid: inout CellGrid) {
    let text = "no reason has been seen"
    grid.write(text, x: row.x + 1, y: row.y, role: ThemeRole.muted.role, in: row)
  }

  /// The lines below the list: what would help the selected items, what slow items have in common, and what the server
  /// has done.
  private func lines(_ group: ReasonGroups.Group?) -> [(String, ThemeRole)] {
    let advice = group.flatMap { drawing.format.advice($0) }.map { ($0, ThemeRole.warning) }
    let activity = drawing.facts.serverActivity.flatMap { drawing.format.activity($0) }.map { ($0, ThemeRole.muted) }
    let traits = drawing.facts.slowTraits.map { (drawing.format.sentence($0), ThemeRole.warning) }
    return [advice].compactMap { $0 } + traits + [activity].compactMap { $0 }
  }

  private func draw(_ lines: [(String, ThemeRole)], in area: Rect, of grid: inout CellGrid) {
    for (index, (line, role)) in lines.prefix(area.height).enumerated() {
      var cursor = drawing.cursor(area.row(area.height - min(lines.count, area.height) + index))
      cursor.skip()
      cursor.left(line, width: cursor.remaining - 1, role, to: &grid)
    }
  }

  private func columns(_ width: Int) -> ListColumns {
    let isWide = width >= 50
    var columns = ListColumns()
    columns.add("share", .right, width: 6, gap: 1)
    columns.add("time", .right, width: isWide ? Formatting.durationWidth : 0, gap: 1)
    columns.add("items", .right, width: 7, gap: 2)
    let longest = isWide ? max("longest".count, drawing.numberWidth) : 0
    columns.add("reason", .left, width: width - columns.width - 1 - (isWide ? longest + 1 : 0), gap: isWide ? 1 : 0)
    columns.add("longest", .right, width: longest)
    return columns
  }

  private func cells(_ group: ReasonGroups.Group) -> [ListColumns.Cell] {
    [
      .text(drawing.format.share(group.time, of: busy), .workerSlow),
      .text(drawing.format.duration(group.time), .text), .text(drawing.format.count(group.items), .text),
      .text(drawing.format.words(group), .text), .text(group.longest.description, .muted),
    ]
  }
}
