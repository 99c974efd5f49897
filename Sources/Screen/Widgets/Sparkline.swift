/// A line of columns that shows a number over time, with the newest value on the right.
public struct Sparkline: Equatable, Sendable {
  /// The values, oldest first; negative and undefined ones count as 0.
  public var values: [Double]
  /// The value of a full column; nil for the largest value shown.
  public var maximum: Double?
  /// What the columns mean.
  public var role: Role

  /// Makes a line.
  public init(_ values: [Double], maximum: Double? = nil, role: Role) {
    self.values = values
    self.maximum = maximum
    self.role = role
  }

  /// Draws the newest values that fit into the first row of a rectangle, right-aligned.
  ///
  /// A value of 0 is the lowest column, so that "nothing happened" looks different from "not yet measured".
  public func draw(in rect: Rect, of grid: inout CellGrid, glyphs: GlyphSet) {
    guard !rect.isEmpty else { return }
    let shown = values.suffix(rect.width).map { $0.isFinite ? max(0, $0) : 0 }
    let top = maximum ?? shown.max() ?? 0
    let steps = glyphs == .unicode ? Array(Blocks.vertical.dropFirst()) : Self.asciiSteps
    let text = String(shown.map { Self.step($0, top: top, of: steps) })
    grid.write(text, x: rect.maxX - shown.count, y: rect.y, role: role, in: rect)
  }

  private static func step(_ value: Double, top: Double, of steps: [Character]) -> Character {
    guard top > 0, value > 0 else { return steps[0] }
    return steps[min(steps.count - 1, Int((min(1, value / top) * Double(steps.count - 1)).rounded(.up)))]
  }

  private static let asciiSteps: [Character] = ["_", ".", ":", "-", "=", "+", "*", "#"]
}
