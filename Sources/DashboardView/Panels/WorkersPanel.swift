import Dashboard
import ParallelFor
import Screen
import Themes

/// One row per worker: its item, the time so far compared with the median, and the items done.
struct WorkersPanel {
  let drawing: Drawing
  let isFramed: Bool

  /// The multiple of the median at which a bar is full.
  private static let fullBar = 4

  func draw(in area: Rect, of grid: inout CellGrid) {
    let workers = drawing.facts.workers(drawing.dashboard.workerOrder, at: drawing.now)
    let order = drawing.dashboard.workerOrder == .byNumber ? "" : "longest first"
    let footer = footer(workers)
    drawing.frame(.workers, trailing: order, footer: [footer], in: area, isFramed: isFramed, of: &grid)
    let area = ListArea(area, isFramed: isFramed)
    let width = area.list.width - 1
    let columns = columns(width)
    columns.drawHeadings(drawing, in: area.headings, of: &grid)
    // Leave the headings of the numbers on the right visible.
    let free = area.headings.splitRight(Self.numbersWidth(width)).rest
    drawing.label([order.isEmpty ? footer : order], in: area, headings: free, of: &grid)
    let ids = workers.map(\.id)
    let first = drawing.dashboard.workerSelection.first(rows: area.list.height, in: ids)
    drawing.rows(
      workers.dropFirst(first), from: first, selected: drawing.dashboard.workerSelection.row(in: ids), of: .workers,
      in: area.list, of: &grid
    ) { columns.draw(cells($0, nameWidth: columns.width(of: 4)), drawing, in: $1, of: &$2) }
    if workers.isEmpty { drawEmpty(in: area.list.row(0), of: &grid) }
  }

  /// Counts the workers, including those that do not fit.
  private func footer(_ workers: [WorkerRow]) -> String {
    let connecting = workers.count { isConnecting($0) }
    let idle = workers.count { $0.item == nil } - connecting
    let slow = drawing.facts.slowRunning(at: drawing.now)
    var parts = [drawing.format.plural(workers.count, "worker")]
    if idle > 0 { parts.append("\(idle) idle") }
    if connecting > 0 { parts.append("\(connecting) reconnecting") }
    if let limit = drawing.slowLimit, slow > 0 {
      parts.append(drawing.marksSlow ? "\(slow) slow now" : "most over \(drawing.format.duration(limit))")
    }
    return parts.joined(separator: ", ")
  }

  private func drawEmpty(in row: Rect, of grid: inout CellGrid) {
    grid.write("no workers: + adds one", x: row.x + 1, y: row.y, role: ThemeRole.muted.role, in: row)
  }

  private static func doneWidth(_ width: Int) -> Int { width >= 44 ? 7 : 0 }
  private static func meanWidth(_ width: Int) -> Int { width >= 66 ? Formatting.durationWidth + 2 : 0 }
  private static func numbersWidth(_ width: Int) -> Int { doneWidth(width) + meanWidth(width) }

  private func columns(_ width: Int) -> ListColumns {
    var columns = ListColumns()
    columns.add("#", .right, width: 3, gap: 1)
    columns.add("state", .left, width: 7)
    columns.add("time", .right, width: Formatting.durationWidth, gap: 1)
    let bar = width >= 60 ? 10 : width >= 36 ? 6 : 0
    columns.add(bar >= 10 ? "to \(Self.fullBar)\(drawing.format.times) p50" : "", .left, width: bar, gap: 1)
    drawing.addItems(to: &columns, width: width - columns.width - Self.numbersWidth(width))
    columns.add("done", .right, width: Self.doneWidth(width))
    columns.add("mean", .right, width: Self.meanWidth(width))
    return columns
  }

  private func cells(_ worker: WorkerRow, nameWidth: Int) -> [ListColumns.Cell] {
    let elapsed = worker.elapsed(at: drawing.now)
    let isSlow = elapsed.map { drawing.isSlow($0) } ?? false
    let (role, word) = state(of: worker, isSlow: isSlow)
    return [
      .text("\(worker.id.slot)", .muted), .text("\(drawing.glyph(role)) \(word)", role),
      .text(elapsed.map { drawing.format.duration($0) } ?? "", isSlow ? .latencyHigh : .text), bar(elapsed),
      itemCell(worker, nameWidth), .text(drawing.format.count(worker.itemsDone), .muted),
      .text(drawing.format.duration(worker.mean), .muted),
    ]
  }

  private func itemCell(_ worker: WorkerRow, _ width: Int) -> ListColumns.Cell {
    guard let item = worker.item else {
      return .text(isConnecting(worker) ? ConnectionText.brief(drawing.facts.connecting[worker.id] ?? "") : "", .text)
    }
    let stop = drawing.facts.stopReason(of: worker).map { " (\(StoppedText.brief($0)))" } ?? ""
    let reason = drawing.facts.runningReasons[item.id]
    if item.attempt == 1, stop.isEmpty { return drawing.itemCell(item.id, item.label, reason, columns: width) }
    let label = drawing.itemText(item.id, item.label)
    let text = item.attempt > 1 ? "try \(item.attempt): \(label)" : label
    return .text(stop.isEmpty ? drawing.named(text, reason, columns: width) : text + stop, .text)
  }

  private func isConnecting(_ worker: WorkerRow) -> Bool {
    worker.isAliveAndIdle && drawing.facts.connecting[worker.id] != nil
  }

  private func state(of worker: WorkerRow, isSlow: Bool) -> (ThemeRole, String) {
    if drawing.facts.stopReason(of: worker) != nil { return (.workerSlow, "stop") }
    if isConnecting(worker) { return (.workerSlow, "conn") }
    return switch worker.state {
    case .draining: (.workerDraining, "drain")
    case .idle, .stopped: (.workerIdle, "idle")
    case .running: isSlow ? (.workerSlow, "slow") : (.workerRunning, "run")
    }
  }

  private func bar(_ elapsed: Int64?) -> ListColumns.Cell {
    guard let elapsed, let median = drawing.median, median > 0 else { return .text("", .text) }
    let amount = Int(min(1, Double(elapsed) / Double(median) / Double(Self.fullBar)) * 1000)
    return .bar(
      ProgressBar(
        segments: [.init(amount, role: drawing.latencyRole(elapsed).role, block: "━", ascii: "=")],
        rest: .init(1000 - amount, role: ThemeRole.barRest.role, block: "─", ascii: "-")))
  }
}
