import Dashboard
import DashboardView
import ParallelFor
import Screen
import TestSupport
import Testing
import Themes

/// Promises for every screen at every size.
@Suite struct EverySizeTests {
  static let sizes = [
    (0, 0), (1, 1), (2, 1), (1, 40), (10, 3), (20, 5), (39, 10), (40, 9), (40, 10), (60, 15), (76, 20), (79, 23),
    (80, 24), (120, 40), (200, 60), (300, 100),
  ].map { Size(width: $0.0, height: $0.1) }

  /// Commands to perform before the screen is checked.
  static let ways: [[Command]] =
    Page.allCases.map { [.show($0)] }
    + [[.help], [.quit], [.killItem], [.search], [.filter], [.promptThreads], [.open], [.sort, .moveToEnd]]
    + Panel.allCases.indices.map { [Command](repeating: .nextPanel, count: $0 + 1) + [.pageDown, .moveDown] }

  static let scenes: [Scene] = {
    let nasty = [
      "", "作者", "e\u{301}\u{301}\u{301}\u{301}", "\u{1b}[2J\u{7}\u{0}\n\t", String(repeating: "长", count: 400),
    ]
    var empty = RunSimulator(items: 0, threads: 1) { _, _ in (0, .succeeded) }
    var one = RunSimulator(items: 1, threads: 5, label: { nasty[$0 % 5] }) { _, _ in (360_000_000_000_000, .succeeded) }
    var hostile = RunSimulator(items: 1_000_000, threads: 130, label: { nasty[$0 % 5] }) { position, _ in
      (Int64(position % 7) * 59_999_000, position % 5 == 0 ? .failed(Failure(nasty[3])) : .succeeded)
    }
    one.advance(by: 360_000_000_000_000 - 1)
    hostile.advance(by: 300_000_000)
    empty.advanceToEnd()
    let unborn = Scene("unborn", dashboard: Dashboard(title: nasty[3], source: nasty[4]))
    return [unborn, Scene("empty", &empty), Scene("one", &one), Scene("hostile", &hostile)]
  }()

  @Test func nothingTrapsAndNothingEscapes() {
    for scene in Self.scenes {
      for way in Self.ways {
        var scene = scene
        for command in way { _ = scene.dashboard.perform(command, at: scene.now) }
        if let id = scene.dashboard.openItem { scene.dashboard.showDetail(.failedOrder(id)) }
        for size in Self.sizes { check(scene.grid(size), "\(scene.name) \(way)") }
      }
    }
  }

  private func check(_ grid: CellGrid, _ name: String) {
    for y in 0..<grid.height {
      for scalar in grid.row(y).unicodeScalars {
        let isHarmful = scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
        if isHarmful { Issue.record("\(name) at \(grid.width)x\(grid.height) row \(y): U+\(scalar.value)") }
      }
    }
  }

  @Test func asciiScreensHoldOnlyASCII() {
    let base = Scene.orders(seconds: 2).0
    for way in Self.ways {
      var scene = base
      for command in way { _ = scene.dashboard.perform(command, at: scene.now) }
      let text = scene.grid(Size(width: 120, height: 36), glyphs: .ascii).description
      let others = text.unicodeScalars.filter { !$0.isASCII }
      #expect(others.isEmpty, "\(way)")
    }
  }

  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func bordersStayIntact(width: Int, height: Int) {
    let long = String(repeating: "长", count: 200)
    var simulator = RunSimulator(items: 50, threads: 50, label: { _ in long }) { _, _ in (1_000_000_000, .succeeded) }
    simulator.advance(by: 500_000_000)
    let grid = Scene("", &simulator).grid(Size(width: width, height: height))
    for y in 4..<height - 2 {
      let edges = [grid[x: 0, y: y].glyph, grid[x: width - 1, y: y].glyph].map(\.description)
      if !edges.allSatisfy({ "│╭╮╰╯".contains($0) }) { Issue.record("row \(y): \(edges)") }
    }
  }

  /// Only the number of threads, the first failure and the end move panels of the overview. Other pages stay.
  @Test func theLayoutRarelyDependsOnTheRun() {
    let view = DashboardView()
    let same = [(items: 30, seconds: 0.05), (2_000, 5), (1_000_000, 1)].map {
      Scene.orders(items: $0.items, threads: 5, seconds: $0.seconds).0.dashboard
    }
    for page in Page.allCases {
      for size in Self.sizes {
        let dashboards = page == .overview ? same : Self.scenes.map(\.dashboard)
        let layouts = dashboards.map { dashboard in
          var dashboard = dashboard
          _ = dashboard.perform(.show(page))
          return view.layout(for: size, of: dashboard)
        }
        for layout in layouts { #expect(layout == layouts[0]) }
      }
    }
  }

  @Test func panelsCoverTheBody() {
    let view = DashboardView()
    let dashboard = Dashboard(title: "", source: "")
    for size in Self.sizes {
      let layout = view.layout(for: size, of: dashboard)
      let cells = layout.panels.values.reduce(0) { $0 + $1.width * $1.height }
      #expect(cells == layout.body.width * layout.body.height)
    }
  }
}

extension Scene {
  init(_ name: String, dashboard: Dashboard) {
    self.name = name
    self.dashboard = dashboard
    now = Instant(nanoseconds: 0)
  }
}
