import CTerminalGuard

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The signals that mean something to a run, as values in the queue that keys come by.
package enum Signals {
  /// What a signal asks for.
  package enum Wish: Equatable {
    case interrupt, terminate, hangup, moreThreads, fewerThreads, resized, suspend, continued
  }

  private static let wishes: [Int32: Wish] = [
    SIGINT: .interrupt, SIGTERM: .terminate, SIGHUP: .hangup, SIGUSR1: .moreThreads, SIGUSR2: .fewerThreads,
    SIGWINCH: .resized, SIGTSTP: .suspend, SIGCONT: .continued,
  ]

  /// Lets writing fail with an error where the system would end the program: into a pipe that nobody reads, or beyond the
  /// size that files may have.
  package static func ignoreFailingWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Catches the signals; the descriptor becomes readable when one has come.
  ///
  /// Before the screen is entered: curses leaves handlers alone that it finds.
  package static func open() throws(DashboardError) -> Int32 {
    var signals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT]
    let descriptor = tg_signal_pipe_open(&signals, Int32(signals.count))
    guard descriptor >= 0 else { throw DashboardError("cannot catch signals: \(String(cString: strerror(errno)))") }
    return descriptor
  }

  /// Gives all signals back to those who had them before, and closes the descriptor.
  static func close() { tg_signal_pipe_close() }

  /// What has come since the last call.
  package static func take(from descriptor: Int32) -> [Wish] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    return bytes.prefix(max(0, count)).compactMap { wishes[Int32($0)] }
  }
}
