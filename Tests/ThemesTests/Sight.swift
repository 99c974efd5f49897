import Screen

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How colours look, by the formulas of WCAG 2 (contrast) and of Viénot, Brettel and Mollon, 1999 (deficiencies).
enum Sight {
  enum Deficiency { case deuteranopia, protanopia }

  static func contrast(_ first: Color, _ second: Color) -> Double? {
    guard let first = linear(first), let second = linear(second) else { return nil }
    let luminances = [luminance(first), luminance(second)].sorted()
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)
  }

  /// Returns the CIE lightness, 0 to 100, as a person with a deficiency sees it.
  static func lightness(_ color: Color, _ deficiency: Deficiency) -> Double? {
    guard let rgb = linear(color) else { return nil }
    let luminance = luminance(seen(rgb, deficiency))
    return luminance <= 0.008856 ? 903.3 * luminance : 116 * cbrt(luminance) - 16
  }

  private static func seen(_ rgb: [Double], _ deficiency: Deficiency) -> [Double] {
    let matrix: [[Double]] =
      switch deficiency {
      case .deuteranopia: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]
      case .protanopia: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]
      }
    return matrix.map { row in min(1, max(0, zip(row, rgb).reduce(0) { $0 + $1.0 * $1.1 })) }
  }

  private static func linear(_ color: Color) -> [Double]? {
    color.components.map { rgb in
      [rgb.red, rgb.green, rgb.blue].map { value in
        let signal = Double(value) / 255
        return signal <= 0.04045 ? signal / 12.92 : pow((signal + 0.055) / 1.055, 2.4)
      }
    }
  }

  private static func luminance(_ rgb: [Double]) -> Double { 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2] }
}
