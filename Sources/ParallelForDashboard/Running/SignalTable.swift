#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// What is done about every signal.
///
/// | signals | what is done |
/// |---|---|
/// | INT, TERM, HUP, QUIT, USR1, USR2, WINCH, TSTP, CONT | they are wishes (``meant``) |
/// | whatever else ends a program from outside, as ALRM, XCPU, PWR and the real-time signals do | running commands may end, the terminal is given back, then the signal has its effect (``ending``) |
/// | SEGV, BUS, ILL, TRAP, ABRT, FPE, SYS | the program cannot go on: the terminal is given back at once, then the signal has its effect (``faults``) |
/// | PIPE, XFSZ | a write fails with an error instead |
/// | KILL, STOP | nobody can do anything |
/// | CHLD, URG, TTIN, TTOU and those of the C library | they have the effect that they always have |
enum SignalTable {
  /// The signals that are wishes.
  static let meant: [(number: Int32, wish: Signals.Wish)] = [
    (SIGINT, .interrupt), (SIGTERM, .terminate), (SIGHUP, .hangup), (SIGQUIT, .quit), (SIGUSR1, .moreThreads),
    (SIGUSR2, .fewerThreads), (SIGWINCH, .resized), (SIGTSTP, .suspend), (SIGCONT, .continued),
  ]

  /// The signals after which the program cannot go on; `CTerminalGuard` has the same list.
  static let faults: [Int32] = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSYS]

  /// The other signals whose effect is the program's end; caught only where nobody else has caught or ignored them.
  static let ending: [Int32] = {
    let common = [SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ]
    #if os(Linux)
      // The first two real-time signals are the C library's own.
      return common + [SIGSTKFLT, SIGIO, SIGPWR] + Array(34...64)
    #else
      return common + [SIGEMT]
    #endif
  }()

  private static let wishes: [Int32: Signals.Wish] = {
    let all = meant.map { ($0.number, $0.wish) } + ending.map { ($0, .end($0)) }
    return Dictionary(all, uniquingKeysWith: { first, _ in first })
  }()

  /// What a signal asks for; nil if it is not caught.
  static func wish(of number: Int32) -> Signals.Wish? { wishes[number] }
}
