import CTerminalGuard
package import Screen

/// What the environment says of the terminal, as far as it can be believed.
extension Terminal {
  /// What a window may measure; other numbers in the environment are mistakes.
  private static let possible = 1...9_999

  /// A window that reports no size, as some serial lines and containers have, gets that of the environment, or 80x24.
  static func size(descriptor: Int32, environment: [String: String]) -> Size {
    windowSize(descriptor) ?? size(of: environment)
  }

  /// The size that `COLUMNS` and `LINES` say; 80x24 where they say none that can be.
  package static func size(of environment: [String: String]) -> Size {
    Size(width: columns(of: environment) ?? 80, height: number("LINES", environment) ?? 24)
  }

  /// How many columns `COLUMNS` says; nil where it says none that can be.
  package static func columns(of environment: [String: String]) -> Int? { number("COLUMNS", environment) }

  private static func number(_ name: String, _ environment: [String: String]) -> Int? {
    environment[name].flatMap(believed)
  }

  /// The number of columns or rows that a text says; nil where it says none that can be.
  static func believed(_ text: String) -> Int? { Int(text).flatMap { possible.contains($0) ? $0 : nil } }

  /// The size that the window of a terminal reports; nil for none, and where there is no terminal.
  package static func windowSize(_ descriptor: Int32) -> Size? {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard tg_window_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0 else { return nil }
    return Size(width: Int(columns), height: Int(rows))
  }

  /// How long pauses between keys say something: `ESCDELAY`, in milliseconds, has the first word on the Escape key.
  static func pauses(_ environment: [String: String]) -> KeyDecoder.Pauses {
    var pauses = KeyDecoder.Pauses()
    if let delay = environment["ESCDELAY"].flatMap({ Int64($0) }), (0...10_000).contains(delay) {
      pauses.escape = delay * 1_000_000
      pauses.sequence = max(pauses.sequence, pauses.escape)
    }
    return pauses
  }
}
