import CTerminalGuard
import ParallelFor
import Screen
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Writes lines for the user to standard error, without anything that a terminal would interpret.
///
/// A stalled reader blocks nothing. During a run, lines wait here, and a signal that ends the program does not wait for
/// the reader.
package enum StandardError {
  /// How long the program waits at its end for a reader that takes nothing, in milliseconds.
  private static let patience: Int32 = 500
  /// How often a waiting write checks whether the program must end, in milliseconds.
  private static let pollTime: Int32 = 50

  private static let lock = Lock()
  nonisolated(unsafe) private static var queue = LineQueue()
  nonisolated(unsafe) private static var isHurried = false
  /// How long the reader has taken nothing while the program had to end, in milliseconds, across all lines.
  nonisolated(unsafe) private static var waited: Int32 = 0

  /// Writes one line, and waits for the reader unless the program must end. Without a reader, only the line is lost.
  package static func write(_ line: String) {
    lock.withLock {
      queue.add(line)
      drain()
    }
  }

  /// Writes one line as soon as the reader takes it: now, or in a later call.
  static func offer(_ line: String) {
    lock.withLock {
      queue.add(line)
      send()
    }
  }

  /// Writes as many of the waiting lines as the reader takes.
  static func sendWaiting() {
    lock.withLock { if !queue.isEmpty { send() } }
  }

  /// Makes all later writes wait only briefly for the reader.
  static func hurry() { lock.withLock { isHurried = true } }

  private static func send() {
    withDescriptor { descriptor in queue.send { tg_write_some(descriptor, $0.baseAddress, UInt($0.count)) } }
  }

  private static func drain() {
    let before = Signals.endings
    withDescriptor { descriptor in
      while true {
        let hasMoved = queue.send { tg_write_some(descriptor, $0.baseAddress, UInt($0.count)) }
        if queue.isEmpty { return }
        let isWanted = isHurried || Signals.endings != before
        if hasMoved { waited = 0 } else if isWanted { waited += pollTime }
        guard !isWanted || waited <= patience else { return queue.forget() }
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, pollTime)
      }
    }
  }

  /// Opens standard error for one call, because it leads elsewhere while the screen is up.
  private static func withDescriptor(_ body: (Int32) -> Void) {
    let descriptor = tg_open_patient(STDERR_FILENO)
    guard descriptor >= 0 else { return queue.forget() }
    defer { close(descriptor) }
    body(descriptor)
  }
}

extension StandardError {
  /// The width of the terminal in columns; nil if standard error is no terminal.
  package static var columns: Int? { Terminal.windowSize(STDERR_FILENO)?.width }

  /// Writes a text that may have several lines.
  package static func writeRaw(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) { write(String(line)) }
  }
}
