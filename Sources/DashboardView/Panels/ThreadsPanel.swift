import Dashboard
import ParallelFor
import Screen
import Themes

/// What each number of threads has done: advice in one sentence, a chart of the rates, and a row for each number.
struct ThreadsPanel {
  private static let chartHeight = 12
  private static let leastChartHeight = 6

  let drawing: Drawing
  let isFramed: Bool
  private let points: [ThreadPoint]
  private let advice: ThreadAdvice
  private let knee: Int?

  init(drawing: Drawing, isFramed: Bool) {
    self.drawing = drawing
    self.isFramed = isFramed
    points = drawing.facts.threadRates.points
    advice = drawing.facts.threadAdvice
    knee = ThreadAdvice.knee(of: points)
  }

  func draw(in area: Rect, of grid: inout CellGrid) {
    let inside = drawing.frame(.threads, in: area, isFramed: isFramed, of: &grid).inset(horizontal: 1)
    let meters = UtilizationMeters(drawing: drawing)
    let shown = inside.height < 6 ? 0 : min(meters.rows, inside.height >= 16 ? 3 : 1)
    let server = inside.height >= 12 ? drawing.facts.serverActivity.flatMap(drawing.format.activity) : nil
    let top = inside.splitTop(inside.height >= 6 ? 2 + shown + (server == nil ? 0 : 1) : 1)
    drawSentence(in: top.top.row(0), of: &grid)
    meters.draw(in: Rect(x: inside.x, y: inside.y + 1, width: inside.width, height: shown), of: &grid)
    if let server { draw(server: server, in: inside.row(1 + shown), of: &grid) }
    let rows = max(1, points.count + (drawing.facts.threadRates.unmeasured == nil ? 0 : 1)) + 1
    let room = min(Self.chartHeight, top.rest.height - rows - 1)
    let hasChart = points.count > 1 && room >= Self.leastChartHeight
    let parts = top.rest.splitTop(hasChart ? room + 1 : 0)
    if hasChart {
      RateChart(drawing: drawing, points: points, knee: knee, threads: drawing.facts.targetWorkers)
        .draw(in: parts.top.splitBottom(1).rest, of: &grid)
    }
    drawTable(in: parts.rest, hasBars: points.count > 1 && !hasChart, of: &grid)
  }

  /// What the server of a database does, which often is the limit.
  private func draw(server: String, in row: Rect, of grid: inout CellGrid) {
    var cursor = drawing.cursor(row)
    cursor.left("server: \(server)", width: row.width, .muted, to: &grid)
  }

  // MARK: The sentence

  private func drawSentence(in row: Rect, of grid: inout CellGrid) {
    let texts = drawing.format.advice(advice, isOver: drawing.isPast)
    let peak = drawing.facts.scaling?.peak.map { "; most at \(Int($0.lowerBound))–\(Int($0.upperBound)) threads" } ?? ""
    let missing = drawing.format.noAdvice(points, isOver: drawing.isPast)
    let all = texts.isEmpty ? [missing] : texts.prefix(1).map { $0 + peak } + texts
    let fitting = all.first { TextWidth.columns(of: $0) <= row.width } ?? all.last ?? ""
    var cursor = drawing.cursor(row)
    cursor.left(fitting, width: row.width, advice.isActionable ? .warning : texts.isEmpty ? .muted : .title, to: &grid)
  }

  // MARK: The table

  private struct Row {
    var threads: Int
    var point: ThreadPoint?
    var items: Int
  }

  private var rows: [Row] {
    var rows = points.map { Row(threads: $0.threads, point: $0, items: $0.items) }
    if let (threads, items) = drawing.facts.threadRates.unmeasured, !points.contains(where: { $0.threads == threads }) {
      rows.insert(
        Row(threads: threads, items: items), at: rows.firstIndex { $0.threads > threads } ?? rows.count)
    }
    return rows
  }

  private func drawTable(in area: Rect, hasBars: Bool, of grid: inout CellGrid) {
    let rows = rows
    let table = area.splitTop(area.height > 2 ? 1 : 0)
    let columns = columns(area.width, hasBars: hasBars)
    columns.drawHeadings(drawing, in: table.top, of: &grid)
    // The number in force stays visible.
    let here = rows.firstIndex { $0.threads == drawing.facts.targetWorkers } ?? 0
    let first = max(0, min(here - table.rest.height / 2, rows.count - table.rest.height))
    for (index, row) in rows.dropFirst(first).prefix(table.rest.height).enumerated() {
      columns.draw(cells(row, hasBars: hasBars), drawing, in: table.rest.row(index), of: &grid)
    }
  }

  private func columns(_ width: Int, hasBars: Bool) -> ListColumns {
    var columns = ListColumns()
    columns.add("", .left, width: 2)
    columns.add("threads", .right, width: 7, gap: 1)
    columns.add("rate", .right, width: 9)
    columns.add("", .left, width: width < 56 ? 0 : 7, gap: 1)
    columns.add("p50", .right, width: Formatting.durationWidth, gap: 1)
    columns.add("p95", .right, width: Formatting.durationWidth, gap: 1)
    columns.add("items", .right, width: width < 50 ? 0 : 9, gap: 2)
    let left = width - columns.width
    columns.add("", .left, width: min(left, 12), gap: 1)
    if hasBars, left >= 24 { columns.add("", .left, width: min(40, left - 13)) }
    return columns
  }

  private func cells(_ row: Row, hasBars: Bool) -> [ListColumns.Cell] {
    let isHere = row.threads == drawing.facts.targetWorkers
    let role: ThemeRole = isHere ? .title : .text
    let sign = isHere ? (drawing.glyphs == .unicode ? "▸" : ">") : ""
    var cells: [ListColumns.Cell] = [.text(sign, .key), .text("\(row.threads)", role)]
    guard let point = row.point else {
      let unknown = drawing.format.unknown
      return cells + [.text("", .muted), .text("", .muted), .text(unknown, .muted), .text(unknown, .muted)]
        + [.text(drawing.format.count(row.items), .muted), .text("measuring", .muted)]
    }
    let error = Int((point.error * 100).rounded(.up))
    cells += [
      .text(drawing.format.rate(point.rate), role), .text(" \(drawing.format.plusMinus)\(error) %", .muted),
      .text(drawing.format.duration(point.p50), role), .text(drawing.format.duration(point.p95), role),
      .text(drawing.format.count(point.items), .muted),
      .text(point.threads == knee ? "enough" : "", .workerRunning),
    ]
    if hasBars { cells.append(.bar(bar(point))) }
    return cells
  }

  private func bar(_ point: ThreadPoint) -> ProgressBar {
    let best = points.map(\.rate).max() ?? 0
    let share = best > 0 ? Int(1000 * point.rate / best) : 0
    let role: ThemeRole = point.threads == drawing.facts.targetWorkers ? .barRunning : .barDone
    return ProgressBar(
      segments: [.init(share, role: role.role, ascii: "=")],
      rest: .init(1000 - share, role: ThemeRole.barRest.role, block: " ", ascii: " "))
  }
}

/// The rates of the measured numbers of threads as points with their errors, and the range of the curve through them.
private struct RateChart {
  let drawing: Drawing
  let points: [ThreadPoint]
  let knee: Int?
  /// The number of threads in force.
  let threads: Int

  func draw(in area: Rect, of grid: inout CellGrid) {
    let top = points.map { $0.rate * (1 + 2 * $0.error) }.max() ?? 1
    let label = drawing.format.rate(top)
    let axis = TextWidth.columns(of: label) + 1
    let plot = area.splitLeft(axis).rest.splitBottom(1)
    grid.write(label, x: area.x, y: area.y, role: ThemeRole.muted.role, in: area)
    let zero = drawing.format.rate(0)
    grid.write(zero, x: area.x + axis - 1 - zero.count, y: plot.rest.maxY - 1, role: ThemeRole.muted.role, in: area)
    let scale = Scale(area: plot.rest, most: Double(points.map(\.threads).max() ?? 1), top: top)
    drawBand(scale, of: &grid)
    for point in points { draw(point, scale, labels: plot.bottom, of: &grid) }
  }

  /// Where numbers of threads and rates are in the plot.
  private struct Scale {
    let area: Rect
    let most: Double
    let top: Double

    func x(_ threads: Double) -> Int {
      area.x + min(area.width - 1, Int((threads / most * Double(area.width - 3)).rounded()))
    }

    func y(_ rate: Double) -> Int {
      let row = Int((rate / top * Double(area.height - 1)).rounded())
      return area.maxY - 1 - min(max(0, row), area.height - 1)
    }

    /// Returns the number of threads at a column.
    func threads(_ x: Int) -> Double { Double(x - area.x) * most / Double(max(1, area.width - 3)) }
  }

  private func drawBand(_ scale: Scale, of grid: inout CellGrid) {
    guard let band = drawing.facts.scaling else { return }
    let sign: Character = drawing.glyphs == .unicode ? "░" : "."
    for x in scale.area.x..<scale.area.maxX where scale.threads(x) >= 1 {
      let rates = band.rates(at: scale.threads(x))
      for y in scale.y(rates.upperBound)...scale.y(rates.lowerBound) {
        grid.write(String(sign), x: x, y: y, role: ThemeRole.barRest.role, in: scale.area)
      }
    }
  }

  private func draw(_ point: ThreadPoint, _ scale: Scale, labels: Rect, of grid: inout CellGrid) {
    let x = scale.x(Double(point.threads))
    let isUnicode = drawing.glyphs == .unicode
    for y in scale.y(point.rate * (1 + 2 * point.error))...scale.y(point.rate * max(0, 1 - 2 * point.error)) {
      grid.write(isUnicode ? "│" : "|", x: x, y: y, role: ThemeRole.muted.role, in: scale.area)
    }
    let role: ThemeRole = point.threads == threads ? .title : point.threads == knee ? .workerRunning : .text
    grid.write(isUnicode ? "●" : "o", x: x, y: scale.y(point.rate), role: role.role, in: scale.area)
    let label = "\(point.threads)"
    let start = min(x - (label.count - 1) / 2, labels.maxX - label.count)
    let room = (start - 1)..<(start + label.count + 1)
    let isFree = room.allSatisfy { !labels.contains(x: $0, y: labels.y) || grid[x: $0, y: labels.y].glyph == .blank }
    if isFree { grid.write(label, x: start, y: labels.y, role: role.role, in: labels) }
  }
}
