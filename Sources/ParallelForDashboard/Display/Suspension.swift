import ParallelFor

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Suspends the program, as Ctrl-Z suspends others.
enum Suspension {
  /// Stops the run's commands and this process group, as the terminal would. Returns when the shell continues it.
  ///
  /// The time between does not count anywhere.
  ///
  /// - Parameter takeTerminal: Takes the terminal again. In the background, the system stops the program there again,
  ///   while the run's commands are still stopped.
  static func stopUntilContinued(_ watched: any WatchedRun, takeTerminal: () -> Void = {}) {
    MonotonicClock.standStill()
    watched.suspendItems()
    stopUntilContinued()
    takeTerminal()
    watched.resumeItems()
    MonotonicClock.goOn()
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
