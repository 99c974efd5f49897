import Dashboard
public import ParallelFor

extension ParallelRun {
  /// Opens the dashboard on the run, waits until the user closes it, and returns what became of every item.
  ///
  /// The dashboard is that of the program `pfor-tui`, with all its keys: it shows every worker, item, latency and
  /// failure, and changes the number of threads, pauses, stops one item or all. `q` closes it, after asking if items
  /// still run. The run must have been started with `isObserved: true`, and nobody else may take its events and
  /// results.
  ///
  /// ```swift
  /// let run = ids.startParallelRun(threads: 5, isObserved: true) { id, context in try query(id, context) }
  /// let results = try run.showDashboard(title: "ten slow queries")
  /// ```
  ///
  /// Each item is shown as what `"\(item)"` says, and its result likewise, up to 1 MiB. Where there is no terminal to
  /// draw on, as in a pipe, in continuous integration or with `TERM=dumb`, the same call says so, tells the progress in
  /// plain lines on standard error every five seconds, and returns when the run is over.
  ///
  /// While it lasts, the signals INT, TERM, HUP, QUIT, USR1, USR2, TSTP, CONT and WINCH belong to it, and so do those
  /// others that would end the program, such as ALRM and XCPU, where nobody else has caught or ignored them; they and the
  /// terminal are given back on every way out, also when the program crashes. TERM, HUP and those others let what runs
  /// end within ten seconds, then ask it to, and are then passed on to the program; QUIT asks at once. Where HUP is
  /// ignored, as under `nohup`, the run goes on without its terminal. What bodies write to standard error meanwhile appears
  /// afterwards; what they print to standard output disturbs the picture until `Ctrl-L`.
  ///
  /// - Parameters:
  ///   - title: what the run does, in a line.
  ///   - closesWhenDone: whether to close the dashboard when all items have ended, instead of waiting for `q`.
  /// - Returns: for every item, in their order, what it returned or threw. Nothing is left running.
  /// - Throws: ``RunStoppedEarly`` with the results so far when the run was ended before every item had run to its end;
  ///   ``DashboardError`` when called on another than the main thread, because curses is not made for threads, or for a
  ///   run that is not observed. Such a run is stopped. An `async` program on Linux may leave the main thread for good
  ///   with its first `await`: there, show the dashboard before it.
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

  /// The same on any display.
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
