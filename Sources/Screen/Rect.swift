/// A rectangle of cells on a grid; the origin is the top left cell (0, 0).
public struct Rect: Equatable, Sendable {
  /// The leftmost column.
  public var x: Int
  /// The topmost row.
  public var y: Int
  /// How many columns; never negative.
  public var width: Int
  /// How many rows; never negative.
  public var height: Int

  /// Makes a rectangle; negative sizes become 0.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }
}
