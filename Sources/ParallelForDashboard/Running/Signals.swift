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
    /// The signal would end the program: what runs may end within the grace time, then the signal has its effect.
    case end(Int32)
    /// The same, but what runs is killed now.
    case quit
  }

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
    let meant = SignalTable.meant.map(\.number)
    let ending = SignalTable.ending
    guard tg_signal_pipe_open(meant, Int32(meant.count), 0) >= 0 else { throw failure }
    let descriptor = tg_signal_pipe_open(ending, Int32(ending.count), 1)
    guard descriptor >= 0 else { throw failure }
    return descriptor
  }

  private static var failure: DashboardError {
    DashboardError("cannot catch signals: \(String(cString: strerror(errno)))")
  }

  /// Gives all signals their former handlers back and closes the descriptor.
  static func close() { tg_signal_pipe_close() }

  /// Whether the end of the terminal ends the program: not if it was begun with SIGHUP ignored, as by `nohup`.
  package static var heedsHangUp: Bool { tg_signal_is_taken(SIGHUP) != 0 }

  /// How many signals have come by now that want the program to end.
  package static var endings: Int { Int(tg_signal_endings()) }

  /// What has come since the last call.
  package static func take(from descriptor: Int32) -> [Wish] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    return bytes.prefix(max(0, count)).compactMap { SignalTable.wish(of: Int32($0)) }
  }

  /// Lets a signal that was caught have the effect that it has on other programs, if an exit status is that of one:
  /// 128 and the signal. Returns if it is not.
  package static func takeEffect(ofStatus status: Int32) {
    let number = status - 128
    guard SignalTable.wish(of: number) == .quit || SignalTable.ending.contains(number) else { return }
    signal(number, SIG_DFL)
    var own = sigset_t()
    sigemptyset(&own)
    sigaddset(&own, number)
    pthread_sigmask(SIG_UNBLOCK, &own, nil)
    raise(number)
  }

  /// What the system calls a signal.
  static func name(_ number: Int32) -> String { strsignal(number).map { String(cString: $0) } ?? "signal \(number)" }
}

extension StopReason {
  /// Someone typed Ctrl-\ where the terminal makes a signal of it.
  static let quit = StopReason.signal(SIGQUIT)
}
