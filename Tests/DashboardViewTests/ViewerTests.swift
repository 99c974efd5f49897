import Dashboard
import ParallelFor
import Screen
import Testing
import Themes

@testable import DashboardView

/// The page of an item as a viewer of its outputs.
@Suite struct ViewerTests {
  private static let size = Size(width: 80, height: 24)

  /// The page of an item with these lines on standard output and standard error.
  private func scene(_ output: [String], errors: [String] = [], outcome: Outcome? = .succeeded) -> Scene {
    var scene = Scene.orders(seconds: 2).0
    for command in [Command.show(.results), .moveToStart, .open] { _ = scene.dashboard.perform(command) }
    show(output, errors, outcome, in: &scene)
    return scene
  }

  private func show(
    _ output: [String], _ errors: [String] = [], _ outcome: Outcome? = .succeeded, in scene: inout Scene
  ) {
    var detail = ItemDetail(id: scene.dashboard.openItem ?? ItemID(0), label: "item")
    (detail.output, detail.outputBytes) = (output, output.reduce(0) { $0 + $1.utf8.count + 1 })
    (detail.errors, detail.errorBytes) = (errors, errors.reduce(0) { $0 + $1.utf8.count + 1 })
    detail.outcome = outcome
    scene.dashboard.showDetail(detail)
    layOut(&scene)
  }

  private func layOut(_ scene: inout Scene) {
    scene.dashboard.rows = DashboardView().layout(for: Self.size, of: scene.dashboard).rows
  }

  private func perform(_ commands: Command..., in scene: inout Scene) {
    for command in commands {
      _ = scene.dashboard.perform(command)
      layOut(&scene)
    }
  }

  private func search(_ text: String, in scene: inout Scene) {
    _ = scene.dashboard.perform(.search)
    for character in text { _ = scene.dashboard.type(.character(character)) }
    _ = scene.dashboard.type(.submit)
    layOut(&scene)
  }

  private func text(_ scene: Scene) -> String { scene.grid(Self.size).description }

  @Test func longLinesAreWrappedToTheirEnd() {
    var scene = scene([String(repeating: "x", count: 100) + " the end of the line", "last"])
    #expect(text(scene).contains("the end of the line") && text(scene).contains("last"))
    perform(.toggleWrap, in: &scene)
    #expect(!text(scene).contains("the end of the line"))
    perform(.nextPanel, .nextPanel, in: &scene)
    #expect(text(scene).contains("the end of the line") && text(scene).contains("from column 77"))
    perform(.previousPanel, .previousPanel, .previousPanel, in: &scene)
    #expect(scene.dashboard.detailLeft == 0)
  }

  @Test func theEndIsTheEndOfWrappedLines() {
    var scene = scene((1...200).map { "line \($0) " + String(repeating: "y", count: $0) })
    perform(.moveToEnd, in: &scene)
    #expect(text(scene).contains("line 200") || text(scene).contains("yyyyy"))
    let count = scene.dashboard.rows.wholeDetail
    #expect(text(scene).contains("\(count) of \(count) lines"))
    perform(.moveToStart, in: &scene)
    #expect(scene.dashboard.detailTop == 0)
  }

  @Test func matchesAreCountedAndWalkedThrough() {
    var scene = scene((1...300).map { $0 % 100 == 50 ? "a Needle in \($0)" : "hay \($0)" }, errors: ["no needle"])
    search("needle", in: &scene)
    #expect(scene.dashboard.openItem != nil)
    #expect(text(scene).contains("a Needle in 50") && text(scene).contains("match 1 of 4"))
    perform(.searchNext, in: &scene)
    #expect(text(scene).contains("a Needle in 150") && text(scene).contains("match 2 of 4"))
    perform(.searchPrevious, .searchPrevious, in: &scene)
    #expect(text(scene).contains("no needle") && text(scene).contains("match 4 of 4"))
    search("nowhere", in: &scene)
    #expect(text(scene).contains("0 matches"))
  }

  @Test func aMatchFarToTheRightIsScrolledTo() {
    var scene = scene([String(repeating: "x", count: 500) + "needle"])
    perform(.toggleWrap, in: &scene)
    search("needle", in: &scene)
    #expect(text(scene).contains("needle"))
  }

  @Test func outputsKeepTheirColoursAndNothingElse() throws {
    let scene = scene(["plain \u{1B}[31mred\u{1B}[0m \u{1B}[2J\u{1B}]0;title\u{7}end"], errors: ["bad"])
    let grid = scene.grid(Self.size)
    let row = try #require((0..<grid.height).first { grid.row($0).contains("plain red end") })
    let column = try #require(grid.row(row).ranges(of: "red").first)
    let x = grid.row(row).distance(from: grid.row(row).startIndex, to: column.lowerBound)
    #expect(grid[x: x, y: row].role == ThemeRole.role(of: OutputStyle(color: 1)))
    let error = try #require((0..<grid.height).first { grid.row($0).contains("bad") })
    #expect(grid[x: 2, y: error].role == ThemeRole.warning.role)
  }

  @Test func aRunningItemsPageStaysAtItsEnd() {
    var scene = scene((1...100).map { "line \($0)" }, outcome: nil)
    perform(.moveToEnd, in: &scene)
    show((1...150).map { "line \($0)" }, [], nil, in: &scene)
    #expect(text(scene).contains("line 150"))
    perform(.pageUp, in: &scene)
    show((1...200).map { "line \($0)" }, [], nil, in: &scene)
    #expect(!text(scene).contains("line 200"))
  }

  @Test func theMiddleThatIsLeftOutIsTold() {
    var detail = ItemDetail(id: ItemID(0), label: "")
    (detail.output, detail.outputHead, detail.outputBytes, detail.outputCut) = (
      ["a", "b", "y", "z"], 2, 400_000_000, true
    )
    #expect(detail.pageLines.suffix(5) == [.output("a"), .output("b"), .cut, .output("y"), .output("z")])
  }

  /// A megabyte in short lines or in one, laid out and searched.
  @Test(arguments: ["x\n", "x"]) func largeOutputsAreLaidOut(unit: String) {
    let lines =
      unit == "x" ? (0..<256).map { _ in String(repeating: "x", count: 4_096) } : Array(repeating: "x", count: 500_000)
    let key = PageRows.Key(detail: 1, width: 76, wraps: true, search: "y")
    let rows = PageRows(lines.map(PageLine.output), key)
    #expect(rows.count == (unit == "x" ? 256 * 54 : 500_000) && rows.matches.isEmpty)
    #expect(rows.line(atRow: rows.count - 1).line == lines.count - 1)
    #expect(rows.line(atRow: 0) == (0, 0))
  }
}
