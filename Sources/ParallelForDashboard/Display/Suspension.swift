import ParallelFor

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Stops the program as Ctrl-Z stops others.
enum Suspension {
  /// Stops what the run has started and our process group, as the terminal would, and returns when the shell continues
  /// it; the time between counts nowhere.
  ///
  /// - Parameter takeTerminal: takes the terminal again. In the background the system stops the program there once more,
  ///   with what the run has started still at rest.
  static func stopUntilContinued(_ watched: any WatchedRun, takeTerminal: () -> Void = {}) {
    MonotonicClock.standStill()
    watched.suspendItems()
    stopUntilContinued()
    takeTerminal()
    watched.resumeItems()
    MonotonicClock.goOn()
  }

  /// The others of our process group first; then this very thread, so that the stop comes before the next line.
  ///
  /// With the system's own handling of SIGTSTP: it does nothing where no shell could continue us.
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
