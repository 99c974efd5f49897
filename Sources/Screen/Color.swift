/// A colour, as precisely as it was given.
package enum Color: Hashable, Sendable {
  /// The default colour of the user's terminal.
  case terminalDefault
  /// One of the 16 colours that the user's terminal defines, from 0 to 15.
  case ansi(UInt8)
  /// One of xterm's 256 colours.
  case indexed(UInt8)
  /// Red, green and blue.
  case rgb(UInt8, UInt8, UInt8)
}

/// The range of colours that a terminal can show.
package enum ColorDepth: Int, CaseIterable, Comparable, Sendable {
  /// Only attributes.
  case mono
  case ansi16, indexed256, truecolor

  package static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rawValue < right.rawValue }
}

extension Color {
  /// Returns the nearest colour that a terminal of a depth can show.
  ///
  /// Distances are measured in OKLab, a perceptual space. Of the 256 colours only the fixed ones (16 to 255) are
  /// chosen, because users redefine the first 16. The search compares every candidate, so cache the results.
  package func reduced(to depth: ColorDepth) -> Color {
    switch (self, depth) {
    case (_, .mono): return .terminalDefault
    case (.terminalDefault, _), (.ansi, _), (_, .truecolor): return self
    case (.indexed, .indexed256): return self
    case (.indexed(let index), .ansi16):
      if index < 16 { return .ansi(index) }
      return Self.nearestANSI(to: OKLab(ANSIPalette.rgb(index)))
    case (.rgb(let red, let green, let blue), .indexed256):
      return Self.nearestIndexed(to: OKLab((red, green, blue)))
    case (.rgb(let red, let green, let blue), .ansi16):
      return Self.nearestANSI(to: OKLab((red, green, blue)))
    }
  }

  /// The colour's red, green and blue, as xterm shows it; nil for the terminal's default.
  package var components: (red: UInt8, green: UInt8, blue: UInt8)? {
    switch self {
    case .terminalDefault: nil
    case .ansi(let index), .indexed(let index): ANSIPalette.rgb(index)
    case .rgb(let red, let green, let blue): (red, green, blue)
    }
  }

  private static func nearestIndexed(to color: OKLab) -> Color {
    .indexed(color.nearest(of: 16...255) ?? 16)
  }

  /// Returns the nearest of the 16 colours; a colour with a hue keeps its hue, because the hue carries the meaning.
  ///
  /// By plain distance, most pastels would become grey, and a dark green would become red.
  private static func nearestANSI(to color: OKLab) -> Color {
    let hues: [UInt8] = [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14]
    let greys: [UInt8] = [0, 8, 7, 15]
    let nearest = color.chroma > 0.05 ? color.nearestHue(of: hues) : color.nearest(of: greys)
    return .ansi(nearest ?? 7)
  }
}

/// A colour in a space in which equal distances look equally different.
struct OKLab {
  var lightness: Double
  var a: Double
  var b: Double

  init(_ rgb: (red: UInt8, green: UInt8, blue: UInt8)) {
    let red = Self.linear(rgb.red)
    let green = Self.linear(rgb.green)
    let blue = Self.linear(rgb.blue)
    let long = Self.root(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue, degree: 3)
    let medium = Self.root(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue, degree: 3)
    let short = Self.root(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue, degree: 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
  }

  var chroma: Double { (a * a + b * b).squareRoot() }

  /// Returns the number of the most similar colour among some of the 256.
  func nearest(of candidates: some Sequence<UInt8>) -> UInt8? {
    candidates.min { distance(to: Self.indexed[Int($0)]) < distance(to: Self.indexed[Int($1)]) }
  }

  /// Returns the number of the most similar colour by hue and lightness, regardless of saturation.
  func nearestHue(of candidates: [UInt8]) -> UInt8? {
    candidates.min { hueDistance(to: Self.indexed[Int($0)]) < hueDistance(to: Self.indexed[Int($1)]) }
  }

  private func hueDistance(to other: OKLab) -> Double {
    let lightness = lightness - other.lightness
    let a = a / chroma - other.a / other.chroma
    let b = b / chroma - other.b / other.chroma
    return lightness * lightness + 0.1 * (a * a + b * b)
  }

  private static let indexed = (0...255).map { OKLab(ANSIPalette.rgb(UInt8($0))) }

  private func distance(to other: OKLab) -> Double {
    let lightness = lightness - other.lightness
    let a = a - other.a
    let b = b - other.b
    return lightness * lightness + a * a + b * b
  }

  /// Converts an sRGB value to linear light. It computes the power of 2.4 with roots, because the pure layers import no
  /// C library.
  private static func linear(_ value: UInt8) -> Double {
    let signal = Double(value) / 255
    if signal <= 0.04045 { return signal / 12.92 }
    let base = (signal + 0.055) / 1.055
    return base * base * root(base * base, degree: 5)
  }

  /// Finds a root with Newton's method, from 1 downwards, because the arguments lie between 0 and 1.
  private static func root(_ value: Double, degree: Int) -> Double {
    guard value > 0 else { return 0 }
    var estimate = 1.0
    for _ in 0..<60 {
      var power = 1.0
      for _ in 1..<degree { power *= estimate }
      let next = (Double(degree - 1) * estimate + value / power) / Double(degree)
      if abs(next - estimate) < 1e-12 { return next }
      estimate = next
    }
    return estimate
  }
}

/// The colours behind xterm's 256 numbers.
enum ANSIPalette {
  static func rgb(_ index: UInt8) -> (red: UInt8, green: UInt8, blue: UInt8) {
    switch index {
    case 0..<16: return first16[Int(index)]
    case 16..<232:
      let cube = index - 16
      return (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
    default:
      let grey = 8 + 10 * (index - 232)
      return (grey, grey, grey)
    }
  }

  private static func level(_ step: UInt8) -> UInt8 { step == 0 ? 0 : 55 + 40 * step }

  private static let first16: [(red: UInt8, green: UInt8, blue: UInt8)] = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
    (255, 255, 255),
  ]
}
