@preconcurrency import CNCurses

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// The character set of the terminal, according to the user's environment.
enum TerminalLocale {
  /// Whether the environment asks for UTF-8.
  ///
  /// The first access also sets the character set in which curses draws: the environment's if that is UTF-8, otherwise
  /// `C.UTF-8`, because texts of items are always UTF-8. Other locale categories stay unchanged, because a decimal
  /// comma would change how numbers are read.
  static let isUTF8: Bool = {
    setlocale(LC_CTYPE, "")
    let isUTF8 = nl_langinfo(nl_item(CODESET)).map { String(cString: $0) } == "UTF-8"
    if !isUTF8, setlocale(LC_CTYPE, "C.UTF-8") == nil { setlocale(LC_CTYPE, "en_US.UTF-8") }
    return isUTF8
  }()
}
