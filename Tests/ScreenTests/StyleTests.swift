import Screen
import Testing

@Suite struct StyleTests {
  @Test(arguments: [
    (Color.rgb(255, 0, 0), ColorDepth.indexed256, Color.indexed(196)),
    (.rgb(255, 255, 255), .indexed256, .indexed(231)),
    (.rgb(8, 8, 8), .indexed256, .indexed(232)),
    (.rgb(0x56, 0xB4, 0xE9), .indexed256, .indexed(74)),
    (.rgb(255, 0, 0), .ansi16, .ansi(9)),
    (.rgb(0, 0, 0), .ansi16, .ansi(0)),
    (.rgb(250, 250, 250), .ansi16, .ansi(15)),
    (.indexed(9), .ansi16, .ansi(9)),
    (.indexed(196), .ansi16, .ansi(9)),
    (.ansi(5), .ansi16, .ansi(5)),
    (.rgb(1, 2, 3), .truecolor, .rgb(1, 2, 3)),
    (.terminalDefault, .ansi16, .terminalDefault),
    (.rgb(1, 2, 3), .mono, .terminalDefault),
    (.ansi(1), .mono, .terminalDefault),
  ])
  func reducesColours(color: Color, depth: ColorDepth, expected: Color) {
    #expect(color.reduced(to: depth) == expected)
  }

  /// By plain distance, a pastel would become grey and a dark green would become red.
  @Test(arguments: [
    (Color.rgb(0x86, 0xC9, 0x8F), UInt8(2)), (.rgb(0xF5, 0x85, 0x80), 9), (.rgb(0xC5, 0xA3, 0xEC), 13),
    (.rgb(0x17, 0x69, 0x2F), 2), (.rgb(0x6D, 0x38, 0xA0), 5), (.rgb(0xB3, 0x1F, 0x28), 1),
  ])
  func huesStayHues(color: Color, number: UInt8) {
    #expect(color.reduced(to: .ansi16) == .ansi(number))
  }

  @Test func theSelectionLiesOverTheRole() {
    let red = Style(foreground: .ansi(1), background: .ansi(0), attributes: .bold)
    var palette = Palette(styles: [Style(), red], selection: Style(background: .ansi(4), attributes: .underline))
    let cell = Cell(role: Role(rawValue: 1), isSelected: true)
    #expect(palette.style(for: Cell(role: Role(rawValue: 1))) == red)
    #expect(palette.style(for: cell) == Style(foreground: .ansi(1), background: .ansi(4), attributes: .underline))
    palette.selection.foreground = .ansi(7)
    #expect(palette.style(for: cell).foreground == .ansi(7))
    #expect(palette.style(for: Cell(role: Role(rawValue: 200))) == Style())
  }
}
