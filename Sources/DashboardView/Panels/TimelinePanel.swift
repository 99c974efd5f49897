import Dashboard
import ParallelFor
import Screen
import Themes

/// What each worker did over time: one row for each worker, one cell for each stretch of time.
struct TimelinePanel {
  let drawing: Drawing
  let isFramed: Bool

  /// What a worker did most in a stretch of time. Later cases win, because failures matter more than other states.
  private enum State: Int {
    case idle, ok, running, slow, failed
  }

  private static let numberWidth = 5

  func draw(in area: Rect, of grid: inout CellGrid) {
    drawing.frame(.timeline, trailing: zoom, footer: legend, in: area, isFramed: isFramed, of: &grid)
    let area = TimelineArea(area, isFramed: isFramed)
    let workers = drawing.facts.timelineWorkers
    let first = drawing.dashboard.timelineSelection.first(rows: area.list.height, in: workers)
    let edges = edges
    drawTimes(edges, in: area.times.splitLeft(Self.numberWidth).rest, of: &grid)
    let selected = drawing.dashboard.selectedSpan(at: drawing.now)
    for (index, worker) in workers.dropFirst(first).prefix(area.list.height).enumerated() {
      let row = area.list.row(index)
      var cursor = drawing.cursor(row)
      let isSelected = worker == selected?.worker
      cursor.right("\(worker.slot)", width: Self.numberWidth - 2, isSelected ? .key : .muted, to: &grid)
      let lane = row.splitLeft(Self.numberWidth).rest
      drawLane(worker, edges, in: lane, of: &grid)
      if isSelected, let span = selected?.span { mark(span, edges, in: lane, of: &grid) }
    }
    if workers.isEmpty { drawEmpty(in: area.list.row(0), of: &grid) }
    drawSelected(selected?.span, in: area.detail, of: &grid)
  }

  private var edges: (start: Instant, end: Instant) {
    let (start, end) = drawing.facts.timelineEdges(at: drawing.now)
    return drawing.dashboard.timelineWindow.edges(of: start, end)
  }

  private var zoom: String {
    let zoom = drawing.dashboard.timelineWindow.zoom
    return zoom == 1 ? "the whole run" : "\(drawing.format.times)\(drawing.format.count(zoom))"
  }

  private var legend: [String] {
    [
      "\(sign(.ok).0) ok  \(sign(.slow).0) slow  \(sign(.failed).0) failed  \(sign(.running).0) running  "
        + "\(sign(.idle).0) idle"
    ]
  }

  private func drawEmpty(in row: Rect, of grid: inout CellGrid) {
    grid.write("no worker has started", x: row.x + 1, y: row.y, role: ThemeRole.muted.role, in: row)
  }

  /// Draws the times at the edges and in the middle, since the start of the run.
  private func drawTimes(_ edges: (start: Instant, end: Instant), in row: Rect, of grid: inout CellGrid) {
    guard !row.isEmpty else { return }
    let start = drawing.facts.timelineEdges(at: drawing.now).start
    let from = edges.start.nanoseconds(since: start), to = edges.end.nanoseconds(since: start)
    for (part, time) in [from, from + (to - from) / 2, to].enumerated() {
      let text = drawing.format.duration(time)
      let x = row.x + part * (row.width - TextWidth.columns(of: text)) / 2
      grid.write(text, x: x, y: row.y, role: ThemeRole.muted.role, in: row)
    }
  }

  // MARK: Lanes

  private func drawLane(
    _ worker: WorkerID, _ edges: (start: Instant, end: Instant), in row: Rect, of grid: inout CellGrid
  ) {
    var states = [State](repeating: .idle, count: row.width)
    var ends = Set<Int>()
    for span in drawing.facts.spans(of: worker, at: drawing.now) {
      guard let columns = columns(of: span, edges, width: row.width) else { continue }
      let state = state(of: span)
      // Where two blocks share a cell, their colours tell them apart, or else the mark of the end.
      if states[columns.lowerBound].rawValue < state.rawValue { ends.remove(columns.lowerBound) }
      for column in columns where states[column].rawValue < state.rawValue { states[column] = state }
      if columns.count >= Self.leastDivided { ends.insert(columns.upperBound) }
    }
    for (column, state) in states.enumerated() {
      let (text, role) = sign(state, isEnd: ends.contains(column))
      grid.write(text, x: row.x + column, y: row.y, role: role.role, in: row)
    }
  }

  /// Returns the cells that a span covers: at least one; nil if it is outside of the window.
  private func columns(
    of span: TimelineSpan, _ edges: (start: Instant, end: Instant), width: Int
  ) -> ClosedRange<Int>? {
    guard width > 0, span.end >= edges.start, span.start <= edges.end else { return nil }
    let whole = Double(max(1, edges.end.nanoseconds(since: edges.start)))
    func column(_ instant: Instant) -> Int {
      let share = Double(instant.nanoseconds(since: edges.start)) / whole
      return min(width - 1, max(0, Int(share * Double(width))))
    }
    let first = column(span.start)
    return first...max(first, column(span.end + -1))
  }

  private func state(of span: TimelineSpan) -> State {
    if span.failed > 0 { return .failed }
    if drawing.isSlow(span.longest) { return .slow }
    return span.state == .running ? .running : .ok
  }

  /// The cells of a block from which on its end is marked, so that neighbours can be told apart.
  private static let leastDivided = 3

  private func sign(_ state: State, isEnd: Bool = false) -> (String, ThemeRole) {
    let isUnicode = drawing.glyphs == .unicode
    let end = isUnicode ? "▖" : "|"
    return switch state {
    case .idle: (isUnicode ? "·" : ".", .muted)
    case .ok: (isEnd ? end : isUnicode ? "▄" : "=", .barDone)
    case .running: (isUnicode ? "▒" : ">", .barRunning)
    case .slow: (isEnd ? end : isUnicode ? "▆" : "#", .workerSlow)
    case .failed: (isEnd ? (isUnicode ? "▌" : "|") : isUnicode ? "█" : "x", .itemFailed)
    }
  }

  private func mark(
    _ span: TimelineSpan, _ edges: (start: Instant, end: Instant), in row: Rect, of grid: inout CellGrid
  ) {
    guard let columns = columns(of: span, edges, width: row.width), drawing.dashboard.focus == .timeline else { return }
    grid.select(Rect(x: row.x + columns.lowerBound, y: row.y, width: columns.count, height: 1))
  }

  // MARK: The selected span

  private func drawSelected(_ span: TimelineSpan?, in row: Rect, of grid: inout CellGrid) {
    guard let span, !row.isEmpty else { return }
    let format = drawing.format
    let start = drawing.facts.timelineEdges(at: drawing.now).start
    let time = format.duration(span.longest)
    let one =
      "\(span.item): \(span.state == .running ? "running for" : span.failed > 0 ? "failed after" : "took") \(time)"
    let failed = span.failed > 0 ? ", \(format.count(span.failed)) failed" : ""
    let text =
      span.count == 1 ? one : "\(format.plural(span.count, "item"))\(failed), longest \(time), such as \(span.item)"
    var cursor = drawing.cursor(row.inset(horizontal: 1))
    let from = "from \(format.duration(span.start.nanoseconds(since: start)))"
    cursor.left("\(text), \(from)", width: cursor.remaining, span.failed > 0 ? .error : .text, to: &grid)
  }
}

/// The parts of the timeline: a row of times, the lanes, and a row about the selected span.
struct TimelineArea {
  let times: Rect
  let list: Rect
  let detail: Rect

  init(_ area: Rect, isFramed: Bool) {
    let inside = isFramed ? area.inset(by: 1) : area
    let top = inside.splitTop(inside.height >= 4 ? 1 : 0)
    times = top.top
    (detail, list) = { ($0.bottom, $0.rest) }(top.rest.splitBottom(inside.height >= 4 ? 1 : 0))
  }
}
