import Foundation
import Screen

/// Lines for the user on standard error; nothing in them is acted on by a terminal.
enum StandardError {
  /// Writes one line.
  static func write(_ line: String) {
    FileHandle.standardError.write(Data((SafeText.visible(line) + "\n").utf8))
  }
}

extension StandardError {
  /// Writes text of our own that may have several lines.
  static func writeRaw(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) { write(String(line)) }
  }
}
