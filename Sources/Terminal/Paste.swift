@preconcurrency import CNCurses

/// The marks around pasted text, which must not press keys; a terminal that can is asked for them.
enum Paste {
  /// What ends the marking; nil where the terminal's description knows none.
  static var off: String? { nc_capability("BD").map { String(cString: $0) } }

  /// What begins the marking; nil where the terminal's description knows none.
  static var on: String? { nc_capability("BE").map { String(cString: $0) } }
}
