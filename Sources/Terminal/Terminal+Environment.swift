@preconcurrency import CNCurses
import CTerminalGuard
import OSText
package import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// What the environment and the terminal's description say, as far as it is plausible.
extension Terminal {
  /// The plausible widths and heights of a window. Other numbers in the environment are mistakes.
  private static let possible = 1...9_999

  /// Returns the size of a terminal's window, or of the environment where the window reports none, or 80x24.
  ///
  /// Some serial lines and containers report no size.
  static func size(descriptor: Int32, environment: [String: String]) -> Size {
    windowSize(descriptor) ?? size(of: environment)
  }

  /// Returns the size in `COLUMNS` and `LINES`; 80 or 24 where they hold no plausible number.
  package static func size(of environment: [String: String]) -> Size {
    Size(width: columns(of: environment) ?? 80, height: environment["LINES"].flatMap(plausible) ?? 24)
  }

  /// Returns the number of columns in `COLUMNS`; nil where it holds no plausible number.
  package static func columns(of environment: [String: String]) -> Int? { environment["COLUMNS"].flatMap(plausible) }

  private static func plausible(_ text: String) -> Int? { Int(text).flatMap { possible.contains($0) ? $0 : nil } }

  /// Returns the size that a terminal's window reports; nil if it reports none or there is no terminal.
  package static func windowSize(_ descriptor: Int32) -> Size? {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard tg_window_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0 else { return nil }
    return Size(width: Int(columns), height: Int(rows))
  }

  /// Returns the lengths of pauses between keys. `ESCDELAY`, in milliseconds, overrides the one for the Escape key.
  static func pauses(_ environment: [String: String]) -> KeyDecoder.Pauses {
    var pauses = KeyDecoder.Pauses()
    if let delay = environment["ESCDELAY"].flatMap({ Int64($0) }), (0...10_000).contains(delay) {
      pauses.escape = delay * 1_000_000
      pauses.sequence = max(pauses.sequence, pauses.escape)
    }
    return pauses
  }

  /// Returns the colour depth that the environment promises. Only curses knows what the terminal's description supports.
  static func promisedDepth(_ environment: [String: String]) -> ColorDepth {
    let isPromised = ["truecolor", "24bit"].contains(environment["COLORTERM"]?.lowercased())
    return isPromised || environment["TERM"]?.hasSuffix("-direct") == true ? .truecolor : .indexed256
  }

  /// Returns why a terminal type is unsuitable; nil when it is suitable.
  ///
  /// Curses itself starts on a terminal that cannot place the cursor, and shows nothing.
  static func unsuitability(_ type: String, descriptor: Int32) -> TerminalError? {
    if type.isEmpty { return .unsuitable("TERM is not set") }
    let former = set_curterm(nil)
    defer { set_curterm(former) }
    var error: Int32 = 0
    guard setupterm(type, descriptor, &error) == OK else { return unknown(type) }
    let canMove = nc_capability("cup") != nil
    if let own = set_curterm(nil) { del_curterm(own) }
    return canMove ? nil : .unsuitable("the terminal type \"\(SafeText.visible(type))\" cannot place the cursor")
  }

  static func unknown(_ type: String) -> TerminalError {
    .unsuitable("the terminal type \"\(SafeText.visible(type))\" is unknown")
  }

  /// Returns a string from the description of the terminal; nil where it has none of that name.
  static func capability(_ name: String) -> String? { nc_capability(name).map { String(cString: $0) } }

  /// Calls `body` while a variable has another value, or is unset. It is for calls of curses, because no child may
  /// inherit the change.
  static func withVariable<Result>(_ variable: String, _ value: String?, _ body: () -> Result) -> Result {
    let former = getenv(variable).map { OSText.decode(cString: $0) }
    set(variable, value)
    defer { set(variable, former) }
    return body()
  }

  private static func set(_ variable: String, _ value: String?) {
    if let value { setenv(variable, value.osPath, 1) } else { unsetenv(variable) }
  }

  /// Calls `body` with impossible values of `LINES` and `COLUMNS` unset. Curses would make a screen of that size.
  static func withoutWrongSizes<Result>(_ body: () -> Result) -> Result {
    withoutWrong("LINES") { withoutWrong("COLUMNS", body) }
  }

  private static func withoutWrong<Result>(_ variable: String, _ body: () -> Result) -> Result {
    guard let value = getenv(variable).map({ OSText.decode(cString: $0) }) else { return body() }
    return plausible(value) == nil ? withVariable(variable, nil, body) : body()
  }
}
