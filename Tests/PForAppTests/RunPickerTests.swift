import Screen
import Testing

@testable import PForApp
@testable import RunStore

/// The list of runs on a terminal: what keys do, and how it looks.
@Suite struct RunPickerTests {
  private static func entry(
    _ number: Int, failed: Int = 0, isFinished: Bool = true, isRunning: Bool = false
  ) -> HistoryEntry {
    var run = RunRecord(
      id: "r\(number)", created: 1_700_000_000_000_000_000, title: "job-\(number) https://shop.example/{}",
      kind: "command",
      command: [], source: "ids", directory: "/")
    run.total = 100
    run.counts.succeeded = 100 - failed
    run.counts.failed = failed
    run.state = isFinished ? .finished : .interrupted
    return HistoryEntry(path: "/runs/r\(number).run", record: run, problem: nil, size: 9, isRunning: isRunning)
  }

  private static let entries = (0..<30).map {
    entry($0, failed: $0 == 1 ? 3 : 0, isFinished: $0 != 2, isRunning: $0 == 3)
  }

  private func picker(room: Int = 10) -> RunPicker {
    var picker = RunPicker(RunTable(Self.entries))
    picker.room = room
    return picker
  }

  /// Presses keys and returns the last request.
  private func press(_ picker: inout RunPicker, _ keys: Key...) -> RunPicker.Request? {
    var last: RunPicker.Request?
    for key in keys { last = picker.press(key) }
    return last
  }

  @Test func keysMoveAndTheSelectedRunStaysInView() {
    var picker = picker()
    _ = press(&picker, .down, .character("j"), .up)
    #expect(picker.selected == 1 && picker.top == 0)
    _ = press(&picker, .pageDown, .pageDown)
    #expect(picker.selected == 21 && picker.top == 12)
    _ = press(&picker, .end, .down)
    #expect(picker.selected == 29 && picker.top == 20)
    _ = press(&picker, .home, .up)
    #expect(picker.selected == 0 && picker.top == 0)
    _ = press(&picker, .end)
    picker.room = 4
    #expect(picker.top == 26)
  }

  @Test func keysAskForWhatTheyNameAndLeave() {
    var picker = picker()
    #expect(press(&picker, .enter) == .show(Self.entries[0]))
    #expect(press(&picker, .character("p")) == .replay(Self.entries[0]))
    #expect(press(&picker, .character("q")) == .leave)
    #expect(press(&picker, .escape) == .leave)
    #expect(press(&picker, .control("c")) == .leave)
    #expect(press(&picker, .character("x")) == nil)
  }

  @Test func onlyWhatIsLeftIsResumed() {
    var picker = picker()
    #expect(press(&picker, .character("r")) == nil)
    #expect(picker.notice.hasPrefix("nothing is left"))
    #expect(press(&picker, .down, .character("r")) == .resume(Self.entries[1], failed: true))
    #expect(press(&picker, .down, .character("r")) == .resume(Self.entries[2], failed: false))
    #expect(press(&picker, .down, .character("r")) == nil)
    #expect(picker.notice == "it is still running")
    _ = press(&picker, .down)
    #expect(picker.notice.isEmpty)
  }

  @Test func twoRunsAreComparedFromTheEarlierToTheLater() {
    var picker = picker()
    #expect(
      press(&picker, .character("c"), .down, .down, .character("c")) == .compare(Self.entries[2], Self.entries[0]))
    #expect(picker.marked == nil)
    #expect(press(&picker, .character("c"), .up, .character("c")) == .compare(Self.entries[2], Self.entries[1]))
    #expect(press(&picker, .character("c"), .character("c")) == nil)
    #expect(picker.marked == nil, "the same run again takes the mark away")
  }

  @Test func anOpenTextIsScrolledAndClosed() throws {
    var picker = picker()
    picker.open("run", (0..<25).map { "line \($0)" })
    _ = press(&picker, .pageDown, .down, .right)
    #expect(try #require(picker.sheet).top == 11)
    #expect(try #require(picker.sheet).left == 8)
    _ = press(&picker, .end, .pageDown, .left, .left)
    #expect(try #require(picker.sheet).top == 15)
    #expect(try #require(picker.sheet).left == 0)
    #expect(press(&picker, .character("r")) == nil)
    #expect(press(&picker, .escape) == nil)
    #expect(picker.sheet == nil && picker.selected == 0)
  }

  @Test func theMouseSelectsOpensAndScrolls() {
    var picker = picker()
    #expect(press(&picker, .mouse(MouseEvent(.click, x: 5, y: 4))) == nil)
    #expect(picker.selected == 2)
    #expect(press(&picker, .mouse(MouseEvent(.click, x: 9, y: 4))) == .show(Self.entries[2]))
    #expect(press(&picker, .mouse(MouseEvent(.wheelDown, x: 9, y: 4))) == nil)
    #expect(picker.selected == 5)
    for y in [0, 1, 12, 99] { #expect(press(&picker, .mouse(MouseEvent(.click, x: 9, y: y))) == nil) }
    #expect(picker.selected == 5)
  }

  @Test(arguments: [(120, 36), (80, 24), (60, 15), (40, 10), (20, 4), (1, 1)])
  func theListFitsAndShowsTheSelectedRun(width: Int, height: Int) throws {
    let size = Size(width: width, height: height)
    for glyphs in [GlyphSet.unicode, .ascii] {
      var picker = picker(room: RunPickerView.room(size, isSheet: false))
      _ = press(&picker, .end, .character("c"))
      let view = RunPickerView(glyphs: glyphs)
      let asking = view.draw(picker, size: size)
      _ = press(&picker, .up)
      let rows = (0..<height).map(view.draw(picker, size: size).row)
      guard height >= 10 else { continue }
      #expect(asking.row(height - 1).contains("choose the other run"))
      #expect(rows[1].contains("STATE") && rows[1].contains("COMMAND"))
      let marked = try #require(rows.firstIndex { $0.contains("job-29") }, "the selected run is shown: \(rows)")
      #expect(rows[marked].contains("* finished") && rows[marked - 1].contains("job-28"))
      picker.open("r28", ["one", String(repeating: "x", count: 300)])
      let sheet = view.draw(picker, size: size)
      #expect(sheet.row(0).contains("r28") && sheet.row(1).contains("one") && sheet.row(2).contains("xxx"))
    }
  }
}
