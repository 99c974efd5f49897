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

extension Sequence where Self: Sendable, Element: Sendable {
  /// Calls `body` for every element on up to `threads` threads, and shows the dashboard until the user closes it.
  ///
  /// ```swift
  /// let names = try ids.parallelMapWithDashboard(threads: 5, title: "ten slow queries") { id in try query(id) }
  /// ```
  ///
  /// Call it on the main thread. An element that throws does not stop the others; the dashboard shows why it failed.
  /// To get each element's error, or to check whether an item was asked to end, start a run and show that instead. See
  /// ``ParallelFor/ParallelRun/showDashboard(title:closesWhenDone:)`` for details.
  ///
  /// - Parameters:
  ///   - threads: The initial number of threads. The user may change it.
  ///   - policy: How often elements are tried, how long they may take, and when the run gives up.
  ///   - title: What the run does, in one line.
  ///   - closesWhenDone: Whether to close the dashboard when all elements are done, instead of waiting for `q`.
  ///   - body: Called on any thread, and for several elements at the same time.
  /// - Returns: One result per element, in the order of the elements.
  /// - Throws: The error of the first element, in their order, that threw; ``RunStoppedEarly`` if the user, a signal or
  ///   the policy ended the run before every element was done; ``DashboardError`` if not called on the main thread.
  public func parallelMapWithDashboard<Output: Sendable>(
    threads: Int = defaultThreads, policy: RunPolicy = RunPolicy(), title: String, closesWhenDone: Bool = false,
    _ body: @escaping @Sendable (Element) throws -> Output
  ) throws -> [Output] {
    try DashboardSession.checkThread()
    let run = startParallelRun(threads: threads, policy: policy, isObserved: true) { element, _ in try body(element) }
    return try run.showDashboard(title: title, closesWhenDone: closesWhenDone).map { try $0.get() }
  }
}

/// The error of a run that its dashboard, a signal or its policy ended before every item had run to its end.
public struct RunStoppedEarly<Value: Sendable>: Error, CustomStringConvertible {
  /// The items that ended nevertheless, in their order, with what they returned or threw.
  public let results: [(item: ItemID, result: Result<Value, any Error>)]

  /// A message for the user.
  public var description: String {
    "the run was stopped early: \(results.count) \(results.count == 1 ? "item has" : "items have") ended"
  }
}

/// An error with a message for the user.
public struct DashboardError: Error, CustomStringConvertible {
  /// The message; may contain untrusted text.
  public let description: String

  package init(_ description: String) { self.description = description }
}
