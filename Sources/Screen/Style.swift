/// What a cell's text is for, as a small number. A palette gives every role its colours.
///
/// This module has no names for roles. They are in the module that owns the themes.
package struct Role: RawRepresentable, Hashable, Sendable {
  /// The role's place in a palette.
  package var rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }
}

/// How letters are drawn, apart from their colours.
package struct TextAttributes: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let bold = TextAttributes(rawValue: 1)
  package static let dim = TextAttributes(rawValue: 2)
  package static let underline = TextAttributes(rawValue: 4)
  /// Foreground and background swapped.
  package static let reverse = TextAttributes(rawValue: 8)
  package static let italic = TextAttributes(rawValue: 16)
}

/// Colours and attributes together.
package struct Style: Hashable, Sendable {
  package var foreground: Color
  package var background: Color
  package var attributes: TextAttributes

  /// Makes a style; the default is the terminal's own.
  package init(
    foreground: Color = .terminalDefault, background: Color = .terminalDefault, attributes: TextAttributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// Returns the style in the nearest colours that a terminal of a depth can show.
  package func reduced(to depth: ColorDepth) -> Style {
    Style(
      foreground: foreground.reduced(to: depth), background: background.reduced(to: depth), attributes: attributes)
  }
}

/// A style for every role, and one for selected cells.
package struct Palette: Equatable, Sendable {
  /// The styles by the numbers of the roles.
  package var styles: [Style]
  /// The style laid over that of selected cells.
  package var selection: Style

  /// Makes a palette; a role beyond the styles gets the terminal's own style.
  package init(styles: [Style], selection: Style = Style(attributes: .reverse)) {
    self.styles = styles
    self.selection = selection
  }

  package subscript(role: Role) -> Style {
    Int(role.rawValue) < styles.count ? styles[Int(role.rawValue)] : Style()
  }

  /// Returns the style in which a cell is drawn.
  ///
  /// On a selected cell the selection's background and attributes win, and also its foreground unless that is the
  /// terminal's default. A selection in reverse always uses its own foreground, because the row would otherwise become
  /// a patchwork.
  package func style(for cell: Cell) -> Style {
    let style = self[cell.role]
    guard cell.isSelected else { return style }
    let keepsOwn = selection.foreground == .terminalDefault && !selection.attributes.contains(.reverse)
    return Style(
      foreground: keepsOwn ? style.foreground : selection.foreground,
      background: selection.background,
      attributes: selection.attributes)
  }
}
