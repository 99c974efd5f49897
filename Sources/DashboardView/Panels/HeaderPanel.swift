import Dashboard
import ParallelFor
import Screen
import Themes

/// The job and what it is doing, and below it the counts, the rate and the time left.
struct HeaderPanel {
  let drawing: Drawing

  func draw(in area: Rect, of grid: inout CellGrid) {
    let area = area.inset(horizontal: 1)
    let state = drawState(in: area.row(0), of: &grid)
    drawJob(in: area.row(0).splitRight(state).rest, of: &grid)
    let pace = drawPace(in: area.row(1), of: &grid)
    drawCounts(in: area.row(1).splitRight(pace).rest, of: &grid)
  }

  private typealias Part = (text: String, role: ThemeRole)

  /// Writes parts against the right edge and returns the columns they take, with a gap.
  private func drawRight(_ parts: [Part], in row: Rect, of grid: inout CellGrid) -> Int {
    let shown = parts.filter { !$0.text.isEmpty }
    let width = shown.reduce(0) { $0 + TextWidth.columns(of: $1.text) } + 2 * max(0, shown.count - 1)
    var writer = RowWriter(row.splitRight(width).right, glyphs: drawing.glyphs)
    for part in shown {
      writer.write(part.text, part.role, to: &grid)
      writer.skip(2)
    }
    return min(row.width, width + 2)
  }

  // MARK: First row

  private func drawState(in row: Rect, of grid: inout CellGrid) -> Int {
    let facts = drawing.facts
    let role = stateRole
    let frozen = drawing.dashboard.frozen == nil ? "" : "FROZEN"
    let word = "\(stateGlyph) \(facts.ending?.word ?? facts.state.word)"
    let elapsed = drawing.format.clock(facts.stopwatch.active(at: drawing.now))
    let threads = drawing.format.threads(facts, short: row.width < 60)
    let parts: [Part] = [
      (frozen, .statePaused), (threads, .text), (word, role), (pad(elapsed, 6) + wall, .text),
    ]
    return drawRight(parts, in: row, of: &grid)
  }

  /// The time on the wall, where pauses made it longer.
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
    case .done: drawing.facts.tally.unsuccessful > 0 ? .itemFailed : .stateDone
    }
  }

  private var stateGlyph: String {
    switch drawing.facts.state {
    case .done where drawing.facts.tally.unsuccessful == 0: drawing.glyph(.itemSucceeded)
    case .paused: drawing.glyphs == .unicode ? "‖" : "="
    default: drawing.glyph(stateRole)
    }
  }

  private func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func drawJob(in row: Rect, of grid: inout CellGrid) {
    var writer = RowWriter(row, glyphs: drawing.glyphs)
    let source = drawing.dashboard.source
    let sourceWidth = source.isEmpty ? 0 : min(TextWidth.columns(of: source), row.width / 3)
    let titleWidth = min(TextWidth.columns(of: drawing.dashboard.title), max(0, row.width - sourceWidth - 2))
    writer.left(drawing.dashboard.title, width: titleWidth, .title, to: &grid)
    writer.skip(2)
    writer.left(source, width: sourceWidth, .muted, to: &grid)
  }

  // MARK: Second row

  private func drawPace(in row: Rect, of grid: inout CellGrid) -> Int {
    let facts = drawing.facts, format = drawing.format
    let rate =
      facts.state == .done
      ? format.rate(ProgressLine.meanRate(facts, at: drawing.now)) : format.rate(facts.throughput.rate(at: drawing.now))
    let left = facts.timeLeft(at: drawing.now)
    let width = row.width < 60 ? 0 : 14
    let isLast = if case .lastItems = left { true } else { false }
    return drawRight(
      [(pad(rate, 7), .text), (pad(format.timeLeft(left), width), isLast ? .text : .title)], in: row, of: &grid)
  }

  private func drawCounts(in row: Rect, of grid: inout CellGrid) {
    var writer = RowWriter(row, glyphs: drawing.glyphs)
    // A count is as wide as the largest it can become, so that those to its right stay in place.
    let width = drawing.format.count(max(100, drawing.facts.tally.known)).count
    for (count, word, role) in counts {
      let isEssential = role == .itemSucceeded
      let countWidth = isEssential || role == .itemQueued ? width : 3
      let text = drawing.format.count(count)
      let needed = max(countWidth, text.count) + word.count + 3
      if needed > writer.remaining, !isEssential { continue }
      let shownRole: ThemeRole = count == 0 ? .muted : role
      writer.write(pad(text, countWidth), shownRole, to: &grid)
      writer.skip()
      writer.write(word, count == 0 ? .muted : isProblem(role) ? role : .muted, to: &grid)
      writer.skip(3)
    }
  }

  private func isProblem(_ role: ThemeRole) -> Bool { role == .itemFailed || role == .itemTimedOut }

  private var counts: [(Int, String, ThemeRole)] {
    let tally = drawing.facts.tally
    let isOver = drawing.facts.state == .done
    var counts: [(Int, String, ThemeRole)] = [
      (tally.succeeded, "done", .itemSucceeded), (tally.failed, "failed", .itemFailed),
    ]
    if tally.timedOut > 0 { counts.append((tally.timedOut, "timed out", .itemTimedOut)) }
    if tally.cancelled > 0 { counts.append((tally.cancelled, "stopped", .itemCancelled)) }
    if !isOver { counts.append((tally.running, "running", .itemRunning)) }
    counts.append((tally.queued, isOver ? "never ran" : "queued", .itemQueued))
    return counts
  }
}
