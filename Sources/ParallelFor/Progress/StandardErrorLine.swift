#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A line on standard error. On a terminal, each line replaces the one before; elsewhere, lines are added.
struct StandardErrorLine: Sendable {
  /// The column up to which a line is padded, because the one before may have been longer.
  private static let width = 72

  /// Whether standard error is a terminal.
  let isTerminal: Bool

  init() { isTerminal = isatty(STDERR_FILENO) == 1 }

  /// Shows a line that another one will follow.
  func show(_ line: String) { put(isTerminal ? "\r\(Self.padded(line))" : "\(line)\n") }

  /// Shows the last line.
  func finish(_ line: String) { put(isTerminal ? "\r\(Self.padded(line))\n" : "\(line)\n") }

  private static func padded(_ line: String) -> String {
    line + String(repeating: " ", count: max(0, width - line.count))
  }

  /// Writes the text in one call, so that lines of several threads do not mix. A failed write is ignored.
  private func put(_ text: String) {
    var text = text
    text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
