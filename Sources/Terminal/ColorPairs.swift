@preconcurrency import CNCurses
import Screen

/// Styles as curses draws them: attributes and the number of a pair of colours.
struct ColorPairs {
  /// A style in the words of curses.
  struct Drawn: Equatable {
    var attributes: attr_t
    var pair: Int32
  }

  /// How many colours styles are reduced to.
  let depth: ColorDepth
  private let colors: Int
  private var known: [Style: Drawn] = [:]

  /// Asks curses, whose screen must have begun, how many colours there are.
  ///
  /// - Parameter wanted: At most this depth; what the terminal cannot show is not chosen.
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

  /// The style as curses draws it; the same style always gives the same.
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
    // Where there are but 8 colours, bright letters are bold ones.
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
      // Values below 16 mean the terminal's own colours: the darkest blues move up a little.
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
