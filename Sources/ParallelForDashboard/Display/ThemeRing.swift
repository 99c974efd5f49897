package import Screen
package import Themes

/// The themes that a key cycles through, and the current one with its colours.
package struct ThemeRing {
  private let themes: [Theme]
  private var place: Int
  private var cached: (depth: ColorDepth, palette: Palette)?

  /// - Parameter first: The initial theme; added to the others if it is not among them.
  init(_ themes: [Theme], first: Theme) {
    if let place = themes.firstIndex(of: first) {
      self.themes = themes
      self.place = place
    } else {
      self.themes = [first] + themes
      place = 0
    }
  }

  /// Makes the ring of the shipped themes and the user's own.
  ///
  /// - Parameter first: The initial theme.
  package init(environment: [String: String], first: Theme = Themes.standard) {
    self.init(Themes.all(userDirectory: Self.userDirectory(environment)).map(\.theme), first: first)
  }

  /// Returns the folder of the user's own themes; nil for a user without a home.
  package static func userDirectory(_ environment: [String: String]) -> String? {
    let own = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { "\($0)/.config" }
    return own.map { "\($0)/pfor-tui/themes" }
  }

  var theme: Theme { themes[place] }

  mutating func next() {
    place = (place + 1) % themes.count
    cached = nil
  }

  /// Returns the current theme's styles for a colour depth.
  package mutating func palette(depth: ColorDepth) -> Palette {
    if let cached, cached.depth == depth { return cached.palette }
    let palette = theme.palette(depth: depth)
    cached = (depth, palette)
    return palette
  }
}
