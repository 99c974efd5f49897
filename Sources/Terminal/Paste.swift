@preconcurrency import CNCurses

/// Asks the terminal to mark pasted text, so that the text does not act as key presses.
enum Paste {
  /// Turns the marking off; nil where the terminal's description has no such sequence.
  static var off: String? { nc_capability("BD").map { String(cString: $0) } }

  /// Turns the marking on; nil where the terminal's description has no such sequence.
  static var on: String? { nc_capability("BE").map { String(cString: $0) } }
}
