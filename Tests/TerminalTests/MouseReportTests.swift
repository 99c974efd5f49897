import Screen
import Testing

@testable import Terminal

@Suite struct MouseReportTests {
  private func event(_ body: String, _ ending: Character = "M") -> MouseEvent? {
    MouseEvent(report: Array(body.utf8)[...], ending: ending.asciiValue ?? 0)
  }

  @Test func clicksAndTheWheelAreRead() {
    #expect(event("<0;10;3") == MouseEvent(.click, x: 9, y: 2))
    #expect(event("<64;1;1") == MouseEvent(.wheelUp, x: 0, y: 0))
    #expect(event("<65;200;60") == MouseEvent(.wheelDown, x: 199, y: 59))
  }

  @Test(arguments: [
    "", "<", "<0;10", "<0;10;3;4", "<0;0;3", "<0;x;3", "<1;10;3", "<2;10;3", "<35;10;3", "0;10;3", "<0;-4;3",
  ])
  func otherReportsAreNoEvents(body: String) { #expect(event(body) == nil) }

  @Test func releasesAreNoEvents() { #expect(event("<0;10;3", "m") == nil) }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"), ("作", "5L2c")])
  func copiedTextIsEncoded(text: String, encoded: String) { #expect(Terminal.base64(Array(text.utf8)) == encoded) }
}
