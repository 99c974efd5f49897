import Foundation
import Screen

/// Lines for the user on standard error; nothing in them is acted on by a terminal.
package enum StandardError {
  /// Writes one line.
  package static func write(_ line: String) {
    FileHandle.standardError.write(Data((SafeText.visible(line) + "\n").utf8))
  }
}

extension StandardError {
  /// Writes text of our own that may have several lines.
  package static func writeRaw(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) { write(String(line)) }
  }
}
