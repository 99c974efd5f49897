package import Screen

/// A style for every role, and a glyph for every state.
package struct Theme: Equatable, Sendable {
  /// The background that a theme is made for.
  package enum Variant: String, Sendable {
    case dark, light
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

  /// Returns the styles that a terminal of some colour depth can show: those of the roles, and those of outputs.
  ///
  /// Without colours, the attributes of the theme `mono` are used, because only they alone distinguish states.
  package func palette(depth: ColorDepth) -> Palette {
    if depth == .mono {
      let mono = Themes.mono.styles.map { Style(attributes: $0.attributes) }
      let outputs = OutputStyle.all.map { Style(attributes: $0.isBold ? .bold : []) }
      return Palette(styles: mono + outputs, selection: mono[Int(ThemeRole.selection.rawValue)])
    }
    let reduced = styles.map { reduce($0, to: depth) }
    return Palette(styles: reduced + OutputStyle.all.map { style(of: $0, at: depth) }, selection: selection(at: depth))
  }

  /// The style of an output: the terminal's own colours on the background of plain text.
  private func style(of output: OutputStyle, at depth: ColorDepth) -> Style {
    let plain = self[.text].reduced(to: depth)
    return Style(
      foreground: output.color.map { .ansi($0) } ?? plain.foreground, background: plain.background,
      attributes: output.isBold ? .bold : [])
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
  package var unicode: Character
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

/// The purpose of a style on this program's screens; a theme gives each role its style.
///
/// The raw values are positions in a palette, so new roles are added at the end.
package enum ThemeRole: UInt8, CaseIterable, Sendable {
  /// Plain text; its background is that of the whole screen.
  case text
  /// Less important text: units, labels, finished items.
  case muted
  /// Titles of panels, and the lines around them.
  case title, border
  /// Keys in the footer and in the help.
  case key
  /// The overlay of the selected row.
  case selection
  /// Text of a dialog, and of an answer that destroys something.
  case dialog, dialogDanger
  /// Messages: all is well, something may go wrong, something went wrong.
  case notice, warning, error
  /// Matches of a search.
  case match
  /// A worker without an item, with one, one that leaves after its item, and one whose item takes long.
  case workerIdle, workerRunning, workerDraining, workerSlow
  /// An item. A cancelled one was stopped or never started because the user asked for it.
  case itemQueued, itemRunning, itemSucceeded, itemFailed, itemTimedOut, itemCancelled
  /// The parts of a bar.
  case barDone, barFailed, barRunning, barRest
  /// Usual latencies, those above the usual, and the longest.
  case latencyLow, latencyMiddle, latencyHigh
  /// The run while it is paused, and after its end.
  case statePaused, stateDone
  /// An item that failed and waits for its next attempt.
  case itemWaiting

  /// The role in the form that cells store.
  package var role: Role { Role(rawValue: rawValue) }

  /// The role of an output's style; these roles follow those of themes.
  package static func role(of output: OutputStyle) -> Role {
    Role(rawValue: UInt8(allCases.count + output.number))
  }

  /// The role's name in theme files.
  package var name: String {
    switch self {
    case .text: "text"
    case .muted: "muted"
    case .title: "title"
    case .border: "border"
    case .key: "key"
    case .selection: "selection"
    case .dialog: "dialog.text"
    case .dialogDanger: "dialog.danger"
    case .notice: "notice"
    case .warning: "warning"
    case .error: "error"
    case .match: "match"
    case .workerIdle: "worker.idle"
    case .workerRunning: "worker.running"
    case .workerDraining: "worker.draining"
    case .workerSlow: "worker.slow"
    case .itemQueued: "item.queued"
    case .itemRunning: "item.running"
    case .itemSucceeded: "item.succeeded"
    case .itemFailed: "item.failed"
    case .itemTimedOut: "item.timed-out"
    case .itemCancelled: "item.cancelled"
    case .barDone: "bar.done"
    case .barFailed: "bar.failed"
    case .barRunning: "bar.running"
    case .barRest: "bar.rest"
    case .latencyLow: "latency.low"
    case .latencyMiddle: "latency.middle"
    case .latencyHigh: "latency.high"
    case .statePaused: "state.paused"
    case .stateDone: "state.done"
    case .itemWaiting: "item.waiting"
    }
  }

  /// Makes the role with a name from a theme file; nil for an unknown name.
  package init?(name: String) {
    guard let role = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = role
  }
}
