import OSText

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// The process's environment as curses alone finds it: no child may inherit what is set here.
enum CursesEnvironment {
  /// Calls `body` while a variable has another value, or none.
  static func with<Result>(_ variable: String, _ value: String?, _ body: () -> Result) -> Result {
    let former = getenv(variable).map { OSText.decode(cString: $0) }
    set(variable, value)
    defer { set(variable, former) }
    return body()
  }

  /// Calls `body` while `LINES` and `COLUMNS` say nothing that cannot be: curses would make a screen of that size.
  static func withoutWrongSizes<Result>(_ body: () -> Result) -> Result {
    withoutWrong("LINES") { withoutWrong("COLUMNS", body) }
  }

  private static func withoutWrong<Result>(_ variable: String, _ body: () -> Result) -> Result {
    guard let value = getenv(variable).map({ OSText.decode(cString: $0) }) else { return body() }
    return Terminal.believed(value) == nil ? with(variable, nil, body) : body()
  }

  private static func set(_ variable: String, _ value: String?) {
    if let value { setenv(variable, value.osPath, 1) } else { unsetenv(variable) }
  }
}
