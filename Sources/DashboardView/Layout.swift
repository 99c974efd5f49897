package import Dashboard
package import Screen

/// The places of everything on a screen of a given size.
///
/// The layout depends on the size and the user's view. Of the run, only the number of threads, the first failure and the
/// end count, because nothing may jump.
package struct Layout: Equatable, Sendable {
  /// The smallest screen with panels. Smaller screens show one line.
  static let smallest = Size(width: 40, height: 10)

  /// Whether the screen is so small that it shows only one line.
  package let isOneLine: Bool
  /// Whether only the focused panel is shown, below a line of tabs.
  package let isCompact: Bool
  /// The job, the state, and the counts.
  package let header: Rect
  package let bar: Rect
  /// The names of the panels; empty unless there is room for only one panel.
  package let tabs: Rect
  /// The area between the tabs and the footer.
  package let body: Rect
  package let footer: Rect
  package let panels: [Panel: Rect]
  package internal(set) var rows: Dashboard.Rows

  init(_ size: Size, of dashboard: Dashboard) {
    let screen = Rect(x: 0, y: 0, width: size.width, height: size.height)
    isOneLine = size.width < Self.smallest.width || size.height < Self.smallest.height
    isCompact = size.width < 76 || size.height < 20
    let header = screen.splitTop(2)
    let bar = header.rest.splitTop(1)
    let tabs = bar.rest.splitTop(isCompact ? 1 : 0)
    let footer = tabs.rest.splitBottom(1)
    self.header = header.top
    self.bar = bar.top
    self.tabs = tabs.top
    self.footer = footer.bottom
    body = footer.rest
    let panels = isCompact ? [dashboard.focus: footer.rest] : Self.panels(of: dashboard, in: footer.rest)
    self.panels = panels
    rows = Self.rows(panels, body: footer.rest, isFramed: !isCompact)
    // An open item covers the tabs too.
    rows.detail = max(1, tabs.top.height + footer.rest.height - 2)
  }

  private static func rows(_ panels: [Panel: Rect], body: Rect, isFramed: Bool) -> Dashboard.Rows {
    var rows = Dashboard.Rows()
    rows.lists = panels.mapValues { ListArea($0, isFramed: isFramed).list.height }
    if let timeline = panels[.timeline] {
      rows.lists[.timeline] = TimelineArea(timeline, isFramed: isFramed).list.height
    }
    if let why = panels[.why] { rows.lists[.why] = WhyPanel.list(in: ListArea(why, isFramed: isFramed)).height }
    rows.help = max(1, body.height - 2)
    rows.wholeHelp = HelpOverlay.lineCount(in: body)
    return rows
  }

  private static func panels(of dashboard: Dashboard, in body: Rect) -> [Panel: Rect] {
    let page = dashboard.page
    switch page {
    case .workers, .slow, .results, .latency, .failures, .threads, .timeline, .nodes:
      return Dictionary(uniqueKeysWithValues: page.panels.map { ($0, body) })
    case .why:
      let split = body.splitTop((body.height + 1) / 2)
      return [.why: split.top, .slow: split.rest]
    case .overview: return overview(dashboard, in: body)
    }
  }

  /// The rows of a frame and of the headings in it.
  private static let around = 3
  /// The least height of a list: a frame and two rows.
  private static let leastList = 4
  private static let usualList = around + 5
  /// The least height of the upper part, in which latency and slow items have room beside the workers.
  private static let leastUpper = 13

  /// The panels of the overview. The upper part takes the rows that the workers need, up to a limit, and the results
  /// take the others. A list fills the rows below the workers: the failures if there are any, or else the slow items.
  private static func overview(_ dashboard: Dashboard, in body: Rect) -> [Panel: Rect] {
    let hasFailures = dashboard.facts.failureGroups.count > 0
    let most = body.height * 11 / 20
    let workers = heightForWorkers(dashboard.facts, hasFailures, most: most)
    let upper = body.splitTop(min(most, max(workers + usualList, leastUpper)))
    let left = upper.top.splitLeft(body.width / 2)
    var panels: [Panel: Rect] = [.workers: left.left, .latency: left.rest, .results: upper.rest]
    let below = left.left.splitTop(workers)
    if below.rest.height >= leastList {
      (panels[.workers], panels[hasFailures ? .failures : .slow]) = (below.top, below.rest)
    }
    if panels[.slow] == nil {
      let right = left.rest.splitTop((left.rest.height + 1) / 2)
      (panels[.latency], panels[.slow]) = (right.top, right.rest)
    }
    return panels
  }

  /// The height that the workers need, or at the end their report. Their number is rounded up if there is room, so that
  /// one more thread rarely moves everything.
  private static func heightForWorkers(_ facts: RunFacts, _ hasFailures: Bool, most: Int) -> Int {
    if facts.state == .done { return ReportPanel.height(hasFailures: hasFailures) }
    let count = max(1, facts.liveWorkers, facts.targetWorkers)
    let rounded = (count + 3) / 4 * 4 + around
    return rounded + leastList <= most ? rounded : count + around
  }
}

/// The parts of a panel with a list: its headings if there is room, and its rows. A large panel without a frame has a row
/// for its label.
struct ListArea {
  let isFramed: Bool
  let headings: Rect
  let list: Rect
  let label: Rect

  init(_ area: Rect, isFramed: Bool) {
    self.isFramed = isFramed
    let inside = isFramed ? area.inset(by: 1) : area
    let top = inside.splitTop(inside.height >= 4 ? 1 : 0)
    headings = top.top
    (label, list) = top.rest.splitBottom(!isFramed && inside.height >= 8 ? 1 : 0)
  }
}
