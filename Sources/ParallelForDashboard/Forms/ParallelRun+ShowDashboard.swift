import Dashboard
public import ParallelFor

extension ParallelRun {
  /// Opens the dashboard on the run, waits until the user closes it, and returns the result of every item.
  ///
  /// This is the dashboard of the program `pfor-tui`, with all its keys. It shows every worker, item, latency and
  /// failure. Its keys change the number of threads, pause the run, and stop one item or all. `q` closes it, and asks
  /// first if items still run. Start the run with `isObserved: true`, and do not take its events and results elsewhere.
  ///
  /// ```swift
  /// let run = ids.startParallelRun(threads: 5, isObserved: true) { id, context in try query(id, context) }
  /// let results = try run.showDashboard(title: "ten slow queries")
  /// ```
  ///
  /// Each item is shown as `"\(item)"`, and so is its result, up to 1 MiB. Without a terminal to draw on, for example
  /// in a pipe, in continuous integration or with `TERM=dumb`, the call says so. It then prints the progress in plain
  /// lines on standard error every five seconds, and returns when the run is over.
  ///
  /// During the call, the dashboard handles the signals INT, TERM, HUP, QUIT, USR1, USR2, TSTP, CONT and WINCH. It also
  /// handles others that would end the program, such as ALRM and XCPU, unless the program has caught or ignored them.
  /// It gives the signals and the terminal back in every case, even when the program crashes. TERM, HUP and those
  /// others give running items ten seconds to end, then ask them to end, and are then passed on to the program. QUIT
  /// asks at once. If HUP is ignored, as under `nohup`, the run continues without its terminal. Output of bodies to
  /// standard error appears afterwards; output to standard output disturbs the picture until `Ctrl-L`.
  ///
  /// - Parameters:
  ///   - title: What the run does, in one line.
  ///   - closesWhenDone: Whether to close the dashboard when all items have ended, instead of waiting for `q`.
  /// - Returns: What each item returned or threw, in the order of the items. Nothing is left running.
  /// - Throws: ``RunStoppedEarly`` with the results so far if the run ended before every item had run to its end;
  ///   ``DashboardError`` if not called on the main thread, because curses is not thread-safe, or for a run that is not
  ///   observed. Such a run is stopped. On Linux, an `async` program may leave the main thread for good at its first
  ///   `await`, so show the dashboard before that.
  public func showDashboard<Value>(
    title: String, closesWhenDone: Bool = false
  ) throws -> [Result<Value, any Error>] where Output == Result<Value, any Error> {
    do {
      try DashboardSession.checkThread()
    } catch {
      stop(.interrupt)
      throw error
    }
    return try show(in: .onTerminal(title: title, closesWhenDone: closesWhenDone))
  }

  /// Shows the dashboard on any display.
  func show<Value>(
    in session: DashboardSession
  ) throws -> [Result<Value, any Error>] where Output == Result<Value, any Error> {
    do {
      let (facts, found) = try session.show(self)
      let results = found.sorted { $0.key < $1.key }
      guard facts.hasRunAll else { throw RunStoppedEarly(results: results.map { (item: $0.key, result: $0.value) }) }
      return results.map(\.value)
    } catch let error as DashboardError {
      stop(.interrupt)
      throw error
    }
  }
}
