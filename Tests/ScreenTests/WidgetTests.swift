import Screen
import Testing

@Suite struct WidgetTests {
  private let role = Role(rawValue: 1)

  private func picture(_ width: Int, _ height: Int = 1, _ draw: (Rect, inout CellGrid) -> Void) -> String {
    var grid = CellGrid(width: width, height: height)
    draw(grid.bounds, &grid)
    return grid.description
  }

  private func bar(_ amounts: [Int], rest: Int) -> ProgressBar {
    let blocks: [(Character, Character)] = [("█", "#"), ("▓", "x"), ("█", ">")]
    let segments = zip(amounts, blocks).enumerated().map { index, part in
      ProgressBar.Segment(part.0, role: Role(rawValue: UInt8(index + 1)), block: part.1.0, ascii: part.1.1)
    }
    return ProgressBar(segments: segments, rest: .init(rest, role: Role(rawValue: 9), block: "░", ascii: "."))
  }

  @Test(arguments: [
    ([50, 0, 0], 50, 8, "████░░░░", "####...."),
    ([50, 10, 0], 40, 10, "█████▓░░░░", "#####x...."),
    ([53, 0, 0], 47, 10, "█████▎░░░░", "#####....."),
    ([997, 1, 1], 1, 10, "███████▓█░", "#######x>."),
    ([1, 1, 1], 9997, 10, "█▓█░░░░░░░", "#x>......."),
    ([0, 0, 0], 10, 4, "░░░░", "...."),
    ([10, 0, 0], 0, 4, "████", "####"),
    ([0, 0, 0], 0, 4, "░░░░", "...."),
    ([5, 1, 1], 5, 2, "█▓", "#x"),
    ([5, 1, 1], 5, 1, "█", "#"),
    ([5, 1, 1], 5, 0, "", ""),
    ([-5, 0, 0], -5, 3, "░░░", "..."),
    ([.max, .max, .max], .max, 8, "██▓▓██░░", "##xx>>.."),
  ])
  func progressBars(amounts: [Int], rest: Int, width: Int, unicode: String, ascii: String) {
    let bar = bar(amounts, rest: rest)
    #expect(picture(width) { bar.draw(in: $0, of: &$1, glyphs: .unicode) } == unicode)
    #expect(picture(width) { bar.draw(in: $0, of: &$1, glyphs: .ascii) } == ascii)
  }

  @Test func aBarsPartsHaveTheirOwnRoles() {
    var grid = CellGrid(width: 10, height: 1)
    bar([50, 10, 10], rest: 30).draw(in: grid.bounds, of: &grid, glyphs: .unicode)
    #expect((0..<10).map { grid[x: $0, y: 0].role.rawValue } == [1, 1, 1, 1, 1, 2, 3, 9, 9, 9])
  }

  /// The first column is there from the first item on, and the last one stays until the last item is done.
  @Test func everyEighthOfABarIsDifferent() {
    let pictures = (0...64).map { amount in
      picture(8) { bar([amount], rest: 64 - amount).draw(in: $0, of: &$1, glyphs: .unicode) }
    }
    #expect(Set(pictures).count == 65 - 7 - 7)
  }

  @Test(arguments: [
    ([0, 1, 2, 4, 8], 8, "   ▁▂▃▅█", "   _.:=#"),
    ([0, 0, 0], 3, "▁▁▁", "___"),
    ([], 3, "   ", "   "),
    ([1, 2, 3, 4], 2, "▇█", "*#"),
    ([.nan, .infinity, -1, 5], 4, "▁▁▁█", "___#"),
    ([1], 0, "", ""),
  ])
  func sparklines(values: [Double], width: Int, unicode: String, ascii: String) {
    let line = Sparkline(values, role: role)
    #expect(picture(width) { line.draw(in: $0, of: &$1, glyphs: .unicode) } == unicode)
    #expect(picture(width) { line.draw(in: $0, of: &$1, glyphs: .ascii) } == ascii)
  }

  @Test func barCharts() {
    let chart = BarChart([0, 0.001, 3, 4, 8, .nan].map { BarChart.Column($0, role: role) })
    #expect(picture(7, 2) { chart.draw(in: $0, of: &$1, glyphs: .unicode) } == "    █  \n ▁▆██  ")
    #expect(picture(7, 2) { chart.draw(in: $0, of: &$1, glyphs: .ascii) } == "    #  \n ####  ")
    #expect(picture(2, 1) { chart.draw(in: $0, of: &$1, glyphs: .unicode) } == " ▁")
    #expect(picture(0, 0) { chart.draw(in: $0, of: &$1, glyphs: .unicode) } == "")
    let none = BarChart([0, .infinity].map { BarChart.Column($0, role: role) })
    #expect(picture(3, 1) { none.draw(in: $0, of: &$1, glyphs: .unicode) } == "   ")
  }

  @Test(arguments: [
    (14, 3, "╭─ Ab ── 12 ─╮\n│            │\n╰──────── z ─╯"),
    (2, 2, "╭╮\n╰╯"),
    (1, 3, "│\n│\n│"),
    (3, 1, "───"),
    (1, 1, "─"),
    (0, 0, ""),
  ])
  func frames(width: Int, height: Int, expected: String) {
    let frame = Frame(title: "Ab", trailing: "12", footer: "z", role: role)
    #expect(picture(width, height) { frame.draw(in: $0, of: &$1, glyphs: .unicode) } == expected)
  }

  @Test func framesInASCIIAndLongTitles() {
    let frame = Frame(title: "A long title", trailing: "12", role: role)
    #expect(picture(12, 2) { frame.draw(in: $0, of: &$1, glyphs: .ascii) } == "+- A lon~ -+\n+----------+")
    #expect(picture(6, 2) { frame.draw(in: $0, of: &$1, glyphs: .ascii) } == "+----+\n+----+")
    var grid = CellGrid(width: 5, height: 4)
    #expect(frame.draw(in: grid.bounds, of: &grid, glyphs: .unicode) == Rect(x: 1, y: 1, width: 3, height: 2))
  }
}
