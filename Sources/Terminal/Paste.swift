@preconcurrency import CNCurses

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Darwin)
  @preconcurrency import Darwin
#endif

/// Pasting, which must not press keys: a terminal that can marks pasted text, and what is so marked is passed over.
enum Paste {
  /// What the mark before pasted text arrives as.
  static let begin: Int32 = 2000
  /// What the mark after it arrives as.
  static let end: Int32 = 2001

  static func defineKeys() {
    define_key("\u{1B}[200~", begin)
    define_key("\u{1B}[201~", end)
  }

  /// What ends the marking; nil where the terminal's description knows none.
  static var off: String? { nc_capability("BD").map { String(cString: $0) } }

  static func enable(_ output: UnsafeMutablePointer<FILE>) { write(nc_capability("BE"), output) }

  static func disable(_ output: UnsafeMutablePointer<FILE>) { write(nc_capability("BD"), output) }

  private static func write(_ sequence: UnsafePointer<CChar>?, _ output: UnsafeMutablePointer<FILE>) {
    guard let sequence else { return }
    fputs(sequence, output)
    fflush(output)
  }
}
