import Screen
import Testing
import Themes

@Suite struct ThemeTests {
  @Test func sixThemesAreShippedWithoutAComplaint() {
    #expect(Themes.builtin.map(\.name) == ["default", "dark", "light", "colorblind", "high-contrast", "mono"])
    for found in Themes.builtin {
      #expect(found.warnings == [], "\(found.name)")
      #expect(found.theme.name == found.name)
      #expect(!found.theme.about.isEmpty)
    }
  }

  @Test(arguments: Themes.builtin.map(\.theme), ColorDepth.allCases)
  func everyRoleHasAStyleAtEveryDepth(theme: Theme, depth: ColorDepth) {
    let palette = theme.palette(depth: depth)
    #expect(palette.styles.count == ThemeRole.allCases.count + OutputStyle.count)
    for role in ThemeRole.allCases where role != .selection {
      let style = palette[role.role]
      #expect(style == style.reduced(to: depth), "\(role.name)")
      let isDefault = style.foreground == .terminalDefault
      #expect(isDefault || style.foreground != style.background, "\(role.name) cannot be seen")
    }
  }

  /// The selection must be visible at every depth, and leave the text readable.
  @Test(arguments: Themes.builtin.map(\.theme), ColorDepth.allCases)
  func theSelectionIsSeen(theme: Theme, depth: ColorDepth) {
    let palette = theme.palette(depth: depth)
    let plain = palette.style(for: Cell(role: ThemeRole.text.role))
    let selected = palette.style(for: Cell(role: ThemeRole.text.role, isSelected: true))
    #expect(selected.background != plain.background || selected.attributes.contains(.reverse))
    #expect(selected.foreground == .terminalDefault || selected.foreground != selected.background)
  }

  @Test func withoutColoursAttributesAloneTellStatesApart() {
    let families: [[ThemeRole]] = [
      [.workerIdle, .workerRunning, .workerDraining, .workerSlow],
      [.itemQueued, .itemRunning, .itemSucceeded, .itemFailed, .itemTimedOut, .itemCancelled],
      [.barDone, .barFailed, .barRunning, .barRest], [.latencyLow, .latencyMiddle, .latencyHigh],
      [.statePaused, .stateDone, .text], [.notice, .warning, .error],
    ]
    for found in Themes.builtin {
      let palette = found.theme.palette(depth: .mono)
      for family in families {
        #expect(Set(family.map { palette[$0.role].attributes.rawValue }).count == family.count, "\(family)")
      }
    }
  }

  @Test(arguments: Themes.builtin.map(\.theme)) func textIsReadableOnItsBackground(theme: Theme) throws {
    guard theme[.text].background != .terminalDefault else { return }
    let bars: Set<ThemeRole> = [.barDone, .barFailed, .barRunning]
    let chrome: Set<ThemeRole> = [.border, .barRest, .selection]
    for role in ThemeRole.allCases where !chrome.contains(role) {
      let needed = bars.contains(role) ? 3.0 : theme.name == "high-contrast" ? 7 : 4.5
      let style = theme[role]
      let contrast = try #require(Sight.contrast(style.foreground, style.background))
      #expect(contrast >= needed, "\(theme.name): \(role.name) has \(contrast)")
    }
  }

  @Test(arguments: Themes.builtin.map(\.theme)) func selectedTextIsReadable(theme: Theme) throws {
    guard theme[.text].background != .terminalDefault else { return }
    let palette = theme.palette(depth: .truecolor)
    for role: ThemeRole in [.text, .muted, .itemSucceeded, .itemFailed, .itemRunning, .workerSlow] {
      let style = palette.style(for: Cell(role: role.role, isSelected: true))
      let contrast = try #require(Sight.contrast(style.foreground, style.background))
      #expect(contrast >= 4, "\(theme.name): \(role.name) has \(contrast)")
    }
  }

  /// Hues disappear, but lightness remains. So success and failure must differ in lightness.
  @Test(arguments: [Sight.Deficiency.deuteranopia, .protanopia])
  func successAndFailureDifferForTheColourBlind(deficiency: Sight.Deficiency) throws {
    let theme = try Themes.find(nameOrFile: "colorblind").theme
    for (well, ill) in [(ThemeRole.itemSucceeded, ThemeRole.itemFailed), (.barDone, .barFailed)] {
      let first = try #require(Sight.lightness(theme[well].foreground, deficiency))
      let second = try #require(Sight.lightness(theme[ill].foreground, deficiency))
      #expect(abs(first - second) >= 10, "\(well.name) \(first), \(ill.name) \(second)")
    }
  }

  /// The default theme does not know the background, so important text must be readable on black and on white.
  @Test(arguments: [ThemeRole.warning, .workerSlow, .itemWaiting, .latencyHigh, .statePaused])
  func warningsAreReadableOnBlackAndOnWhite(role: ThemeRole) throws {
    for background in [Color.rgb(0, 0, 0), .rgb(255, 255, 255)] {
      let contrast = try #require(Sight.contrast(Themes.standard[role].foreground, background))
      #expect(contrast >= 4, "\(role.name) has \(contrast) on \(background)")
    }
  }

  /// Red means failure, and a slow item has not failed.
  @Test(arguments: Themes.builtin.map(\.theme)) func slowItemsAreNotAsRedAsFailures(theme: Theme) {
    for role in [ThemeRole.latencyHigh, .workerSlow] {
      let isPlain = theme[role].foreground == .terminalDefault
      #expect(isPlain || theme[role].foreground != theme[.itemFailed].foreground, "\(theme.name): \(role.name)")
    }
  }

  @Test func brightBlackAndDarkBlueAreNoTextOfTheDefaultTheme() {
    for role in ThemeRole.allCases {
      #expect(![.ansi(4), .ansi(8)].contains(Themes.standard[role].foreground), "\(role.name)")
      #expect(Themes.standard[role].background == .terminalDefault)
    }
  }

  @Test func rolesHaveNames() {
    for role in ThemeRole.allCases { #expect(ThemeRole(name: role.name) == role) }
    #expect(ThemeRole(name: "nothing") == nil)
  }

  @Test(arguments: Themes.builtin.map(\.theme)) func statesHaveGlyphsOfOneColumn(theme: Theme) {
    for role: ThemeRole in [.workerIdle, .workerRunning, .itemFailed, .itemSucceeded, .statePaused] {
      #expect(TextWidth.width(of: theme.glyph(role, in: .unicode)) == 1)
      #expect(theme.glyph(role, in: .ascii).isASCII)
      #expect(theme.glyph(role, in: .ascii) != " ")
    }
    #expect(theme.glyph(.border, in: .unicode) == " ")
  }
}
