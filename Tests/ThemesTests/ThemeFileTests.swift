import Foundation
import Screen
import Testing
import Themes

@Suite struct ThemeFileTests {
  private func parse(_ text: String) -> ThemeFile {
    ThemeFile(parsing: text, source: "my.toml", fallbackName: "my")
  }

  @Test func readsEverything() {
    let file = parse(
      """
      name = "Sea"
      about = "calm blues"
      variant = "dark"
      inherits = "dark"

      [palette]
      sky = "#56b4e9"
      deep = 17
      [roles]
      text = "sky on deep"
      title = "#FFFFFF on black +bold +underline"
      worker.idle = "+dim"
      item.failed = "bright-red on default +reverse +italic"
      "dialog.danger" = "200"
      [glyphs]
      item.failed = "✘|X"
      """)
    #expect(file.warnings == [])
    let theme = file.theme
    #expect(theme.name == "Sea" && theme.about == "calm blues" && theme.variant == .dark)
    #expect(theme[.text] == Style(foreground: .rgb(0x56, 0xB4, 0xE9), background: .indexed(17)))
    #expect(
      theme[.title] == Style(foreground: .rgb(255, 255, 255), background: .ansi(0), attributes: [.bold, .underline]))
    #expect(theme[.workerIdle] == Style(background: .indexed(17), attributes: .dim))
    #expect(theme[.itemFailed] == Style(foreground: .ansi(9), attributes: [.reverse, .italic]))
    #expect(theme[.dialogDanger].foreground == .indexed(200))
    #expect(theme[.key] == Themes.builtin(named: "dark")?.theme[.key])
    #expect(theme.glyph(.itemFailed, in: .unicode) == "✘" && theme.glyph(.itemFailed, in: .ascii) == "X")
  }

  @Test(arguments: [
    ("variant = \"dim\"", 2, "variant", "expected \"dark\""),
    ("inherits = \"nobody\"", 2, "inherits", "shipped theme"),
    ("name = 3", 2, "name", "expected a string"),
    ("colour = \"red\"", 2, "colour", "unknown"),
    ("[palette]\nsky = \"#12345\"", 3, "palette.sky", "#rrggbb"),
    ("[palette]\nsky = 256", 3, "palette.sky", "0 to 255"),
    ("[roles]\n\ntitle = \"reddish\"", 4, "roles.title", "not \"reddish\""),
    ("[roles]\ntitle = \"red +blink\"", 3, "roles.title", "not \"+blink\""),
    ("[roles]\ntitle = \"red on\"", 3, "roles.title", "after \"on\""),
    ("[roles]\ntitle = 5", 3, "roles.title", "expected a string"),
    ("[roles]\n# a remark = 1\nworker.lazy = \"red\"", 4, "roles.worker.lazy", "unknown"),
    ("[glyphs]\nitem.failed = \"ab|x\"", 3, "glyphs.item.failed", "one column"),
    ("[glyphs]\nitem.failed = \"作|x\"", 3, "glyphs.item.failed", "one column"),
    ("[glyphs]\nitem.failed = \"\\u001B|x\"", 3, "glyphs.item.failed", "one column"),
  ])
  func mistakesAreReportedByLineAndKey(text: String, line: Int, key: String, problem: String) throws {
    let isInheriting = text.hasPrefix("inherits")
    let file = parse((isInheriting ? "about = \"a\"\n" : "inherits = \"default\"\n") + text)
    let warning = try #require(file.warnings.first { $0.key == key })
    #expect(warning.line == line)
    #expect(warning.problem.contains(problem))
    #expect(warning.description.hasPrefix("my.toml:\(line): \(key): "))
    #expect(file.theme[.title] == Themes.standard[.title])
    #expect(file.theme.glyph(.itemFailed, in: .ascii) == "x")
  }

  @Test func whatIsNotTOMLIsTheDefaultTheme() throws {
    let file = parse("[roles]\ntext = \"red\ntitle = 1\n")
    let warning = try #require(file.warnings.first)
    #expect(file.warnings.count == 1 && warning.line == 2)
    #expect(ThemeRole.allCases.allSatisfy { file.theme[$0] == Themes.standard[$0] })
  }

  @Test func missingRolesAreReportedUnlessTheyAreInherited() {
    let alone = parse("[roles]\ntext = \"red\"")
    #expect(alone.warnings.filter { $0.problem.contains("missing") }.count == ThemeRole.allCases.count - 1)
    #expect(alone.theme[.title] == Themes.standard[.title])
    #expect(parse("inherits = \"mono\"").warnings == [])
  }

  @Test(arguments: ["", "\u{0}", "[", "a = [", "[roles]\n[roles]", "roles = 5", "palette = []"])
  func noFileMakesAThemeUnusable(text: String) {
    let file = parse(text)
    #expect(ThemeRole.allCases.allSatisfy { file.theme[$0] == Themes.standard[$0] })
    #expect(!file.warnings.isEmpty)
  }

  @Test(arguments: ["[[[roles]]]", "text = [}", "a = 'x", "\"\\u0000\" 1", "a\u{0} = 1"])
  func aFileThatIsNotTOMLIsOneWarningWithItsLineAndTheDefaultTheme(text: String) throws {
    let file = parse("inherits = \"mono\"\n" + text)
    #expect(file.warnings.map(\.line) == [2])
    #expect(file.warnings.first?.description.hasPrefix("my.toml:2: not TOML: ") ?? false)
    #expect(ThemeRole.allCases.allSatisfy { file.theme[$0] == Themes.standard[$0] })
  }

  @Test func valuesThatThemesDoNotHaveAreUnknownKeys() {
    let file = parse(
      """
      inherits = "mono"
      mine = [
        "a",
        "b",
      ]
      since = 1979-05-27
      [[roles]]
      text = "red"
      """)
    #expect(
      file.warnings.map(\.description) == [
        "my.toml:2: mine: unknown; it is ignored", "my.toml:7: roles: unknown; it is ignored",
        "my.toml:6: since: unknown; it is ignored",
      ])
  }

  @Test func warningsAreFewAndShortWhateverTheFileHolds() throws {
    let file = parse("inherits = \"mono\"\n" + (0..<5_000).map { "a\($0) = 1\n" }.joined())
    #expect(file.warnings.count == 51 && file.warnings.last?.problem == "4950 more warnings")
    let long = parse("inherits = \"mono\"\n[roles]\ntext = \"\(String(repeating: "x", count: 100_000))\"\n")
    #expect(try #require(long.warnings.first).description.count < 300)
    let marks = String(repeating: "\u{301}", count: 10_000)
    let heavy = parse("inherits = \"mono\"\n[glyphs]\nitem.failed = \"e\(marks)|x\"")
    #expect(heavy.warnings.map(\.key) == ["glyphs.item.failed"])
  }

  @Test func hostileNamesAreHarmless() {
    let file = parse("name = \"\\u001B]52;c;x\\u0007\\u202E\"\ninherits = \"mono\"\n\"\\u001B[2J\" = 1\n")
    #expect(file.theme.name == "␛]52;c;x␇·")
    #expect(file.warnings.map(\.description) == ["my.toml:3: ␛[2J: unknown; it is ignored"])
  }
}

@Suite struct ThemeSearchTests {
  private func withDirectory(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "themes-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try body(directory)
  }

  @Test func findsByNameFileAndDirectory() throws {
    try withDirectory { directory in
      let path = "\(directory)/sea.toml"
      try "inherits = \"dark\"".write(toFile: path, atomically: true, encoding: .utf8)
      try "inherits = \"mono\"".write(toFile: "\(directory)/dark.toml", atomically: true, encoding: .utf8)
      #expect(try Themes.find(nameOrFile: "dark").path == nil)
      #expect(try Themes.find(nameOrFile: path).theme.name == "sea")
      let own = try Themes.find(nameOrFile: "dark", searching: ["/nonexistent", directory])
      #expect(own.path == "\(directory)/dark.toml" && own.theme[.text] == Themes.builtin(named: "mono")?.theme[.text])
      let all = Themes.all(userDirectory: directory)
      #expect(all.map(\.name) == ["default", "light", "colorblind", "high-contrast", "mono", "dark", "sea"])
    }
  }

  @Test func whatCannotBeReadIsAnError() throws {
    #expect(throws: ThemeError.notFound("sky", known: Themes.builtin.map(\.name))) {
      try Themes.find(nameOrFile: "sky")
    }
    #expect(throws: ThemeError.unreadable("/nonexistent.toml", reason: "no such file")) {
      try Themes.find(nameOrFile: "/nonexistent.toml")
    }
    #expect(throws: ThemeError.unreadable("/dev/zero", reason: "it is not a regular file")) {
      try Themes.find(nameOrFile: "/dev/zero")
    }
    try withDirectory { directory in
      #expect(throws: ThemeError.unreadable(directory, reason: "it is a directory")) {
        try Themes.find(nameOrFile: directory)
      }
      let large = "\(directory)/large.toml"
      try Data(count: 2 << 20).write(to: URL(filePath: large))
      #expect(throws: ThemeError.unreadable(large, reason: "it is larger than 1 MiB")) {
        try Themes.find(nameOrFile: large)
      }
      let inside = "\(large)/x.toml"
      #expect(throws: ThemeError.unreadable(inside, reason: "Not a directory")) { try Themes.find(nameOrFile: inside) }
      var errors: [ThemeError] = []
      #expect(Themes.all(userDirectory: directory) { errors.append($0) }.map(\.name) == Themes.builtin.map(\.name))
      #expect(errors == [.unreadable(large, reason: "it is larger than 1 MiB")])
    }
    #expect(ThemeError.notFound("\u{1B}x", known: ["a"]).description.contains("\"␛x\""))
  }
}
