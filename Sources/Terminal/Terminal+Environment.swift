import CTerminalGuard
package import Screen

/// Reads facts about the terminal from the environment, as far as they are plausible.
extension Terminal {
  /// The plausible widths and heights of a window. Other numbers in the environment are mistakes.
  private static let possible = 1...9_999

  /// The size of a terminal's window, or of the environment where the window reports none, or 80x24.
  ///
  /// Some serial lines and containers report no size.
  static func size(descriptor: Int32, environment: [String: String]) -> Size {
    windowSize(descriptor) ?? size(of: environment)
  }

  /// The size in `COLUMNS` and `LINES`; 80 or 24 where they hold no plausible number.
  package static func size(of environment: [String: String]) -> Size {
    Size(width: columns(of: environment) ?? 80, height: number("LINES", environment) ?? 24)
  }

  /// The number of columns in `COLUMNS`; nil where it holds no plausible number.
  package static func columns(of environment: [String: String]) -> Int? { number("COLUMNS", environment) }

  private static func number(_ name: String, _ environment: [String: String]) -> Int? {
    environment[name].flatMap(believed)
  }

  /// The number of columns or rows in a text; nil where it holds no plausible number.
  static func believed(_ text: String) -> Int? { Int(text).flatMap { possible.contains($0) ? $0 : nil } }

  /// The size that a terminal's window reports; nil if it reports none or there is no terminal.
  package static func windowSize(_ descriptor: Int32) -> Size? {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard tg_window_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0 else { return nil }
    return Size(width: Int(columns), height: Int(rows))
  }

  /// The lengths of pauses between keys. `ESCDELAY`, in milliseconds, overrides the one for the Escape key.
  static func pauses(_ environment: [String: String]) -> KeyDecoder.Pauses {
    var pauses = KeyDecoder.Pauses()
    if let delay = environment["ESCDELAY"].flatMap({ Int64($0) }), (0...10_000).contains(delay) {
      pauses.escape = delay * 1_000_000
      pauses.sequence = max(pauses.sequence, pauses.escape)
    }
    return pauses
  }
}
