/// A rectangle of cells on a grid; the origin is the top left cell (0, 0).
package struct Rect: Equatable, Sendable {
  package let x: Int
  package let y: Int
  package let width: Int
  package let height: Int

  /// Makes a rectangle; negative sizes become 0.
  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// The column after the last one.
  package var maxX: Int { x + width }
  /// The row after the last one.
  package var maxY: Int { y + height }
  package var size: Size { Size(width: width, height: height) }
  package var isEmpty: Bool { width == 0 || height == 0 }

  package func contains(x: Int, y: Int) -> Bool {
    x >= self.x && x < maxX && y >= self.y && y < maxY
  }

  /// The cells that both rectangles contain; empty when there are none.
  package func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(x: left, y: top, width: min(maxX, other.maxX) - left, height: min(maxY, other.maxY) - top)
  }

  /// The rectangle without `horizontal` columns on either side and `vertical` rows at the top and bottom.
  package func inset(horizontal: Int = 0, vertical: Int = 0) -> Rect {
    Rect(x: x + horizontal, y: y + vertical, width: width - 2 * horizontal, height: height - 2 * vertical)
  }

  /// The rectangle without `margin` cells on each side.
  package func inset(by margin: Int) -> Rect { inset(horizontal: margin, vertical: margin) }

  /// The top `height` rows, and the rest below them. A greater height takes all rows.
  package func splitTop(_ height: Int) -> (top: Rect, rest: Rect) {
    let taken = min(max(0, height), self.height)
    return (
      Rect(x: x, y: y, width: width, height: taken),
      Rect(x: x, y: y + taken, width: width, height: self.height - taken)
    )
  }

  /// The bottom `height` rows, and the rest above them.
  package func splitBottom(_ height: Int) -> (bottom: Rect, rest: Rect) {
    let halves = splitTop(self.height - min(max(0, height), self.height))
    return (halves.rest, halves.top)
  }

  /// The left `width` columns, and the rest to the right of them.
  package func splitLeft(_ width: Int) -> (left: Rect, rest: Rect) {
    let taken = min(max(0, width), self.width)
    return (
      Rect(x: x, y: y, width: taken, height: height),
      Rect(x: x + taken, y: y, width: self.width - taken, height: height)
    )
  }

  /// The right `width` columns, and the rest to the left of them.
  package func splitRight(_ width: Int) -> (right: Rect, rest: Rect) {
    let halves = splitLeft(self.width - min(max(0, width), self.width))
    return (halves.rest, halves.left)
  }

  /// One row of the rectangle, counted from its top; empty when there is no such row.
  package func row(_ index: Int) -> Rect {
    Rect(x: x, y: y + index, width: width, height: index >= 0 && index < height ? 1 : 0)
  }

  /// A rectangle of the given size, centred in this one and made smaller where it does not fit.
  package func centered(_ size: Size) -> Rect {
    let width = min(size.width, self.width)
    let height = min(size.height, self.height)
    return Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
  }
}

/// A number of columns and rows.
package struct Size: Hashable, Sendable {
  package let width: Int
  package let height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}
