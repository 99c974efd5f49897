package import Dashboard
package import Screen

/// The places of everything on a screen of a given size.
///
/// The layout depends on the size and the user's view. Of the run, only the number of threads and the first failure
/// count, because nothing may jump.
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
    if let why = panels[.why] { rows.lists[.why] = WhyPanel.list(in: ListArea(why, isFramed: isFramed)).height }
    rows.help = max(1, body.height - 2)
    rows.wholeHelp = HelpOverlay.lineCount(in: body)
    return rows
  }

  private static func panels(of dashboard: Dashboard, in body: Rect) -> [Panel: Rect] {
    let page = dashboard.page
    switch page {
    case .workers, .slow, .results, .latency, .failures, .threads:
      return Dictionary(uniqueKeysWithValues: page.panels.map { ($0, body) })
    case .why:
      let split = body.splitTop((body.height + 1) / 2)
      return [.why: split.top, .slow: split.rest]
    case .overview:
      let upper = body.splitTop(body.height * 11 / 20)
      let left = upper.top.splitLeft(body.width / 2)
      let right = left.rest.splitTop((left.rest.height + 1) / 2)
      var panels: [Panel: Rect] = [.workers: left.left, .latency: right.top, .slow: right.rest, .results: upper.rest]
      let failures = rowsForFailures(dashboard.facts, beside: left.left.height)
      if failures > 0 {
        let split = left.left.splitTop(left.left.height - failures)
        (panels[.workers], panels[.failures]) = (split.top, split.rest)
      }
      return panels
    }
  }

  /// The height of the smallest panel of failures: its frame, its headings and two reasons.
  private static let leastFailures = 5

  /// Returns the rows of the workers' panel that no worker needs; 0 without failures, or if they are too few.
  private static func rowsForFailures(_ facts: RunFacts, beside height: Int) -> Int {
    let workers = max(1, facts.liveWorkers, facts.state == .done ? 0 : facts.targetWorkers)
    let free = height - workers - 3
    return facts.failureGroups.count > 0 && free >= leastFailures ? free : 0
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
