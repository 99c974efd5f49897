package import Screen

/// A style for every role, and a glyph for every state.
package struct Theme: Equatable, Sendable {
  /// The background that a theme is made for.
  package enum Variant: String, Sendable {
    /// A dark background.
    case dark
    /// A light background.
    case light
    /// Either, because it uses the terminal's own colours.
    case any
  }

  /// The name; safe to print.
  package var name: String
  /// One sentence about the theme; safe to print.
  package var about: String
  /// The background that the theme is made for.
  package var variant: Variant
  /// The glyphs that differ from the usual ones.
  package var glyphs: [ThemeRole: ThemeGlyph]
  private var styles: [Style]

  /// Makes a theme in which every role has the terminal's own style.
  package init(name: String, about: String = "", variant: Variant = .any) {
    self.name = name
    self.about = about
    self.variant = variant
    glyphs = [:]
    styles = Array(repeating: Style(), count: ThemeRole.allCases.count)
  }

  /// The style of a role, in the colours that the theme's author chose.
  package subscript(role: ThemeRole) -> Style {
    get { styles[Int(role.rawValue)] }
    set { styles[Int(role.rawValue)] = newValue }
  }

  /// Returns the glyph of a state; a blank for other roles.
  package func glyph(_ role: ThemeRole, in set: GlyphSet) -> Character {
    guard let glyph = glyphs[role] ?? ThemeGlyph.usual[role] else { return " " }
    return set == .unicode ? glyph.unicode : glyph.ascii
  }

  /// Returns the styles that a terminal of some colour depth can show.
  ///
  /// Without colours, the attributes of the theme `mono` are used, because only they tell states apart by themselves.
  package func palette(depth: ColorDepth) -> Palette {
    if depth == .mono {
      let mono = Themes.mono.styles.map { Style(attributes: $0.attributes) }
      return Palette(styles: mono, selection: mono[Int(ThemeRole.selection.rawValue)])
    }
    let reduced = styles.map { reduce($0, to: depth) }
    return Palette(styles: reduced, selection: selection(at: depth))
  }

  /// Reduces a style. Bright black is unreadable on many terminals' black, so on dark backgrounds it becomes white.
  private func reduce(_ style: Style, to depth: ColorDepth) -> Style {
    var reduced = style.reduced(to: depth)
    if depth == .ansi16, variant != .light, reduced.foreground == .ansi(8), style.foreground != .ansi(8) {
      reduced.foreground = .ansi(7)
    }
    return reduced
  }

  /// With 16 colours, a chosen background can become that of the text, so the colours are reversed instead.
  private func selection(at depth: ColorDepth) -> Style {
    let style = self[.selection]
    guard depth == .ansi16, style.background.reduced(to: depth) != style.background else {
      return style.reduced(to: depth)
    }
    return Style(background: self[.text].background.reduced(to: depth), attributes: .reverse)
  }
}

/// A one-column symbol for a state, in addition to its colour and its word.
package struct ThemeGlyph: Hashable, Sendable {
  /// The character for terminals with Unicode.
  package var unicode: Character
  /// The character for other terminals.
  package var ascii: Character

  /// Makes a glyph; both characters must take one column.
  package init(unicode: Character, ascii: Character) {
    self.unicode = unicode
    self.ascii = ascii
  }

  /// The glyphs of a theme whose file names no others.
  static let usual: [ThemeRole: ThemeGlyph] = [
    .workerIdle: ThemeGlyph(unicode: "·", ascii: "."),
    .workerRunning: ThemeGlyph(unicode: "▶", ascii: ">"),
    .workerDraining: ThemeGlyph(unicode: "▽", ascii: "v"),
    .workerSlow: ThemeGlyph(unicode: "▲", ascii: "!"),
    .itemQueued: ThemeGlyph(unicode: "·", ascii: "."),
    .itemRunning: ThemeGlyph(unicode: "▶", ascii: ">"),
    .itemSucceeded: ThemeGlyph(unicode: "✓", ascii: "+"),
    .itemFailed: ThemeGlyph(unicode: "✗", ascii: "x"),
    .itemTimedOut: ThemeGlyph(unicode: "◷", ascii: "t"),
    .itemCancelled: ThemeGlyph(unicode: "⊘", ascii: "-"),
    .itemWaiting: ThemeGlyph(unicode: "↻", ascii: "r"),
    .notice: ThemeGlyph(unicode: "•", ascii: "*"),
    .warning: ThemeGlyph(unicode: "▲", ascii: "!"),
    .error: ThemeGlyph(unicode: "✗", ascii: "x"),
    .statePaused: ThemeGlyph(unicode: "‖", ascii: "="),
    .stateDone: ThemeGlyph(unicode: "✓", ascii: "+"),
  ]
}
