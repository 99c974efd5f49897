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

  /// The grey of the 16 colours lies nearer to many a pastel than any hue, but says nothing.
  @Test func huesStayHues() {
    for color in [Color.rgb(0x86, 0xC9, 0x8F), .rgb(0xF5, 0x85, 0x80), .rgb(0xC5, 0xA3, 0xEC)] {
      let reduced = color.reduced(to: .ansi16)
      #expect(![.ansi(0), .ansi(7), .ansi(8), .ansi(15)].contains(reduced), "\(color) became \(reduced)")
    }
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
