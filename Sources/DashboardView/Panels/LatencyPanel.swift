import Dashboard
import ParallelFor
import Screen
import Themes

/// How long items take: percentiles, a histogram on a logarithmic scale, and the rate over time.
struct LatencyPanel {
  let drawing: Drawing
  let isFramed: Bool

  func draw(in area: Rect, of grid: inout CellGrid) {
    let advice = drawing.facts.threadAdvice
    let texts = drawing.format.advice(advice, isOver: drawing.isPast)
    let inside = drawing.frame(
      .latency, trailing: count, footer: texts, footerRole: advice.isActionable ? .warning : .muted, in: area,
      isFramed: isFramed, of: &grid
    ).inset(horizontal: 1)
    let top = inside.splitTop(inside.height >= 3 ? 2 : 1)
    drawPercentiles(in: top.top, of: &grid)
    let bottom = top.rest.splitBottom(inside.height >= 6 ? 1 : 0)
    drawRate(in: bottom.bottom, of: &grid)
    drawHistogram(in: bottom.rest, of: &grid)
  }

  private var count: String {
    drawing.facts.latency.count == 0 ? "" : drawing.format.plural(drawing.facts.latency.count, "item")
  }

  // MARK: Percentiles

  /// Draws names over numbers in columns of equal width. If room is short, the mean is left out, then p95, p90 and p99.
  private func drawPercentiles(in area: Rect, of grid: inout CellGrid) {
    let values = drawing.facts.latency.percentiles
    var named: [(name: String, value: Int64?)] = [
      ("p50", values.p50), ("p90", values.p90), ("p95", values.p95), ("p99", values.p99),
      ("max", drawing.facts.latency.maximum), ("mean", drawing.facts.latency.mean),
    ]
    // In a single row the name is next to its number.
    let width = Formatting.durationWidth + (area.height > 1 ? 1 : 6)
    if named.count * width > area.width { named.removeLast() }
    while named.count > 2, named.count * width > area.width { named.remove(at: max(1, named.count - 3)) }
    let step = named.isEmpty ? width : min(area.width / named.count, 13)
    for (index, (name, value)) in named.enumerated() {
      let cell = Rect(x: area.x + index * step, y: area.y, width: max(0, step - 1), height: area.height)
        .intersection(area)
      draw(name, value, in: cell, of: &grid)
    }
  }

  private func draw(_ name: String, _ value: Int64?, in cell: Rect, of grid: inout CellGrid) {
    var number = drawing.cursor(cell.row(cell.height - 1))
    let role: ThemeRole = value.map { drawing.latencyRole($0) } ?? .muted
    if cell.height > 1 {
      var heading = drawing.cursor(cell.row(0))
      heading.left(name, width: cell.width, .muted, to: &grid)
      number.left(drawing.format.duration(value), width: cell.width, role, to: &grid)
    } else {
      number.left("\(name) \(drawing.format.duration(value))", width: cell.width, role, to: &grid)
    }
  }

  // MARK: Histogram

  private func drawHistogram(in area: Rect, of grid: inout CellGrid) {
    let chart = area.splitBottom(area.height >= 2 ? 1 : 0)
    guard !chart.rest.isEmpty, drawing.facts.latency.count > 0 else { return }
    let columns = min(area.width, 120)
    let counts = drawing.facts.latency.buckets(columns)
    let bars = counts.enumerated().map { index, count in
      BarChart.Column(Double(count), role: drawing.latencyRole(middle(of: index, columns)).role)
    }
    BarChart(bars).draw(in: chart.rest, of: &grid, glyphs: drawing.glyphs)
    drawScale(columns, in: chart.bottom, of: &grid)
  }

  private func middle(of column: Int, _ columns: Int) -> Int64 {
    let latency = drawing.facts.latency
    return (latency.edge(column, of: columns) + latency.edge(column + 1, of: columns)) / 2
  }

  /// Draws the shortest latency, the middle of the scale, and the longest latency.
  private func drawScale(_ columns: Int, in row: Rect, of grid: inout CellGrid) {
    guard !row.isEmpty else { return }
    let row = row.splitLeft(columns).left
    let latency = drawing.facts.latency
    let role = ThemeRole.muted.role
    let low = drawing.format.duration(latency.minimum), high = drawing.format.duration(latency.maximum)
    grid.write(low, x: row.x, y: row.y, role: role, in: row)
    guard latency.minimum != latency.maximum else { return }
    grid.write(high, x: row.maxX - TextWidth.columns(of: high), y: row.y, role: role, in: row)
    let middle = drawing.format.duration(latency.edge(columns / 2, of: columns))
    if row.width >= 40 { grid.write(middle, x: row.x + columns / 2 - middle.count / 2, y: row.y, role: role, in: row) }
  }

  // MARK: Rate

  private func drawRate(in row: Rect, of grid: inout CellGrid) {
    guard !row.isEmpty else { return }
    var cursor = drawing.cursor(row)
    cursor.write("rate", .muted, to: &grid)
    cursor.skip()
    let rate = drawing.format.rate(drawing.facts.rate(at: drawing.now))
    cursor.right(rate, width: 8, .text, to: &grid)
    cursor.skip(2)
    let area = Rect(x: cursor.x, y: row.y, width: cursor.remaining, height: 1)
    let history = drawing.facts.throughput.history(
      columns: area.width, at: drawing.facts.stopwatch.clamped(drawing.now))
    Sparkline(history, role: ThemeRole.barRunning.role).draw(in: area, of: &grid, glyphs: drawing.glyphs)
  }
}
