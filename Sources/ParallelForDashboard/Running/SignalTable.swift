#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

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
