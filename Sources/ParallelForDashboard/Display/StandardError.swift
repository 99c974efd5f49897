import Foundation
import Screen
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Lines for the user on standard error; nothing in them is acted on by a terminal.
package enum StandardError {
  /// Writes one line.
  package static func write(_ line: String) {
    FileHandle.standardError.write(Data((SafeText.visible(line) + "\n").utf8))
  }
}

extension StandardError {
  /// The width of the terminal that it is, in columns; nil when it is none.
  package static var columns: Int? { Terminal.windowSize(STDERR_FILENO)?.width }

  /// Writes text of our own that may have several lines.
  package static func writeRaw(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) { write(String(line)) }
  }
}
