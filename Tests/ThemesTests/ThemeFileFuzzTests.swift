import Screen
import TestSupport
import Testing
import Themes

/// Random theme files.
@Suite struct ThemeFileFuzzTests {
  private static let sample = """
    name = "Sea"
    variant = "dark"
    inherits = "dark"
    [palette]
    sky = "#56b4e9"
    deep = 17
    [roles]
    text = "sky on deep"
    title = "#FFFFFF on black +bold"
    "dialog.danger" = "200"
    [glyphs]
    item.failed = "✘|X"
    """
  private static let tokens = [
    "\"", "'''", "\"\"\"", "=", "[", "]]", "[[", ".", "\n", "#", "{", "}", "\\u0000", "\\", "é", "e\u{301}", "🏴‍☠️",
    "\u{1B}[0m",
    "on", "+bold", "256", "-1", "99999999999999999999", "1e400", "nan", "[[[",
    "}", "[}", "1979-05-27T:", "\"\\u0000\"",
    "\"\\U00110000\"",
    "a.b.c.", "{a={a={a=", "[[[[[[[[", "\r", "0x", "1_", "07:", "inherits = \"light\"\n", "[roles]\n",
  ]

  @Test(arguments: 0..<12) func anyFileGivesAThemeAndEveryWarningIsALine(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    for round in 0..<250 {
      let bytes =
        round % 10 == 0 ? random.bytes(upTo: 300) : random.mutated(Array(Self.sample.utf8), tokens: Self.tokens)
      let text = String(decoding: bytes, as: UTF8.self)
      let file = ThemeFile(parsing: bytes, source: "my.toml", fallbackName: "my")
      for warning in file.warnings { check(warning, lines: text.count(where: \.isNewline) + 1, text) }
      for role in ThemeRole.allCases {
        let glyph = file.theme.glyph(role, in: .unicode)
        #expect(TextWidth.columns(of: String(glyph)) == 1, "\(role): \(text)")
      }
    }
  }

  private func check(_ warning: ThemeWarning, lines: Int, _ text: String) {
    #expect(warning.line.map { (1...lines).contains($0) } ?? true, "\(warning): \(text)")
    let said = warning.description
    #expect(SafeText.visible(said) == said, "\(text)")
  }
}
