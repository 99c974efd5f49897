import Dashboard
import Screen
import Themes

/// What workers did with their time, and beside it how busy the machine was: a share and its last minutes each.
struct UtilizationMeters {
  private static let widestLine = 40
  private static let narrowestPair = 56

  private let drawing: Drawing
  private let workers: [Meter]
  private let machine: [Meter]

  private struct Meter {
    var name: String
    var role: ThemeRole
    var shares: [Double]
  }

  init(drawing: Drawing) {
    self.drawing = drawing
    let history = drawing.facts.utilization.history
    func meter(_ name: String, _ role: ThemeRole, _ share: (Utilization.Second) -> Double?) -> Meter? {
      let shares = history.compactMap(share)
      return shares.isEmpty ? nil : Meter(name: name, role: role, shares: shares)
    }
    let wasHeld = history.contains { $0.held > 0 }
    workers = [
      meter("workers busy", .barRunning) { $0.busy },
      meter("idle", .barRest) { $0.idle },
      wasHeld ? meter("held", .warning) { $0.held } : nil,
    ].compactMap(\.self)
    machine = [
      meter("machine CPU", .barDone) { $0.processors }, meter("memory", .barDone) { $0.memory },
    ].compactMap(\.self)
  }

  /// The number of rows that all meters need.
  var rows: Int { max(workers.count, machine.count) }

  /// Draws as many rows as there are. The machine is beside the workers if there is room for both.
  func draw(in area: Rect, of grid: inout CellGrid) {
    let isPair = !machine.isEmpty && area.width >= Self.narrowestPair
    let halves = area.splitLeft(isPair ? (area.width - 3) / 2 : area.width)
    draw(workers, in: halves.left, of: &grid)
    if isPair { draw(machine, in: halves.rest.splitLeft(3).rest, of: &grid) }
  }

  private func draw(_ meters: [Meter], in area: Rect, of grid: inout CellGrid) {
    let names = meters.map { TextWidth.columns(of: $0.name) }.max() ?? 0
    for (index, meter) in meters.prefix(area.height).enumerated() {
      var cursor = drawing.cursor(area.row(index))
      cursor.right(meter.name, width: names, .muted, to: &grid)
      cursor.skip()
      cursor.right("\(Int(((meter.shares.last ?? 0) * 100).rounded())) %", width: 5, .text, to: &grid)
      cursor.skip(2)
      let line = Rect(x: cursor.x, y: area.y + index, width: min(Self.widestLine, cursor.remaining), height: 1)
      Sparkline(meter.shares, role: meter.role.role, top: 1).draw(in: line, of: &grid, glyphs: drawing.glyphs)
    }
  }
}
