package import Dashboard
package import ParallelFor
package import Screen
package import Themes

/// Draws the whole screen from the dashboard's state. The result depends only on state, time and size.
///
/// ```
///  curl -s {}  urls.txt                       6→4 threads, 2 draining  ▶ running  2m 05s     header
///  12,345 ok   3 failed   5 running   37,647 queued                812/s  1m 05s left
///  ██████████████████▍░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   24 %  12,345/50,000      bar
/// ╭─ Workers ─────────────────────────────╮╭─ Latency ─────────────────────────────────╮    body
/// │                                       ││                                           │
/// │                                       │╰───────────────────────────────────────────╯
/// │                                       │╭─ Slow ────────────────────────────────────╮
/// │                                       ││                                           │
/// ╰───────────────────────────────────────╯╰───────────────────────────────────────────╯
/// ╭─ Results ──────────────────────────────────────────────────────────────────────────╮
/// │                                                                                    │
/// ╰────────────────────────────────────────────────────────────────────────────────────╯
///  +/- threads  p pause  K kill item  Tab panel  Enter open  / search  ? help  q quit       footer
/// ```
///
/// A list takes the rows that few workers leave free: the failures, or before the first one, the slow items. At the end,
/// a report takes the place of the workers.
///
/// A page shows one panel in the whole body. A small screen does too, below a line of tabs. A screen under 40x10 shows
/// one line. An open item fills the body, prompts and menus replace the footer, and help and questions cover the body.
package struct DashboardView: Sendable {
  /// The source of the signs for states. The terminal applies the colours.
  package var theme: Theme
  package var glyphs: GlyphSet

  package init(theme: Theme = Themes.standard, glyphs: GlyphSet = .unicode) {
    self.theme = theme
    self.glyphs = glyphs
  }

  /// Returns the layout of a screen of this size, including the number of rows in the lists.
  package func layout(for size: Size, of dashboard: Dashboard) -> Layout {
    var layout = Layout(size, of: dashboard)
    if let id = dashboard.openItem {
      let drawing = Drawing(dashboard, at: dashboard.live.latest, theme: theme, glyphs: glyphs)
      let panel = DetailPanel(drawing: drawing, id: id)
      let page = panel.pageRows(areaWidth: size.width)
      layout.rows.page = page
      layout.rows.detailHead = panel.headCount(areaWidth: size.width)
      layout.rows.wholeDetail = layout.rows.detailHead + page.count
    }
    return layout
  }

  /// What is at a place of the screen.
  package enum Place: Equatable, Sendable {
    /// A panel, and the row of its list, from the first visible one.
    case panel(Panel, row: Int?)
    /// The open item.
    case page
    /// A key in the last row.
    case hint(Command)
  }

  /// Returns what is at a place; nil for nothing that a mouse can reach.
  package func place(x: Int, y: Int, size: Size, of dashboard: Dashboard, at now: Instant) -> Place? {
    let layout = Layout(size, of: dashboard)
    guard dashboard.overlay == nil, !layout.isOneLine else { return nil }
    if layout.footer.contains(x: x, y: y) {
      let drawing = Drawing(dashboard, at: now, theme: theme, glyphs: glyphs)
      return FooterPanel(drawing: drawing, now: now).command(atColumn: x, of: layout.footer).map(Place.hint)
    }
    if dashboard.openItem != nil { return layout.body.contains(x: x, y: y) ? .page : nil }
    guard let (panel, area) = layout.panels.first(where: { $0.value.contains(x: x, y: y) }) else { return nil }
    let list = ListArea(area, isFramed: !layout.isCompact).list
    return .panel(panel, row: list.contains(x: x, y: y) ? y - list.y : nil)
  }

  /// Returns the screen as a grid of this size.
  package func draw(_ dashboard: Dashboard, at now: Instant, size: Size) -> CellGrid {
    var grid = CellGrid(width: size.width, height: size.height, role: ThemeRole.text.role)
    draw(dashboard, at: now, into: &grid)
    return grid
  }

  /// Draws the screen into a grid and replaces all of its content.
  package func draw(_ dashboard: Dashboard, at now: Instant, into grid: inout CellGrid) {
    grid.fill(grid.bounds, role: ThemeRole.text.role)
    let layout = Layout(grid.bounds.size, of: dashboard)
    let drawing = Drawing(dashboard, at: now, theme: theme, glyphs: glyphs)
    if layout.isOneLine { return drawLine(drawing, at: now, in: grid.bounds.splitTop(1).top, of: &grid) }
    HeaderPanel(drawing: drawing).draw(in: layout.header, of: &grid)
    ProgressPanel(drawing: drawing).draw(in: layout.bar, of: &grid)
    drawBody(drawing, layout, of: &grid)
    drawFooter(drawing, at: now, layout, of: &grid)
  }

  /// Draws a one-line screen. Overlays that take keys must be visible there too.
  private func drawLine(_ drawing: Drawing, at now: Instant, in row: Rect, of grid: inout CellGrid) {
    switch drawing.dashboard.overlay {
    case .dialog(let dialog): ConfirmOverlay(drawing: drawing, dialog: dialog).drawLine(in: row, of: &grid)
    case .prompt(let prompt): PromptLine(drawing: drawing).draw(prompt, in: row, of: &grid)
    case .filterMenu: PromptLine(drawing: drawing).drawFilterMenu(in: row, of: &grid)
    case .copyMenu: PromptLine(drawing: drawing).drawCopyMenu(in: row, of: &grid)
    case .help, nil:
      let text = ProgressLine.text(drawing.dashboard, at: now, width: row.width, glyphs: glyphs)
      grid.write(text, x: row.x, y: row.y, role: ThemeRole.text.role, in: row)
    }
  }

  private func drawBody(_ drawing: Drawing, _ layout: Layout, of grid: inout CellGrid) {
    if let id = drawing.dashboard.openItem {
      DetailPanel(drawing: drawing, id: id).draw(in: union(layout.tabs, layout.body), of: &grid)
    } else {
      TabsPanel(drawing: drawing).draw(in: layout.tabs, of: &grid)
      for panel in Panel.allCases {
        if let area = layout.panels[panel] { draw(panel, drawing, in: area, !layout.isCompact, of: &grid) }
      }
    }
    // On a small screen a question also needs the room of the header, because all answers must be visible.
    let room = layout.isCompact ? grid.bounds.splitBottom(1).rest : layout.body
    switch drawing.dashboard.overlay {
    case .help(let top): HelpOverlay(drawing: drawing, top: top).draw(in: layout.body, of: &grid)
    case .dialog(let dialog): ConfirmOverlay(drawing: drawing, dialog: dialog).draw(in: room, of: &grid)
    case .prompt, .filterMenu, .copyMenu, nil: return
    }
  }

  private func union(_ upper: Rect, _ lower: Rect) -> Rect {
    Rect(x: lower.x, y: upper.y, width: lower.width, height: upper.height + lower.height)
  }

  private func draw(_ panel: Panel, _ drawing: Drawing, in area: Rect, _ isFramed: Bool, of grid: inout CellGrid) {
    switch panel {
    case .workers where drawing.facts.state == .done:
      ReportPanel(drawing: drawing, isFramed: isFramed).draw(in: area, of: &grid)
    case .workers: WorkersPanel(drawing: drawing, isFramed: isFramed).draw(in: area, of: &grid)
    case .failures: FailuresPanel(drawing: drawing, isFramed: isFramed).draw(in: area, of: &grid)
    case .latency: LatencyPanel(drawing: drawing, isFramed: isFramed).draw(in: area, of: &grid)
    case .slow: SlowPanel(drawing: drawing, isFramed: isFramed).draw(in: area, of: &grid)
    case .results: ResultsPanel(drawing: drawing, isFramed: isFramed).draw(in: area, of: &grid)
    case .nodes: NodesPanel(drawing: drawing, isFramed: isFramed).draw(in: area, of: &grid)
    case .timeline: TimelinePanel(drawing: drawing, isFramed: isFramed).draw(in: area, of: &grid)
    case .why: WhyPanel(drawing: drawing, isFramed: isFramed).draw(in: area, of: &grid)
    case .threads: ThreadsPanel(drawing: drawing, isFramed: isFramed).draw(in: area, of: &grid)
    }
  }

  private func drawFooter(_ drawing: Drawing, at now: Instant, _ layout: Layout, of grid: inout CellGrid) {
    switch drawing.dashboard.overlay {
    case .prompt(let prompt): PromptLine(drawing: drawing).draw(prompt, in: layout.footer, of: &grid)
    case .filterMenu: PromptLine(drawing: drawing).drawFilterMenu(in: layout.footer, of: &grid)
    case .copyMenu: PromptLine(drawing: drawing).drawCopyMenu(in: layout.footer, of: &grid)
    case .help, .dialog, nil: FooterPanel(drawing: drawing, now: now).draw(in: layout.footer, of: &grid)
    }
  }
}
