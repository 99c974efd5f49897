import Dashboard
import ParallelFor
import Screen
import Themes

/// The job and its state, and below them the counts, the rate and the time left.
struct HeaderPanel {
  let drawing: Drawing

  func draw(in area: Rect, of grid: inout CellGrid) {
    let area = area.inset(horizontal: 1)
    let state = drawState(in: area.row(0), of: &grid)
    drawJob(in: area.row(0).splitRight(state).rest, of: &grid)
    // Failures come before everything else.
    let pace = drawPace(in: area.row(1).splitLeft(area.width < 50 ? problemsWidth : 0).rest, of: &grid)
    drawCounts(in: area.row(1).splitRight(pace).rest, of: &grid)
  }

  private typealias Part = (text: String, role: ThemeRole)

  /// Writes parts right-aligned. Returns the number of columns that they take, including a gap.
  private func drawRight(_ parts: [Part], in row: Rect, of grid: inout CellGrid) -> Int {
    let shown = parts.filter { !$0.text.isEmpty }
    let width = shown.reduce(0) { $0 + TextWidth.columns(of: $1.text) } + 2 * max(0, shown.count - 1)
    var cursor = drawing.cursor(row.splitRight(width).right)
    for part in shown {
      cursor.write(part.text, part.role, to: &grid)
      cursor.skip(2)
    }
    return min(row.width, width + 2)
  }

  // MARK: First row

  private func drawState(in row: Rect, of grid: inout CellGrid) -> Int {
    let facts = drawing.facts
    let role = stateRole
    let frozen = drawing.dashboard.frozen == nil ? "" : "FROZEN"
    let word = "\(drawing.glyph(role)) \(facts.ending?.word ?? facts.state.word)"
    let elapsed = drawing.format.clock(facts.stopwatch.active(at: drawing.now))
    let threads = drawing.format.threads(facts, short: row.width < 70)
    let hold = row.width < 70 ? (facts.hold == nil ? "" : "held") : drawing.format.hold(facts) ?? ""
    let recording = row.width < 70 ? "" : drawing.format.recording(facts) ?? ""
    let parts: [Part] = [
      (replay, .statePaused), (frozen, .statePaused), (recording, .warning), (hold, .warning), (threads, .text),
      (word, role),
      (drawing.format.right(elapsed, 6) + wall, .text),
    ]
    return drawRight(parts, in: row, of: &grid)
  }

  /// The label of a replay with its speed; empty for a live run.
  private var replay: String {
    guard let clock = drawing.dashboard.replay else { return "" }
    let times = drawing.glyphs == .unicode ? "×" : "x"
    let whole = clock.speed.isFinite ? Int(exactly: clock.speed).map(String.init) ?? "\(clock.speed)" : "max"
    let pace = clock.speed.isFinite ? "\(times)\(whole)" : whole
    return "replay \(clock.isPaused ? "paused" : pace)"
  }

  /// The wall time, if pauses made it longer than the active time.
  private var wall: String {
    let wall = drawing.facts.stopwatch.wall(at: drawing.now)
    let paused = wall - drawing.facts.stopwatch.active(at: drawing.now)
    return paused >= 1_000_000_000 ? " of \(drawing.format.clock(wall))" : ""
  }

  private var stateRole: ThemeRole {
    switch drawing.facts.state {
    case .running: .workerRunning
    case .paused: .statePaused
    case .draining: .workerDraining
    case .stopping: .warning
    case .done: drawing.facts.tally.unsuccessful > 0 || drawing.facts.ending != .completed ? .warning : .stateDone
    }
  }

  private func drawJob(in row: Rect, of grid: inout CellGrid) {
    var cursor = drawing.cursor(row)
    let source = drawing.dashboard.source
    let sourceWidth = row.width < 32 ? 0 : min(TextWidth.columns(of: source), row.width / 3)
    let titleWidth = min(
      TextWidth.columns(of: drawing.dashboard.title), max(0, row.width - (sourceWidth > 0 ? sourceWidth + 2 : 0)))
    cursor.left(drawing.dashboard.title, width: titleWidth, .title, to: &grid)
    cursor.skip(2)
    cursor.name(source, width: sourceWidth, .muted, to: &grid)
  }

  // MARK: Second row

  private func drawPace(in row: Rect, of grid: inout CellGrid) -> Int {
    let left = drawing.facts.timeLeft(at: drawing.now)
    let isLast = if case .lastItems = left { true } else { false }
    let text = drawing.format.timeLeft(left)
    let width = text.isEmpty || row.width < 70 ? 0 : 16
    let leftPart: Part = (drawing.format.right(text, width), isLast ? .text : .title)
    // On a narrow screen failures matter more than the rate.
    if row.width < 50 { return text.count > row.width ? 0 : drawRight([leftPart], in: row, of: &grid) }
    let rate = drawing.format.rate(drawing.facts.rate(at: drawing.now))
    return drawRight([(drawing.format.right(rate, 7), .text), leftPart], in: row, of: &grid)
  }

  private func drawCounts(in row: Rect, of grid: inout CellGrid) {
    var cursor = drawing.cursor(row)
    let counts = counts
    let roomy = counts.map { width(of: $0, canGrow: true) }
    let fits = roomy.reduce(2 * (roomy.count - 1), +) <= row.width
    // The room that the problems to the right need.
    var kept = fits ? 0 : problemsWidth
    for (cell, roomy) in zip(counts, roomy) {
      let width = fits ? roomy : width(of: cell, canGrow: false)
      if !fits, isProblem(cell) { kept -= width + 2 }
      guard width + max(0, kept) <= cursor.remaining else { continue }
      let end = cursor.x + width + 2
      cursor.write(drawing.format.count(cell.count), cell.count == 0 ? .muted : cell.role, to: &grid)
      cursor.skip()
      cursor.write(cell.word, cell.count > 0 && isProblem(cell.role) ? cell.role : .muted, to: &grid)
      cursor.skip(max(0, end - cursor.x))
    }
  }

  private typealias Cell = (count: Int, word: String, role: ThemeRole)

  /// Returns the width of a count. With `canGrow` it has room to grow, so that the counts to its right stay in place.
  private func width(of cell: Cell, canGrow: Bool) -> Int {
    let width = drawing.format.count(cell.count).count + 1 + cell.word.count
    guard canGrow else { return width }
    let isLarge = cell.role == .itemSucceeded || cell.role == .itemQueued
    let most = isLarge ? drawing.format.count(max(99, drawing.facts.tally.known)).count : 3
    return max(width, most + 1 + cell.word.count)
  }

  private func isProblem(_ cell: Cell) -> Bool { cell.count > 0 && isProblem(cell.role) }

  /// The width of the counts of failures.
  private var problemsWidth: Int {
    counts.filter(isProblem).reduce(0) { $0 + width(of: $1, canGrow: false) + 2 }
  }

  private func isProblem(_ role: ThemeRole) -> Bool { role == .itemFailed || role == .itemTimedOut }

  private var counts: [Cell] {
    let tally = drawing.facts.tally
    let isOver = drawing.facts.state == .done
    var counts: [Cell] = [
      (tally.succeeded, "ok", .itemSucceeded), (tally.failed, "failed", .itemFailed),
    ]
    if tally.timedOut > 0 { counts.append((tally.timedOut, "timed out", .itemTimedOut)) }
    if tally.cancelled > 0 { counts.append((tally.cancelled, "stopped", .itemCancelled)) }
    if !isOver { counts.append((tally.running, "running", .itemRunning)) }
    let toRetry = tally.waiting + tally.unfinished
    if toRetry > 0 { counts.append((toRetry, "to retry", .itemWaiting)) }
    if !isOver { counts.append((tally.queued, drawing.facts.isHandingOut ? "queued" : "not run", .itemQueued)) }
    if isOver, tally.queued > 0 { counts.append((tally.queued, "never ran", .warning)) }
    return counts
  }
}

/// The progress bar, with the percentage and the count on its right.
struct ProgressPanel {
  let drawing: Drawing

  func draw(in area: Rect, of grid: inout CellGrid) {
    let area = area.inset(horizontal: 1)
    let text = text
    let width = min(area.width, TextWidth.columns(of: text) + 2)
    bar.draw(in: area.splitRight(width).rest, of: &grid, glyphs: drawing.glyphs)
    var cursor = drawing.cursor(area.splitRight(width - 2).right)
    cursor.left(text, width: cursor.remaining, .text, to: &grid)
  }

  /// The percentage and the count, padded to their final width so that the end of the bar does not move.
  private var text: String {
    let tally = drawing.facts.tally, format = drawing.format
    let finished = format.count(tally.finished)
    guard let total = drawing.facts.total else { return "\(finished) of \(format.count(tally.known)) read so far" }
    let all = format.count(total)
    let percent = format.percent(tally.finished, of: total)
    return format.right(percent, 5) + "  " + format.right(finished, all.count) + "/" + all
  }

  /// The bar, which is empty while the total is unknown.
  private var bar: ProgressBar {
    let tally = drawing.facts.tally
    func rest(_ amount: Int) -> ProgressBar.Segment {
      .init(amount, role: ThemeRole.barRest.role, block: "░", ascii: ".")
    }
    switch drawing.facts.total {
    case nil: return ProgressBar(segments: [], rest: rest(1))
    case 0: return ProgressBar(segments: [.init(1, role: ThemeRole.barDone.role)], rest: rest(0))
    default:
      let segments: [ProgressBar.Segment] = [
        .init(tally.succeeded, role: ThemeRole.barDone.role),
        .init(tally.unsuccessful, role: ThemeRole.barFailed.role, block: "▓", ascii: "x"),
        .init(tally.running, role: ThemeRole.barRunning.role, ascii: ">"),
      ]
      return ProgressBar(segments: segments, rest: rest(tally.queued + tally.waiting + tally.cancelled))
    }
  }
}

/// The names of the panels in one row, shown when there is room for only one panel.
struct TabsPanel {
  let drawing: Drawing

  func draw(in row: Rect, of grid: inout CellGrid) {
    let isNarrow = row.width < 50
    var cursor = drawing.cursor(row.inset(horizontal: isNarrow ? 0 : 1))
    let tabs = Page.own
    let titles = tabs.map { $0.panel.title(at: drawing.facts.state) + (isNarrow ? "" : " ") }
    // Where not all titles fit, only that of the focused panel is shown.
    let fits = titles.reduce(0) { $0 + $1.count + 3 } <= cursor.remaining
    for ((page, panel), title) in zip(tabs, titles) {
      let hasFocus = panel == drawing.dashboard.focus
      let start = cursor.x
      cursor.write(" \(page.rawValue) ", .key, to: &grid)
      if fits || hasFocus { cursor.write(title, hasFocus ? .title : .muted, to: &grid) }
      if hasFocus { grid.select(Rect(x: start, y: row.y, width: cursor.x - start, height: 1)) }
    }
  }
}
