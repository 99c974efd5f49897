import Dashboard
import ParallelFor
import Screen
import TestSupport
import Testing

@testable import DashboardView

/// Where there is little room, less important parts give way. Where there is much, nothing is wasted.
@Suite struct RoomTests {
  /// A run whose results wait for one slow item, after a few seconds.
  private static func waiting(for slow: Int, seconds: Int64 = 8) -> Scene {
    var simulator = RunSimulator(items: 100_000, threads: 3) { position, _ in
      (position == slow ? 90_000_000_000 : 10_000_000, .succeeded)
    }
    simulator.advance(by: seconds * 1_000_000_000)
    var scene = Scene("", &simulator)
    _ = scene.dashboard.perform(.show(.results))
    return scene
  }

  private func column(of text: String, in grid: CellGrid) throws -> Int {
    let row = try #require((0..<grid.height).map(grid.row).first { $0.contains(text) }, "no \(text):\n\(grid)")
    return try #require(row.firstRange(of: text).map { row.distance(from: row.startIndex, to: $0.lowerBound) })
  }

  @Test(arguments: [(3, 8), (7, 8), (8, 16), (11, 16), (200, 60)])
  func resultsStandBesideTheLongestName(length: Int, width: Int) throws {
    let name = String(repeating: "n", count: length)
    let grid = Scene.orders(seconds: 2, label: { _ in name }).0.grid(Size(width: 120, height: 36))
    #expect(try column(of: "result  ", in: grid) == column(of: "item  ", in: grid.rows(from: 18)) + width + 1)
  }

  @Test func rowsThatDidNotStartHereCountToo() throws {
    var scene = Self.waiting(for: 5)
    let size = Size(width: 120, height: 36)
    let before = try column(of: "result  ", in: scene.grid(size))
    scene.dashboard.showResults([ResultRow(id: ItemID(0), label: "a-name-from-an-earlier-run", state: .succeeded)])
    #expect(try column(of: "result  ", in: scene.grid(size)) > before)
  }

  @Test(arguments: [
    (120, "waiting for #6, 7.9 s, 1,596 results held"), (60, "waiting for #6, 7.9 s, 1,596 results held"),
    (40, "1,596 wait for #6, 7.9 s"),
  ])
  func theItemThatResultsWaitForIsNeverCut(width: Int, text: String) {
    let grid = Self.waiting(for: 5).grid(Size(width: width, height: 14))
    let line = (0..<grid.height).map(grid.row).first { $0.contains("#6") && $0.contains("wait") } ?? ""
    #expect(line.contains(text), "\(line)")
    #expect(!line.contains("…"), "\(line)")
  }

  @Test func theTimeGivesWayBeforeTheCount() {
    let grid = Self.waiting(for: 50_005, seconds: 200).grid(Size(width: 40, height: 10))
    #expect(grid.description.contains("wait for #50006 "), "\(grid)")
    #expect(!grid.row(4).contains("…"))
  }

  /// With room for growth, the counts keep their places. Without it, they move closer together.
  @Test func everyCountIsShownForAsLongAsItFits() {
    let scene = Scene.orders(items: 100_000, threads: 5, seconds: 12).0
    let roomy = scene.grid(Size(width: 120, height: 24)).row(1)
    #expect(roomy.hasPrefix(" 417 ok      7 failed    5 running    99,571 queued  "), "\(roomy)")
    let close = scene.grid(Size(width: 80, height: 24)).row(1)
    #expect(close.hasPrefix(" 417 ok  7 failed  5 running  99,571 queued  "), "\(close)")
  }

  /// Without a frame, a panel's label has its own row, or shares the row of the headings if rows are few.
  @Test(arguments: [(60, 15, 13), (70, 18, 16), (60, 13, 11), (60, 12, 4), (70, 10, 4)])
  func aLabelLeavesTheHeadings(width: Int, height: Int, row: Int) {
    let grid = Scene.orders(seconds: 2).0.grid(Size(width: width, height: height))
    #expect(grid.row(row).contains("5 workers"), "\(grid)")
    #expect(grid.row(4).contains("done"), "\(grid)")
    if row != 4 { #expect(grid.row(4).contains("item  ") && !grid.row(4).contains("workers"), "\(grid)") }
  }

  /// An open item scrolls exactly to its last line, however many lines its command takes.
  @Test(arguments: [(80, 24), (60, 15), (40, 10)])
  func aLongCommandScrollsToItsEnd(width: Int, height: Int) {
    var scene = Scene.orders(seconds: 2).0
    for command in [Command.show(.results), .moveToStart, .open] { _ = scene.dashboard.perform(command) }
    var detail = ItemDetail(id: scene.dashboard.openItem ?? ItemID(0), label: "long")
    detail.invocation = (1...50).map { "line \($0) \(String(repeating: "x", count: 100))" }.joined(separator: "\n")
    (detail.output, detail.outputBytes) = (["first", "last"], 11)
    scene.dashboard.showDetail(detail)
    let size = Size(width: width, height: height)
    scene.dashboard.rows = DashboardView().layout(for: size, of: scene.dashboard).rows
    _ = scene.dashboard.perform(.moveToEnd)
    #expect(scene.grid(size).description.contains("last  "))
    _ = scene.dashboard.perform(.moveUp)
    #expect(!scene.grid(size).description.contains("last  ") && scene.grid(size).description.contains("first"))
  }

  /// While a list is cut, no panel of the overview has more than a few empty rows.
  @Test(arguments: [(120, 36), (80, 24), (200, 60)]) func noPanelKeepsEmptyRows(width: Int, height: Int) throws {
    for threads in [1, 2, 3, 4, 5, 7, 9, 12, 13, 17, 22, 30] {
      for hasFailures in [false, true] {
        var scene = Scene.orders(items: 100_000, threads: threads, seconds: 0.3).0
        if hasFailures { scene.learnFailures() }
        let layout = DashboardView().layout(for: Size(width: width, height: height), of: scene.dashboard)
        let rows = try #require(layout.rows.lists[.workers])
        #expect(rows - threads < 5, "\(threads) workers")
        let lists = layout.panels.values.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
        #expect(lists.reduce(0) { $0 + $1.width * $1.height } == layout.body.width * layout.body.height)
      }
    }
  }

  /// One more thread, or one fewer, rarely moves a panel.
  @Test func theLayoutFollowsThreadsInSteps() {
    let layouts = (1...16).map {
      DashboardView().layout(
        for: Size(width: 120, height: 50), of: Scene.orders(items: 100_000, threads: $0, seconds: 0.1).0.dashboard
      ).panels
    }
    #expect(zip(layouts, layouts.dropFirst()).count { $0 != $1 } == 3)
  }

  /// Short wishes are granted first, and nothing exceeds the room.
  @Test func theRoomIsShared() {
    #expect(Room.shared([5, 100, 3], room: 40) == [5, 32, 3])
    #expect(Room.shared([50, 100], room: 40) == [20, 20])
    #expect(Room.shared([10, 10], room: 100) == [10, 10])
    #expect(Room.shared([], room: 5).isEmpty)
    #expect(Room.shared([4], room: -1) == [0])
  }

  /// On the smallest screen, other counts and the time left give way to failures.
  @Test(arguments: [13, 1_300]) func failuresAreAlwaysCounted(failures: Int) {
    var simulator = RunSimulator(items: 123_456_789, threads: 4) { position, _ in
      (1_000_000, position < failures ? .failed(Failure("no")) : .succeeded)
    }
    simulator.advance(by: 3_000_000_000)
    let grid = Scene("", &simulator).grid(Size(width: 40, height: 10))
    #expect(grid.row(1).contains("\(Formatting().count(failures)) failed"), "\(grid)")
  }

  @Test func oneLineShowsWhatTakesKeys() {
    var scene = Scene.orders(seconds: 2).0
    func line() -> String { "\(scene.grid(Size(width: 39, height: 9)).row(0).trimmingPrefix(" "))" }
    _ = scene.dashboard.perform(.quit)
    #expect(line().hasPrefix("Leave? k=go on f=finish s=stop "))
    _ = scene.dashboard.perform(.back)
    _ = scene.dashboard.perform(.promptThreads)
    _ = scene.dashboard.type(.character("7"))
    #expect(line().hasPrefix("threads (5, at most 1942): 7 "))
    _ = scene.dashboard.type(.cancel)
    #expect(line().contains("/2,000 "), "\(line())")
  }

  /// In a single row, names are beside their numbers, which keep their units.
  @Test(arguments: [76, 80, 100, 120])
  func latenciesKeepTheirUnits(width: Int) {
    let text = "\(Scene.orders().0.grid(Size(width: width, height: 20)))"
    #expect(text.contains(/p50 102 ms .*max 2\.3 s/), "\(text)")
  }

  @Test func oneLineKeepsFailuresAndTheTimeLeft() {
    let scene = Scene.orders().0
    let full = ProgressLine.text(scene.dashboard, at: scene.now, width: 200)
    #expect(full == "424/2,000 21 % · 5 threads · 36.6/s · 7 failed · p50 102 ms p99 1.2 s · 39 s – 52 s left")
    for (width, text) in [
      (70, "424/2,000 21 % · 5 threads · 36.6/s · 7 failed · 39 s – 52 s left"),
      (60, "424/2,000 21 % · 5 threads · 7 failed · 39 s – 52 s left"), (39, "424/2,000 21 % · 5 threads · 7 failed"),
      (26, "424/2,000 21 % · 7 failed"), (14, "424/2,000 21 %"), (9, "424/2,00…"),
    ] {
      #expect(ProgressLine.text(scene.dashboard, at: scene.now, width: width) == text)
    }
  }
}

extension CellGrid {
  /// The lower part of a grid.
  fileprivate func rows(from first: Int) -> CellGrid {
    var part = CellGrid(width: width, height: height - first, role: self[x: 0, y: 0].role)
    for y in first..<height { part.write(row(y), x: 0, y: y - first, role: self[x: 0, y: 0].role) }
    return part
  }
}
