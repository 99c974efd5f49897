@preconcurrency import CNCurses

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// The character set of the terminal, as the user's environment tells it.
enum TerminalLocale {
  /// Whether the environment asks for UTF-8.
  ///
  /// Asking also chooses the character set that curses draws in: the environment's, or `C.UTF-8` where that is not
  /// UTF-8, for the texts of items are UTF-8 wherever they are shown. Other categories stay: a decimal comma would
  /// change how numbers are read.
  static let isUTF8: Bool = {
    setlocale(LC_CTYPE, "")
    let isUTF8 = nl_langinfo(nl_item(CODESET)).map { String(cString: $0) } == "UTF-8"
    if !isUTF8, setlocale(LC_CTYPE, "C.UTF-8") == nil { setlocale(LC_CTYPE, "en_US.UTF-8") }
    return isUTF8
  }()
}
