/// How letters are drawn, apart from their colours.
public struct TextAttributes: OptionSet, Hashable, Sendable {
  /// The set as bits.
  public var rawValue: UInt8
  /// Makes a set from bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Heavy or bright.
  public static let bold = TextAttributes(rawValue: 1)
  /// Faint.
  public static let dim = TextAttributes(rawValue: 2)
  /// Underlined.
  public static let underline = TextAttributes(rawValue: 4)
  /// Foreground and background swapped.
  public static let reverse = TextAttributes(rawValue: 8)
  /// Slanted.
  public static let italic = TextAttributes(rawValue: 16)
}

/// Colours and attributes together.
public struct Style: Hashable, Sendable {
  /// The colour of the letters.
  public var foreground: Color
  /// The colour behind the letters.
  public var background: Color
  /// How the letters are drawn.
  public var attributes: TextAttributes

  /// Makes a style; the default is the terminal's own.
  public init(
    foreground: Color = .terminalDefault, background: Color = .terminalDefault, attributes: TextAttributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// Returns the style in the nearest colours that a terminal of a depth can show.
  public func reduced(to depth: ColorDepth) -> Style {
    Style(
      foreground: foreground.reduced(to: depth), background: background.reduced(to: depth), attributes: attributes)
  }
}

/// A style for every role, and one for selected cells.
public struct Palette: Equatable, Sendable {
  /// The styles by the numbers of the roles.
  public var styles: [Style]
  /// The style laid over that of selected cells.
  public var selection: Style

  /// Makes a palette; a role beyond the styles gets the terminal's own style.
  public init(styles: [Style], selection: Style = Style(attributes: .reverse)) {
    self.styles = styles
    self.selection = selection
  }

  /// The style of a role.
  public subscript(role: Role) -> Style {
    Int(role.rawValue) < styles.count ? styles[Int(role.rawValue)] : Style()
  }

  /// Returns the style in which a cell is drawn.
  ///
  /// On a selected cell the selection's background and attributes win, and also its foreground unless that is the
  /// terminal's default. A selection in reverse always uses its own foreground, because the row would otherwise become
  /// a patchwork.
  public func style(for cell: Cell) -> Style {
    let style = self[cell.role]
    guard cell.isSelected else { return style }
    let keepsOwn = selection.foreground == .terminalDefault && !selection.attributes.contains(.reverse)
    return Style(
      foreground: keepsOwn ? style.foreground : selection.foreground,
      background: selection.background,
      attributes: selection.attributes)
  }
}
