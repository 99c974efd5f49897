import OSText

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// Changes the process's environment during calls of curses only, because no child may inherit the changes.
enum CursesEnvironment {
  /// Calls `body` while a variable has another value, or is unset.
  static func with<Result>(_ variable: String, _ value: String?, _ body: () -> Result) -> Result {
    let former = getenv(variable).map { OSText.decode(cString: $0) }
    set(variable, value)
    defer { set(variable, former) }
    return body()
  }

  /// Calls `body` with impossible values of `LINES` and `COLUMNS` unset. Curses would make a screen of that size.
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
