import Dashboard
import ParallelFor
import Screen
import Themes

/// One row per worker: its item, the time so far compared with the median, and the items done.
struct WorkersPanel {
  let drawing: Drawing
  let isFramed: Bool

  /// The multiple of the median at which a bar is full.
  private static let fullBar: Double = 4

  private struct Columns {
    let number = 3
    let state = 7
    let elapsed = Formatting.durationWidth
    let bar: Int
    let item: Int
    let done: Int
    let mean: Int

    init(_ width: Int) {
      done = width >= 44 ? 7 : 0
      mean = width >= 66 ? Formatting.durationWidth + 2 : 0
      bar = width >= 60 ? 10 : width >= 36 ? 6 : 0
      let fixed = number + 1 + state + elapsed + 1 + (bar > 0 ? bar + 1 : 0) + done + mean
      item = max(0, width - fixed)
    }
  }

  func draw(in area: Rect, of grid: inout CellGrid) {
    let workers = drawing.facts.workers(drawing.dashboard.workerOrder, at: drawing.now)
    drawing.frame(.workers, trailing: trailing, footer: footer(workers), in: area, isFramed: isFramed, of: &grid)
    let area = ListArea(area, isFramed: isFramed)
    let columns = Columns(area.list.width - 1)
    drawHeadings(columns, in: area.headings, of: &grid)
    // Leave the headings of the numbers on the right visible.
    let free = area.headings.splitRight(columns.done + columns.mean).rest
    drawing.label([trailing.isEmpty ? footer(workers) : trailing], in: area, headings: free, of: &grid)
    let ids = workers.map(\.id)
    let first = drawing.dashboard.workerSelection.first(rows: area.list.height, in: ids)
    let selected = drawing.dashboard.workerSelection.row(in: ids)
    for (index, worker) in workers.dropFirst(first).prefix(area.list.height).enumerated() {
      let row = area.list.row(index)
      draw(worker, columns, in: row, of: &grid)
      if first + index == selected, drawing.dashboard.focus == .workers { grid.select(row) }
    }
    if workers.isEmpty { drawEmpty(in: area.list.row(0), of: &grid) }
  }

  private var trailing: String {
    drawing.dashboard.workerOrder == .byNumber ? "" : "longest first"
  }

  /// Counts the workers, including those that do not fit.
  private func footer(_ workers: [WorkerRow]) -> String {
    let idle = workers.count { $0.item == nil }
    let slow = drawing.facts.slowRunning(at: drawing.now)
    var parts = [drawing.format.plural(workers.count, "worker")]
    if idle > 0 { parts.append("\(idle) idle") }
    if slow > 0 { parts.append("\(slow) slow now") }
    return parts.joined(separator: ", ")
  }

  private func drawEmpty(in row: Rect, of grid: inout CellGrid) {
    let text = drawing.facts.state == .done ? "all workers have left" : "no workers: + adds one"
    grid.write(text, x: row.x + 1, y: row.y, role: ThemeRole.muted.role, in: row)
  }

  private func drawHeadings(_ columns: Columns, in row: Rect, of grid: inout CellGrid) {
    guard !row.isEmpty else { return }
    var writer = RowCursor(row, glyphs: drawing.glyphs)
    writer.right("#", width: columns.number, .muted, to: &grid)
    writer.skip()
    writer.left("state", width: columns.state, .muted, to: &grid)
    writer.right("time", width: columns.elapsed, .muted, to: &grid)
    writer.skip()
    if columns.bar > 0 {
      writer.left(columns.bar >= 10 ? "to 4\(drawing.format.times) p50" : "", width: columns.bar, .muted, to: &grid)
      writer.skip()
    }
    writer.left("item", width: columns.item, .muted, to: &grid)
    writer.right(columns.done > 0 ? "done" : "", width: columns.done, .muted, to: &grid)
    writer.right(columns.mean > 0 ? "mean" : "", width: columns.mean, .muted, to: &grid)
  }

  private func draw(_ worker: WorkerRow, _ columns: Columns, in row: Rect, of grid: inout CellGrid) {
    var writer = RowCursor(row, glyphs: drawing.glyphs)
    let elapsed = worker.elapsed(at: drawing.now)
    let (role, word) = state(of: worker, elapsed: elapsed)
    writer.right("\(worker.id.slot)", width: columns.number, .muted, to: &grid)
    writer.skip()
    writer.left("\(drawing.glyph(role)) \(word)", width: columns.state, role, to: &grid)
    let timeRole: ThemeRole = elapsed.map { drawing.isSlow($0) } == true ? .latencyHigh : .text
    writer.right(elapsed.map { drawing.format.duration($0) } ?? "", width: columns.elapsed, timeRole, to: &grid)
    writer.skip()
    if columns.bar > 0 {
      if let elapsed { drawBar(elapsed, at: writer.x, width: columns.bar, in: row, of: &grid) }
      writer.skip(columns.bar + 1)
    }
    writer.name(itemText(worker), width: columns.item, .text, to: &grid)
    if columns.done > 0 {
      writer.right(drawing.format.count(worker.itemsDone), width: columns.done, .muted, to: &grid)
    }
    if columns.mean > 0 { writer.right(drawing.format.duration(worker.mean), width: columns.mean, .muted, to: &grid) }
  }

  private func itemText(_ worker: WorkerRow) -> String {
    guard let item = worker.item else { return "" }
    let label = item.attempt > 1 ? "try \(item.attempt): \(item.label)" : item.label
    return drawing.facts.stopReason(of: worker).map { "\(label) (\(StoppedText.brief($0)))" } ?? label
  }

  private func state(of worker: WorkerRow, elapsed: Int64?) -> (ThemeRole, String) {
    if drawing.facts.stopReason(of: worker) != nil { return (.workerSlow, "stop") }
    return switch worker.state {
    case .draining: (.workerDraining, "drain")
    case .idle, .stopped: (.workerIdle, "idle")
    case .running: elapsed.map { drawing.isSlow($0) } == true ? (.workerSlow, "slow") : (.workerRunning, "run")
    }
  }

  private func drawBar(_ elapsed: Int64, at x: Int, width: Int, in row: Rect, of grid: inout CellGrid) {
    guard let median = drawing.median, median > 0 else { return }
    let share = min(1, Double(elapsed) / (Double(median) * Self.fullBar))
    let amount = Int(share * 1000)
    let role = drawing.latencyRole(elapsed).role
    let bar = ProgressBar(
      segments: [ProgressBar.Segment(amount, role: role, block: "━", ascii: "=")],
      rest: ProgressBar.Segment(1000 - amount, role: ThemeRole.barRest.role, block: "─", ascii: "-"))
    bar.draw(in: Rect(x: x, y: row.y, width: width, height: 1).intersection(row), of: &grid, glyphs: drawing.glyphs)
  }
}
