import ParallelFor
package import Screen

/// Formats numbers for people.
///
/// Durations are truncated, not rounded, so that a running clock never shows more time than has passed.
package struct Formatting: Sendable {
  package let glyphs: GlyphSet

  package init(glyphs: GlyphSet = .unicode) { self.glyphs = glyphs }

  /// The width of the longest duration.
  static let durationWidth = 7

  private var isUnicode: Bool { glyphs == .unicode }
  /// The sign for an unknown number.
  package var unknown: String { isUnicode ? "–" : "-" }
  /// The sign before a lower limit.
  var atLeast: String { isUnicode ? "≥ " : ">= " }
  var plusMinus: String { isUnicode ? "±" : "+-" }
  var times: String { isUnicode ? "×" : "x" }
  var arrow: String { isUnicode ? "→" : "->" }
  var dot: String { isUnicode ? "·" : "|" }

  /// Returns a text right-aligned in a number of columns.
  func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// Returns a duration in two or three digits: `850 µs`, `1.2 s`, `1m 05s`, `2h 03m`, `100 h`; nil is unknown.
  package func duration(_ nanoseconds: Int64?) -> String {
    guard let nanoseconds else { return unknown }
    switch max(0, nanoseconds) {
    case 0: return "0 s"
    case let time where time < 1_000: return "\(time) ns"
    case let time where time < 1_000_000: return scaled(time, unit: 1_000, isUnicode ? "µs" : "us")
    case let time where time < 1_000_000_000: return scaled(time, unit: 1_000_000, "ms")
    case let time where time < 60_000_000_000: return "\(tenths(time, unit: 1_000_000_000)) s"
    case let time: return NumberText.clock(time)
    }
  }

  /// Returns a duration in whole seconds, for a running clock: `42 s`, `1m 05s`.
  package func clock(_ nanoseconds: Int64) -> String { NumberText.clock(nanoseconds) }

  private func scaled(_ time: Int64, unit: Int64, _ name: String) -> String {
    time < 10 * unit ? "\(tenths(time, unit: unit)) \(name)" : "\(time / unit) \(name)"
  }

  private func tenths(_ value: Int64, unit: Int64) -> String { "\(value / unit).\(value % unit * 10 / unit)" }

  /// Returns a count with separated thousands: `12,345`.
  package func count(_ count: Int) -> String { NumberText.count(count) }

  /// Returns a count and a noun: `1 item`, `5 items`.
  package func plural(_ count: Int, _ noun: String) -> String { "\(self.count(count)) \(noun)\(count == 1 ? "" : "s")" }

  /// Returns a rate per second: `812/s`, `4.1/s`, `0.31/s`; nil is unknown.
  package func rate(_ perSecond: Double?) -> String {
    guard let perSecond, perSecond.isFinite, perSecond >= 0 else { return "\(unknown)/s" }
    return "\(NumberText.figures(perSecond))/s"
  }

  /// Returns a latency as a multiple of the median: `×1.2`, `×12`; nil is unknown.
  package func timesMedian(_ latency: Int64, median: Int64?) -> String {
    guard let median, median > 0 else { return unknown }
    let factor = Double(max(0, latency)) / Double(median)
    return times + (factor < 9.95 ? NumberText.figures(max(factor, 0.1)) : count(Int(min(factor.rounded(), 1e15))))
  }

  /// Returns a part of a whole in whole per cent. It is 100 only when nothing is missing.
  package func percent(_ part: Int, of whole: Int) -> String {
    whole <= 0 ? "100 %" : "\(Int(Double(part) / Double(whole) * 100)) %"
  }

  /// Returns a size in bytes: `812 bytes`, `1.2 MB`, `3.4 TB`.
  package func bytes(_ bytes: Int) -> String {
    switch bytes {
    case ..<10_000: plural(bytes, "byte")
    case ..<1_000_000: "\(bytes / 1000) kB"
    case ..<1_000_000_000: "\(tenths(Int64(bytes), unit: 1_000_000)) MB"
    case ..<1_000_000_000_000: "\(tenths(Int64(bytes), unit: 1_000_000_000)) GB"
    default: "\(tenths(Int64(bytes), unit: 1_000_000_000_000)) TB"
    }
  }
}
