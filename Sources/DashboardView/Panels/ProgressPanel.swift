import Dashboard
import Screen
import Themes

/// The progress bar, with the percentage and the count on its right.
struct ProgressPanel {
  let drawing: Drawing

  func draw(in area: Rect, of grid: inout CellGrid) {
    let area = area.inset(horizontal: 1)
    let text = text
    let width = min(area.width, TextWidth.columns(of: text) + 2)
    bar.draw(in: area.splitRight(width).rest, of: &grid, glyphs: drawing.glyphs)
    var writer = RowCursor(area.splitRight(width - 2).right, glyphs: drawing.glyphs)
    writer.left(text, width: writer.remaining, .text, to: &grid)
  }

  /// The percentage and the count, padded to their final width so that the end of the bar does not move.
  private var text: String {
    let tally = drawing.facts.tally, format = drawing.format
    let finished = format.count(tally.finished)
    guard let total = drawing.facts.total else { return "\(finished) of \(format.count(tally.known)) read so far" }
    let all = format.count(total)
    let percent = format.percent(tally.finished, of: total)
    return right(percent, 5) + "  " + right(finished, all.count) + "/" + all
  }

  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// The bar, which is empty while the total is unknown.
  private var bar: ProgressBar {
    let tally = drawing.facts.tally
    let rest = ProgressBar.Segment(
      max(1, tally.queued + tally.waiting), role: ThemeRole.barRest.role, block: "░", ascii: ".")
    guard let total = drawing.facts.total else { return ProgressBar(segments: [], rest: rest) }
    var known = rest
    known.amount = total == 0 ? 0 : tally.queued + tally.waiting + tally.cancelled
    if total == 0 { return ProgressBar(segments: [ProgressBar.Segment(1, role: ThemeRole.barDone.role)], rest: known) }
    let segments = [
      ProgressBar.Segment(tally.succeeded, role: ThemeRole.barDone.role),
      ProgressBar.Segment(tally.unsuccessful, role: ThemeRole.barFailed.role, block: "▓", ascii: "x"),
      ProgressBar.Segment(tally.running, role: ThemeRole.barRunning.role, ascii: ">"),
    ]
    return ProgressBar(segments: segments, rest: known)
  }
}
