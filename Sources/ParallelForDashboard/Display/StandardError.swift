import CTerminalGuard
import ParallelFor
import Screen
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Lines for the user on standard error; nothing in them is acted on by a terminal.
///
/// A reader that does not read blocks nobody: while a run goes on, lines wait here, and a signal that asks for the end does
/// not wait for the reader.
package enum StandardError {
  /// How long the end of the program waits for a reader that takes nothing, in milliseconds.
  private static let patience: Int32 = 500
  /// How often it is looked whether somebody wants that, in milliseconds.
  private static let look: Int32 = 50

  private static let lock = Lock()
  nonisolated(unsafe) private static var queue = LineQueue()
  nonisolated(unsafe) private static var isHurried = false
  /// How long the reader has taken nothing while somebody waited for the end, in milliseconds, over all lines.
  nonisolated(unsafe) private static var waited: Int32 = 0

  /// Writes one line, waiting for the reader as long as nobody wants the program to end; where nobody can read it, it is
  /// lost, and nothing else is.
  package static func write(_ line: String) {
    lock.withLock {
      queue.add(line)
      drain()
    }
  }

  /// Writes one line as soon as the reader takes it: now, or by a later call.
  static func offer(_ line: String) {
    lock.withLock {
      queue.add(line)
      send()
    }
  }

  /// Writes what the reader takes of lines that wait.
  static func sendWaiting() {
    lock.withLock { if !queue.isEmpty { send() } }
  }

  /// From now on nobody waits long for the reader.
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
        if hasMoved { waited = 0 } else if isWanted { waited += look }
        guard !isWanted || waited <= patience else { return queue.forget() }
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, look)
      }
    }
  }

  /// While the screen is up, standard error leads elsewhere than before and after.
  private static func withDescriptor(_ body: (Int32) -> Void) {
    let descriptor = tg_open_patient(STDERR_FILENO)
    guard descriptor >= 0 else { return queue.forget() }
    defer { close(descriptor) }
    body(descriptor)
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
