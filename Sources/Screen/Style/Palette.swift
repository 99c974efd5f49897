/// How letters are drawn besides their colours.
public struct TextAttributes: OptionSet, Hashable, Sendable {
  /// The set as bits.
  public var rawValue: UInt8
  /// Makes a set from bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Thick or bright.
  public static let bold = TextAttributes(rawValue: 1)
  /// Faint.
  public static let dim = TextAttributes(rawValue: 2)
  /// With a line below.
  public static let underline = TextAttributes(rawValue: 4)
  /// Foreground and background exchanged.
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

  /// Makes a style; by default the terminal's own.
  public init(
    foreground: Color = .terminalDefault, background: Color = .terminalDefault, attributes: TextAttributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// The style in the nearest colours that a terminal of a depth can show.
  public func reduced(to depth: ColorDepth) -> Style {
    Style(
      foreground: foreground.reduced(to: depth), background: background.reduced(to: depth), attributes: attributes)
  }
}

/// A style for every role, and one that is laid over selected cells.
public struct Palette: Equatable, Sendable {
  /// The styles, by the roles' numbers.
  public var styles: [Style]
  /// Laid over the style of selected cells.
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

  /// The style that a cell is drawn in.
  ///
  /// On a selected cell the selection's background and attributes win, and its foreground unless that is the terminal's.
  /// A selection that exchanges the colours has its own foreground always: the row would become a patchwork.
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
