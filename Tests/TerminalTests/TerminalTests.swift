@preconcurrency import CNCurses
import Screen
import Testing
import Themes

@testable import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// Real curses on devices that are no terminals. Its screen is read back. One test runs at a time, because curses has
/// one screen.
@Suite(.serialized) struct TerminalTests {
  private func terminal(
    _ type: String = "xterm-256color", depth: ColorDepth? = nil, input: String = "/dev/null",
    _ more: [String: String] = [:]
  ) throws -> Terminal {
    let environment = ["TERM": type, "COLUMNS": "20", "LINES": "5"].merging(more) { $1 }
    let device = Terminal.Device(output: "/dev/null", input: input, isGuarded: false)
    return try Terminal(device, colorDepth: depth, environment: environment)
  }

  /// One cell of curses' screen.
  private struct Shown {
    var text: String
    var attributes: attr_t
    var foreground: Int32
    var background: Int32
  }

  private func shown(x: Int32, y: Int32) -> Shown {
    var cell = cchar_t()
    mvwin_wch(nc_stdscr(), y, x, &cell)
    var text = [wchar_t](repeating: 0, count: 8)
    var attributes: attr_t = 0
    let pair = nc_cell_pair(&cell, &text, &attributes)
    var foreground: Int32 = -9
    var background: Int32 = -9
    extended_pair_content(pair, &foreground, &background)
    let scalars = text.prefix { $0 != 0 }.compactMap { Unicode.Scalar(UInt32($0)) }
    return Shown(
      text: String(String.UnicodeScalarView(scalars)), attributes: attributes, foreground: foreground,
      background: background)
  }

  private func row(_ y: Int32) -> String {
    var text = [wchar_t](repeating: 0, count: 100)
    mvwinnwstr(nc_stdscr(), y, 0, &text, 99)
    return String(String.UnicodeScalarView(text.prefix { $0 != 0 }.compactMap { Unicode.Scalar(UInt32($0)) }))
  }

  private let palette = Palette(styles: [
    Style(), Style(foreground: .rgb(0x56, 0xB4, 0xE9), background: .rgb(0, 0, 0), attributes: .bold),
    Style(foreground: .ansi(9), attributes: [.underline, .italic]), Style(attributes: [.dim, .reverse]),
  ])

  private func grid(_ text: String, role: UInt8 = 0, x: Int = 0, y: Int = 0) -> CellGrid {
    var grid = CellGrid(width: 20, height: 5)
    grid.write(text, x: x, y: y, role: Role(rawValue: role))
    return grid
  }

  @Test func showsTextWideCharactersAndMarks() throws {
    let terminal = try terminal()
    terminal.present(grid("  ██▋ 43% 作e\u{301}x", y: 2), palette: palette)
    #expect(row(2) == "  ██▋ 43% 作e\u{301}x      ")
    #expect(shown(x: 12, y: 2).text == "e\u{301}")
    #expect(shown(x: 13, y: 2).text == "x")
  }

  @Test(arguments: [
    (ColorDepth.truecolor, Int32(0x56B4E9), Int32(16), Int32(9)),
    (.indexed256, 74, 16, 9),
    (.ansi16, 6, 0, 9),
  ])
  func showsColoursAndAttributes(depth: ColorDepth, foreground: Int32, background: Int32, bright: Int32) throws {
    let terminal = try terminal(depth: depth)
    #expect(terminal.colorDepth == depth)
    terminal.present(grid("a", role: 1), palette: palette)
    let styled = shown(x: 0, y: 0)
    #expect(styled.foreground == foreground && styled.background == background)
    #expect(styled.attributes & NC_BOLD != 0)
    terminal.present(grid("a", role: 2), palette: palette)
    #expect(shown(x: 0, y: 0).foreground == bright && shown(x: 0, y: 0).background == -1)
    #expect(shown(x: 0, y: 0).attributes & (NC_UNDERLINE | NC_ITALIC) == NC_UNDERLINE | NC_ITALIC)
  }

  @Test func degradesToWhatTheTerminalHas() throws {
    #expect(try terminal("vt100").colorDepth == .mono)
    #expect(try terminal("linux").colorDepth == .ansi16)
    #expect(try terminal("xterm-256color").colorDepth == .indexed256)
    #expect(try terminal("xterm-256color", ["COLORTERM": "truecolor"]).colorDepth == .truecolor)
    #expect(try terminal("vt100", depth: .indexed256).colorDepth == .mono)
  }

  @Test func withEightColoursBrightIsBold() throws {
    let terminal = try terminal("linux")
    terminal.present(grid("a", role: 2), palette: palette)
    #expect(shown(x: 0, y: 0).foreground == 1)
    #expect(shown(x: 0, y: 0).attributes & NC_BOLD != 0)
  }

  @Test func withoutColoursAttributesStay() throws {
    let terminal = try terminal("vt100")
    terminal.present(grid("a", role: 3), palette: palette)
    #expect(shown(x: 0, y: 0).attributes & (NC_DIM | NC_REVERSE) == NC_DIM | NC_REVERSE)
  }

  @Test func theSearchPathOfTheDerivedTypeDoesNotLeak() throws {
    let before = getenv("TERMINFO_DIRS").map { String(cString: $0) }
    _ = try terminal(depth: .truecolor)
    #expect(getenv("TERMINFO_DIRS").map { String(cString: $0) } == before)
  }

  @Test func aChangeReplacesWhatWasThere() throws {
    let terminal = try terminal()
    terminal.present(grid("作作作"), palette: palette)
    terminal.present(grid("x", x: 1), palette: palette)
    #expect(row(0) == " x" + String(repeating: " ", count: 18))
    let changed = Palette(styles: [Style(attributes: .bold)])
    terminal.present(grid("x", x: 1), palette: changed)
    #expect(shown(x: 1, y: 0).attributes & NC_BOLD != 0)
    terminal.redraw()
    terminal.present(grid("y"), palette: changed)
    #expect(row(0).hasPrefix("y "))
  }

  @Test func gridsOfOtherSizesAreCut() throws {
    let terminal = try terminal()
    var large = CellGrid(width: 40, height: 9)
    large.write(String(repeating: "作", count: 20), x: 1, y: 0, role: Role(rawValue: 0))
    terminal.present(large, palette: palette)
    #expect(row(0).hasPrefix(" 作作"))
    terminal.present(CellGrid(width: 0, height: 0), palette: palette)
    terminal.present(CellGrid(width: 1, height: 1), palette: palette)
    #expect(terminal.size == Size(width: 20, height: 5))
  }

  @Test(arguments: ["", "dumb", "nosuchterminal", "a/b"]) func refusesTerminalsThatCannotPlaceTheCursor(type: String) {
    #expect(throws: TerminalError.self) { try terminal(type) }
  }

  @Test func aMissingDeviceIsNoTerminal() {
    let device = Terminal.Device(output: "/nonexistent/terminal", input: "/dev/null", isGuarded: false)
    #expect(throws: TerminalError.noTerminal) {
      try Terminal(device, colorDepth: nil, environment: ["TERM": "xterm"])
    }
  }

  @Test func aWindowWithoutASizeGetsThatOfTheEnvironmentOrTheUsualOne() throws {
    #expect(try terminal(["COLUMNS": "33", "LINES": "7"]).size == Size(width: 33, height: 7))
    for wrong in ["0", "many", "-5", "", " 7", "100000000", "9223372036854775808", "1e2"] {
      #expect(try terminal(["COLUMNS": wrong, "LINES": wrong]).size == Size(width: 80, height: 24))
      #expect(Terminal.columns(of: ["COLUMNS": wrong]) == nil)
    }
  }

  private func terminal(_ environment: [String: String]) throws -> Terminal {
    try terminal("xterm-256color", environment)
  }

  @Test(arguments: [
    ("q", "q"), ("\u{1B}OA\u{1B}OB", "<Up><Down>"), ("\r\t\u{7F}\u{3}\u{1A}", "<Enter><Tab><Backspace><C-c><C-z>"),
    ("\u{1B}[5~\u{1B}[6~\u{1B}OH\u{1B}OF", "<PageUp><PageDown><Home><End>"),
    ("\u{1B}OP\u{1B}[Z", "<F1><S-Tab>"), ("é作", "é作"), ("\u{1B}x", "<A-x>"), ("\u{1B}", "<Esc>"),
    ("a\u{1B}[1;9Zq", "aq"), ("\u{1B}[24;80Rj", "j"), ("\u{1B}]52;c;cXE=\u{7}j", "j"),
    ("\u{1B}[200~quit\u{1B}xK\r\u{1B}[201~j", "<Paste>j"), ("\u{9B}j", "j"), ("\u{1B}Ozj", "j"),
  ])
  func readsKeys(bytes: String, expected: String) throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let terminal = try terminal(input: "/dev/fd/\(ends[0])")
    _ = Array(bytes.utf8).withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
    var keys = ""
    for now in [0, 10_000_000_000] as [Int64] {
      while let key = terminal.nextKey(at: now) { keys += key.description }
    }
    #expect(keys == expected)
  }

  @Test func waitingEndsByTimeOrByADescriptor() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let terminal = try terminal()
    write(ends[1], "x", 1)
    #expect(terminal.waitForInput(or: [ends[0]], milliseconds: 10_000).descriptors == [ends[0]])
    #expect(terminal.waitForInput(or: [], milliseconds: 0).descriptors.isEmpty)
  }

  /// A pipe without a reader, in place of a terminal that accepts nothing.
  @Test func anUnreadTerminalBlocksNothing() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let device = Terminal.Device(output: "/dev/fd/\(ends[1])", input: "/dev/null", isGuarded: false)
    let terminal = try Terminal(
      device, colorDepth: nil, environment: ["TERM": "xterm-256color", "COLUMNS": "200", "LINES": "50"])
    var frames = 0
    while terminal.isReady, frames < 1_000 {
      let text = String(repeating: frames.isMultiple(of: 2) ? "a" : "b", count: 200)
      var grid = CellGrid(width: 200, height: 50)
      for row in 0..<50 { grid.write(text, x: 0, y: row, role: Role(rawValue: 0)) }
      terminal.present(grid, palette: palette)
      frames += 1
    }
    #expect(!terminal.isReady)
    // Waiting bytes are sent as they are read. Then another frame can follow.
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    while !terminal.isReady {
      #expect(read(ends[0], &bytes, bytes.count) > 0)
      _ = terminal.waitForInput(milliseconds: 0)
    }
    terminal.present(CellGrid(width: 200, height: 50), palette: palette)
    terminal.leave()
    close(ends[1])
    ends[1] = -1
    let count = read(ends[0], &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).contains("\u{1B}[?1049l"))
  }

  @Test func leavingAnUnreadTerminalGivesUp() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let device = Terminal.Device(output: "/dev/fd/\(ends[1])", input: "/dev/null", isGuarded: false)
    let terminal = try Terminal(
      device, colorDepth: nil, environment: ["TERM": "xterm-256color", "COLUMNS": "20", "LINES": "5"])
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let block = [UInt8](repeating: 0, count: 65_536)
    while write(ends[1], block, block.count) > 0 {}
    terminal.present(grid("a"), palette: palette)
    #expect(!terminal.isReady)
    terminal.leave()
  }

  @Test func leavingTwiceIsLeavingOnce() throws {
    let terminal = try terminal()
    terminal.present(grid("a"), palette: palette)
    terminal.suspend()
    terminal.resume()
    terminal.present(grid("b"), palette: palette)
    #expect(row(0).hasPrefix("b"))
    terminal.leave()
    terminal.leave()
    terminal.suspend()
    terminal.resume()
  }

  /// Characters must take as many columns in curses as in the grid. Otherwise, rows would shift.
  @Test func theCLibraryAgreesAboutWidths() throws {
    _ = try terminal()
    for text in ["a", "é", "作", "한", "！", "█", "│", "╭", "▏", "▁", "✓", "✗", "▶", "▽", "▲", "·", "␛", "␤", "…", "👩"] {
      let scalar = try #require(text.unicodeScalars.first)
      #expect(Int(nc_width(wchar_t(scalar.value))) == TextWidth.columns(of: text), "\(text)")
    }
  }
}
