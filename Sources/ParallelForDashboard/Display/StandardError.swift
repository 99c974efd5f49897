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
  /// Writes one line; where nobody can read it, it is lost, and nothing else is.
  package static func write(_ line: String) {
    let bytes = Array((SafeText.visible(line) + "\n").utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count > 0 { written += count } else if count == 0 || errno != EINTR { return }
    }
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
