import Screen
import Themes

/// The themes that a key goes through, and the one in use with its colours.
struct ThemeRing {
  private let themes: [Theme]
  private var place: Int
  private var cached: (depth: ColorDepth, palette: Palette)?

  /// - Parameter first: the theme to begin with; joins the others if it is not among them.
  init(_ themes: [Theme], first: Theme) {
    if let place = themes.firstIndex(of: first) {
      self.themes = themes
      self.place = place
    } else {
      self.themes = [first] + themes
      place = 0
    }
  }

  var theme: Theme { themes[place] }

  mutating func next() {
    place = (place + 1) % themes.count
    cached = nil
  }

  /// The theme's styles, as so many colours can show them.
  mutating func palette(depth: ColorDepth) -> Palette {
    if let cached, cached.depth == depth { return cached.palette }
    let palette = theme.palette(depth: depth)
    cached = (depth, palette)
    return palette
  }
}
