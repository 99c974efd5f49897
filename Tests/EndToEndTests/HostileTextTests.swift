import TestSupport
import Testing

/// Untrusted text harms neither the shell nor a terminal.
@Suite struct HostileTextTests {
  /// OSC 52, erase, carriage return, right-to-left override, C1 in UTF-8 and bare, invalid UTF-8.
  static let items = [
    #"clip\033]52;c;aGk=\007"#, #"erase\033[2J"#, #"return\rover"#, #"turn\342\200\256ed"#, #"c1\302\2332J"#,
    #"bare\2332J"#, #"bad\377"#,
  ]
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.run("printf '%b\\0' \(Self.items.map { "'\($0)'" }.joined(separator: " ")) > items")
  }

  /// Whether a terminal would act on something in the text.
  static func isHarmful(_ text: String) -> Bool {
    text.unicodeScalars.contains {
      ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value) || (0x202A...0x202E).contains($0.value)
        || (0x2066...0x2069).contains($0.value)
    }
  }

  @Test func theSummaryShowsItemsHarmlessly() throws {
    let run = try sandbox.run("pfor-tui -0 items --no-tui -- sh -c 'exit 3'")
    #expect(run.status == Int32(Self.items.count))
    #expect(run.errors.contains("clip") && run.errors.contains("exit status 3"))
    #expect(!Self.isHarmful(run.errors), "\(run.errors.debugDescription)")
  }

  @Test func errorSentencesShowNamesHarmlessly() throws {
    let run = try sandbox.run(
      #"pfor-tui $'no\e[2Jsuch' -- echo; pfor-tui -0 items -- $'com\e]52;c;aGk=\amand'; pfor-tui -0 items -- echo $'{a\e[2J}'"#
    )
    #expect(run.errors.contains("such") && run.errors.contains("mand"))
    #expect(!Self.isHarmful(run.errors), "\(run.errors.debugDescription)")
  }

  @Test func screensShowItemsAndOutputsHarmlessly() throws {
    try sandbox.write(
      ":wait finished\n:save-screen a\n4\n:save-screen b\ng<Enter>\n:save-screen c\n<Esc>q\n", to: "steps")
    let run = try sandbox.run(
      "COLUMNS=120 LINES=36 pfor-tui -0 items --script steps -- sh -c 'printf %s \"$0\"; printf %s \"$0\" >&2'")
    #expect(run.status == 0)
    for name in ["a", "b", "c"] {
      let screen = sandbox.read(name)
      #expect(screen.contains("clip"), "\(screen)")
      #expect(!Self.isHarmful(screen), "\(screen.debugDescription)")
    }
  }

  /// On a pipe, results are the bytes that the items wrote.
  @Test func resultsOnAPipeAreUntouched() throws {
    let run = try sandbox.run("pfor-tui -0 items -q -- printf '%s\\0' > out; cmp out items && echo same")
    #expect(run.output == "same\n", "\(run.errors)")
  }

  @Test(arguments: [
    "pfor-tui -0 items -q -- printf '[%s]\\n' {}", "pfor-tui -0 items -q --shell 'printf \"[%s]\\n\" {}'",
    "pfor-tui -0 items -q --shell 'printf \"[%s]\\n\" {}x{}' | sed 's/x.*/]/'",
  ])
  func itemsAreNeverReadByAShell(line: String) throws {
    try sandbox.run(
      #"printf '%s\0' 'a b' "it's" '"q"' '$(touch pwned)' '`touch pwned`' ';touch pwned' '*' '-n' '\' > items"#)
    let run = try sandbox.run(line)
    #expect(
      run.lines == [
        "[a b]", "[it's]", "[\"q\"]", "[$(touch pwned)]", "[`touch pwned`]", "[;touch pwned]", "[*]", "[-n]", "[\\]",
      ])
    #expect(try sandbox.run("ls pwned").status != 0)
  }

  @Test func anItemMayHoldNewlines() throws {
    let run = try sandbox.run(
      "printf 'a\\nb\\0c\\0' > items; pfor-tui -0 items -q -- printf '[%s]'; pfor-tui -0 items -q --shell 'printf \"<%s>\" {}'"
    )
    #expect(run.output == "[a\nb][c]<a\nb><c>")
  }
}
