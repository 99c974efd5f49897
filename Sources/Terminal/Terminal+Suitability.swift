@preconcurrency import CNCurses
import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

extension Terminal {
  /// Returns why the dashboard cannot be drawn here; nil when it can. Draws nothing and changes no modes.
  public static func suitability(environment: [String: String]) -> TerminalError? {
    let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { return .noTerminal }
    defer { close(descriptor) }
    return unsuitability(environment["TERM"] ?? "", descriptor: descriptor)
  }

  /// Returns why a terminal type is unsuitable; nil when it is suitable.
  ///
  /// Curses itself starts on a terminal that cannot place the cursor, and shows nothing.
  static func unsuitability(_ type: String, descriptor: Int32) -> TerminalError? {
    if type.isEmpty { return .unsuitable("TERM is not set") }
    let former = set_curterm(nil)
    defer { set_curterm(former) }
    var error: Int32 = 0
    guard setupterm(type, descriptor, &error) == OK else {
      return .unsuitable("the terminal type \"\(SafeText.visible(type))\" is unknown")
    }
    let canMove = nc_capability("cup") != nil
    if let own = set_curterm(nil) { del_curterm(own) }
    return canMove ? nil : .unsuitable("the terminal type \"\(SafeText.visible(type))\" cannot place the cursor")
  }

  /// The colour depth that the environment promises. Only curses knows what the terminal's description supports.
  static func promisedDepth(_ environment: [String: String]) -> ColorDepth {
    let isPromised = ["truecolor", "24bit"].contains(environment["COLORTERM"]?.lowercased())
    return isPromised || environment["TERM"]?.hasSuffix("-direct") == true ? .truecolor : .indexed256
  }
}
