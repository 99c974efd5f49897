@preconcurrency import CNCurses
import Screen

/// Translates styles into curses attributes and colour pairs.
struct ColorPairs {
  /// A style in the terms of curses.
  struct Drawn: Equatable {
    var attributes: attr_t
    var pair: Int32
  }

  /// The colour depth to which styles are reduced.
  let depth: ColorDepth
  private let colors: Int
  private var known: [Style: Drawn] = [:]

  /// Asks curses for the number of colours. The curses screen must already exist.
  ///
  /// - Parameter wanted: The upper limit; the depth is lower where the terminal cannot show that many colours.
  init(atMost wanted: ColorDepth) {
    colors = has_colors() ? Int(nc_colors()) : 0
    depth = min(wanted, Self.depth(colors: colors))
  }

  private static func depth(colors: Int) -> ColorDepth {
    switch colors {
    case 0x100_0000...: .truecolor
    case 256...: .indexed256
    case 8...: .ansi16
    default: .mono
    }
  }

  /// Returns the style as curses draws it; equal styles give equal results.
  mutating func drawn(_ style: Style) -> Drawn {
    if let drawn = known[style] { return drawn }
    let drawn = make(style.reduced(to: depth))
    known[style] = drawn
    return drawn
  }

  private func make(_ style: Style) -> Drawn {
    var attributes = style.attributes
    let foreground = number(style.foreground)
    let background = number(style.background)
    // With only 8 colours, bright letters are drawn bold.
    if colors == 8, case .ansi(8...) = style.foreground { attributes.insert(.bold) }
    let isPlain = depth == .mono || (foreground < 0 && background < 0)
    let pair = isPlain ? 0 : max(0, alloc_pair(foreground, background))
    return Drawn(attributes: Self.bits(attributes), pair: pair)
  }

  private func number(_ color: Color) -> Int32 {
    switch color {
    case .terminalDefault: return -1
    case .ansi(let index): return Int32(colors == 8 ? index % 8 : index)
    case .indexed(let index) where colors < 0x100_0000: return Int32(index)
    case .indexed, .rgb:
      guard let (red, green, blue) = color.components else { return -1 }
      // Values below 16 mean the terminal's own colours, so the darkest blues are raised to 16.
      return max(16, Int32(red) << 16 | Int32(green) << 8 | Int32(blue))
    }
  }

  private static func bits(_ attributes: TextAttributes) -> attr_t {
    var bits: attr_t = 0
    if attributes.contains(.bold) { bits |= NC_BOLD }
    if attributes.contains(.dim) { bits |= NC_DIM }
    if attributes.contains(.underline) { bits |= NC_UNDERLINE }
    if attributes.contains(.reverse) { bits |= NC_REVERSE }
    if attributes.contains(.italic) { bits |= NC_ITALIC }
    return bits
  }
}
