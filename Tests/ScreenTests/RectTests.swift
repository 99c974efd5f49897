import Screen
import Testing

@Suite struct RectTests {
  private let rect = Rect(x: 2, y: 3, width: 10, height: 5)

  @Test func splits() {
    #expect(rect.splitTop(2).top == Rect(x: 2, y: 3, width: 10, height: 2))
    #expect(rect.splitTop(2).rest == Rect(x: 2, y: 5, width: 10, height: 3))
    #expect(rect.splitBottom(2).bottom == Rect(x: 2, y: 6, width: 10, height: 2))
    #expect(rect.splitLeft(3).rest == Rect(x: 5, y: 3, width: 7, height: 5))
    #expect(rect.splitRight(3).right == Rect(x: 9, y: 3, width: 3, height: 5))
  }

  @Test(arguments: [-1, 0, 5, 6, 1000]) func splitsOfAnySizeLoseNothing(size: Int) {
    let split = rect.splitTop(size)
    #expect(split.top.height + split.rest.height == 5)
    #expect(split.rest.maxY == rect.maxY)
    let sides = rect.splitRight(size)
    #expect(sides.right.width + sides.rest.width == 10)
    #expect(sides.right.maxX == rect.maxX)
  }

  @Test func contains() {
    #expect(rect.contains(x: 2, y: 3) && rect.contains(x: 11, y: 7))
    #expect(!rect.contains(x: 12, y: 3) && !rect.contains(x: 2, y: 8) && !rect.contains(x: 1, y: 3))
  }

  @Test func insetsAndCentersNeverTurnInsideOut() {
    #expect(rect.inset(by: 1) == Rect(x: 3, y: 4, width: 8, height: 3))
    #expect(rect.inset(by: 9).isEmpty)
    #expect(rect.centered(Size(width: 4, height: 1)) == Rect(x: 5, y: 5, width: 4, height: 1))
    #expect(rect.centered(Size(width: 40, height: 10)) == rect)
    #expect(rect.row(1) == Rect(x: 2, y: 4, width: 10, height: 1))
    #expect(rect.row(5).isEmpty && rect.row(-1).isEmpty)
  }
}
