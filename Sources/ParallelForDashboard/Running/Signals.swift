import CTerminalGuard
import ParallelFor

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Catches signals and delivers them to the loops as values through a pipe.
package enum Signals {
  /// The request of a signal.
  package enum Request: Equatable {
    case interrupt, terminate, hangup, moreThreads, fewerThreads, resized, suspend, continued
    /// The signal would end the program. Running items may end within the grace time, then the signal has its effect.
    case end(Int32)
    /// The same as `end`, but running items are killed now.
    case quit
  }

  /// Makes writes fail with an error where the system would end the program.
  ///
  /// These are writes to a pipe without a reader, or beyond the limit of file sizes.
  package static func ignoreFailingWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Catches the signals. The returned descriptor becomes readable when one arrives.
  ///
  /// Call it before entering the screen, because curses leaves existing handlers alone.
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

  /// Restores the former handlers of all signals and closes the descriptor.
  static func close() { tg_signal_pipe_close() }

  /// Whether the loss of the terminal ends the program. It does not if SIGHUP was ignored at the start, as by `nohup`.
  package static var heedsHangUp: Bool { tg_signal_is_taken(SIGHUP) != 0 }

  /// The number of signals so far that asked the program to end.
  package static var endings: Int { Int(tg_signal_endings()) }

  /// Returns the requests since the last call.
  package static func take(from descriptor: Int32) -> [Request] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    return bytes.prefix(max(0, count)).compactMap { SignalTable.request(of: Int32($0)) }
  }

  /// Gives a caught signal its usual effect if an exit status is 128 plus its number. Otherwise it just returns.
  package static func takeEffect(ofStatus status: Int32) {
    let number = status - 128
    guard SignalTable.request(of: number) == .quit || SignalTable.ending.contains(number) else { return }
    signal(number, SIG_DFL)
    var own = sigset_t()
    sigemptyset(&own)
    sigaddset(&own, number)
    pthread_sigmask(SIG_UNBLOCK, &own, nil)
    raise(number)
  }

  /// Returns the system's description of a signal.
  static func name(_ number: Int32) -> String { strsignal(number).map { String(cString: $0) } ?? "signal \(number)" }
}

extension StopReason {
  /// The user typed Ctrl-\ in a terminal that turns it into a signal.
  static let quit = StopReason.signal(SIGQUIT)
}

/// How the program handles each signal.
///
/// | signals | handling |
/// |---|---|
/// | INT, TERM, HUP, QUIT, USR1, USR2, WINCH, TSTP, CONT | they are requests (``meant``) |
/// | ALRM, XCPU, PWR, real-time signals and others | running commands may end, then the signal acts (``ending``) |
/// | SEGV, BUS, ILL, TRAP, ABRT, FPE, SYS | the signal acts at once, because the program is broken (``faults``) |
/// | PIPE, XFSZ | a write fails with an error instead |
/// | KILL, STOP | they cannot be handled |
/// | CHLD, URG, TTIN, TTOU and those of the C library | they have their usual effect |
///
/// Before a signal of ``ending`` or ``faults`` acts, the terminal is given back.
enum SignalTable {
  /// The signals that are requests.
  static let meant: [(number: Int32, request: Signals.Request)] = [
    (SIGINT, .interrupt), (SIGTERM, .terminate), (SIGHUP, .hangup), (SIGQUIT, .quit), (SIGUSR1, .moreThreads),
    (SIGUSR2, .fewerThreads), (SIGWINCH, .resized), (SIGTSTP, .suspend), (SIGCONT, .continued),
  ]

  /// The signals after which the program cannot continue. `CTerminalGuard` has the same list.
  static let faults: [Int32] = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSYS]

  /// The other signals that end the program. They are caught only if they are not yet caught or ignored.
  static let ending: [Int32] = {
    let common = [SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ]
    #if os(Linux)
      // The C library reserves the first two real-time signals.
      return common + [SIGSTKFLT, SIGIO, SIGPWR] + Array(34...64)
    #else
      return common + [SIGEMT]
    #endif
  }()

  private static let requests: [Int32: Signals.Request] = {
    let all = meant.map { ($0.number, $0.request) } + ending.map { ($0, .end($0)) }
    return Dictionary(all, uniquingKeysWith: { first, _ in first })
  }()

  /// Returns the request of a signal; nil if it is not caught.
  static func request(of number: Int32) -> Signals.Request? { requests[number] }
}

/// Suspends the program, as Ctrl-Z suspends others.
enum Suspension {
  /// Stops the run's commands and this process group, as the terminal would. Returns when the shell continues it.
  ///
  /// The time between does not count anywhere.
  ///
  /// - Parameter takeTerminal: Takes the terminal again. In the background, the system stops the program there again,
  ///   while the run's commands are still stopped.
  static func stopUntilContinued(_ watched: any WatchedRun, takeTerminal: () -> Void = {}) {
    MonotonicClock.stop()
    watched.suspendItems()
    stopUntilContinued()
    takeTerminal()
    watched.resumeItems()
    MonotonicClock.start()
  }

  /// Stops the other processes of the group, then this thread, so that the stop takes effect before the next line.
  ///
  /// This uses the system's own handling of SIGTSTP, which does nothing if no shell could continue the program.
  private static func stopUntilContinued() {
    var ignoring = sigaction()
    var standard = sigaction()
    var former = sigaction()
    ignoring.__sigaction_handler.sa_handler = SIG_IGN
    standard.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(SIGTSTP, &ignoring, &former)
    kill(0, SIGTSTP)
    sigaction(SIGTSTP, &standard, nil)
    pthread_kill(pthread_self(), SIGTSTP)
    sigaction(SIGTSTP, &former, nil)
  }
}
