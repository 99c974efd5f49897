#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Stops the program as Ctrl-Z stops others.
enum Suspension {
  /// Stops our process group, as the terminal would, and returns when the shell continues it.
  ///
  /// With the system's own handling of SIGTSTP: it does nothing where no shell could continue us.
  static func stopUntilContinued() {
    var standard = sigaction()
    var former = sigaction()
    standard.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(SIGTSTP, &standard, &former)
    kill(0, SIGTSTP)
    sigaction(SIGTSTP, &former, nil)
  }
}
