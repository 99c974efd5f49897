import Screen
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    ("abc", 3), ("作者", 4), ("e\u{301}", 1), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("👩‍👩‍👧‍👦", 2), ("👍🏽", 2),
    ("🇩🇪", 2), ("☀\u{FE0F}", 1), ("1\u{FE0F}\u{20E3}", 1), ("✓", 1), ("█", 1), ("│", 1), ("！", 2), ("\u{3000}", 2),
    ("می\u{200C}خواهم", 7), ("", 0), ("…", 1), ("𝒳", 1), ("🫠", 2),
  ])
  func widths(text: String, columns: Int) {
    #expect(TextWidth.columns(of: text) == columns)
  }

  @Test func aCharacterTakesAtMostTwoColumns() {
    for character in "a作👩‍👩‍👧‍👦🇩🇪👍🏽é1️⃣☀️🏴󠁧󠁢󠁥󠁮󠁧󠁿" {
      #expect((1...2).contains(TextWidth.width(of: character)), "\(character)")
    }
  }

  @Test(arguments: [
    ("hello", 5, "hello"), ("hello", 4, "hel…"), ("hello", 1, "…"), ("hello", 0, ""), ("hello", -1, ""),
    ("作者", 4, "作者"), ("作者", 3, "作…"), ("作者", 2, "…"), ("a作", 2, "a…"), ("", 3, ""), ("a\nb", 3, "a␤b"),
    ("e\u{301}xy", 2, "e\u{301}…"),
  ])
  func prefixes(text: String, columns: Int, expected: String) {
    #expect(TextWidth.prefix(text, columns: columns) == expected)
  }

  @Test(arguments: [
    ("\u{1B}]52;c;cHduZWQ=\u{07}", "␛]52;c;cHduZWQ=␇"),
    ("\u{1B}]0;title\u{1B}\\", "␛]0;title␛\\"),
    ("\u{1B}[2J", "␛[2J"),
    ("\u{1B}[6n", "␛[6n"),
    ("\u{1B}]unterminated", "␛]unterminated"),
    ("\u{9B}31m", "·31m"),
    ("a\u{90}b\u{9C}\u{80}\u{9F}", "a·b···"),
    ("a\u{202E}b\u{202A}\u{2066}\u{2069}\u{200E}\u{200F}\u{61C}", "a·b······"),
    ("a\u{0}b", "a␀b"),
    ("a\nb\r\n", "a␤b␍␤"),
    ("a\tb", "a b"),
    ("\u{7F}\u{8}", "␡␈"),
    ("\u{2028}\u{2029}", "··"),
    ("\u{200D}", "·"),
    ("a\u{200D}b", "a·b"),
    ("\u{FEFF}\u{200B}\u{2060}\u{AD}", "····"),
    ("\u{E000}\u{10FFFF}\u{378}", "···"),
    ("\u{301}x", "·x"),
    ("\u{1B}\u{301}", "␛·"),
    ("👩‍👩‍👧!", "👩!"),
    ("👍🏽!", "👍!"),
    ("🇩🇪", "DE"),
    ("a\u{A0}b\u{2003}c", "a b c"),
    ("plain ~ text", "plain ~ text"),
  ])
  func untrustedTextIsHarmless(text: String, visible: String) {
    #expect(SafeText.visible(text) == visible)
    var grid = CellGrid(width: 40, height: 1)
    grid.write(text, x: 0, y: 0, role: Role(rawValue: 0))
    #expect(grid.row(0) == visible + String(repeating: " ", count: 40 - TextWidth.columns(of: visible)))
  }

  /// Every scalar outside of the large blocks of letters, and a sample of those, after a letter.
  @Test func noScalarReachesTheTerminalAsAControl() {
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value), value < 0x3000 || value % 7 == 0 || 0xF000...0xFFFF ~= value else {
        continue
      }
      let isSafe = SafeText.visible("a\(scalar)").unicodeScalars.allSatisfy { shown in
        switch shown.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
      }
      if !isSafe { Issue.record("U+\(String(value, radix: 16)) is shown as it is") }
    }
  }

  @Test func marksDoNotPileUp() {
    let tall = "a" + String(repeating: "\u{301}", count: 1000) + "b"
    #expect(TextWidth.columns(of: tall) == 2)
    #expect(SafeText.visible(tall).unicodeScalars.count == 5)
  }

  @Test(arguments: [
    ("/srv/exports/a.json", 40, "/srv/exports/a.json"), ("/srv/exports/a.json", 19, "/srv/exports/a.json"),
    ("/srv/exports/a.json", 10, "/sr…a.json"), ("/srv/exports/a.json", 3, "…on"), ("/srv", 1, "…"), ("/srv", 0, ""),
    ("作者の注文日本語", 9, "作…日本語"), ("a\u{1B}[2Jb", 4, "a…Jb"), ("", 5, ""),
  ])
  func aNameKeepsItsBeginningAndItsEnd(text: String, columns: Int, expected: String) {
    #expect(TextWidth.middle(text, columns: columns) == expected)
    #expect(TextWidth.columns(of: TextWidth.middle(text, columns: columns)) <= columns)
  }

  @Test func visibleTextStaysUnchanged() {
    let once = SafeText.visible("\u{1B}[31m作\u{202E}e\u{301}\n")
    #expect(SafeText.visible(once) == once)
  }
}
