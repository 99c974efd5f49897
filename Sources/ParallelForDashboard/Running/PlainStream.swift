import Dashboard
import DashboardView
import OSText
import ParallelFor
import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Plain lines on the terminal about what happens, while the dashboard has left the screen.
///
/// A terminal that takes nothing, as after Ctrl-S, loses lines. It does not stop the run.
final class PlainStream {
  private let terminal: Int32
  private let columns: Int
  private let words: EventLines
  private var hasEnded = false

  /// Opens the terminal; nil if there is none.
  init?(columns: Int, glyphs: GlyphSet) {
    terminal = open("/dev/tty".osPath, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard terminal >= 0 else { return nil }
    self.columns = columns
    words = EventLines(format: Formatting(glyphs: glyphs))
    write(["plain lines: Enter returns to the dashboard"])
  }

  deinit { close(terminal) }

  /// Prints lines about events.
  func tell(_ events: [RunEvent], of dashboard: Dashboard) {
    write(words.lines(events, since: dashboard.live.stopwatch.begin))
  }

  private func write(_ lines: [String]) {
    let text = lines.map { TextWidth.prefix($0, columns: max(1, columns - 1)) + "\r\n" }.joined()
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Self.write(terminal, $0) }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  /// Ends the lines.
  func end() { hasEnded = true }

  /// Whether the user has pressed Enter, or the lines were ended.
  var isOver: Bool {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(terminal, &bytes, bytes.count)
    // 0 is the end of input, Ctrl-D.
    if count == 0 || count > 0 && bytes[..<count].contains(UInt8(ascii: "\n")) { hasEnded = true }
    return hasEnded
  }
}
