public import ParallelFor

extension Sequence where Self: Sendable, Element: Sendable {
  /// Calls `body` for every element on up to `threads` threads, shows the dashboard meanwhile, and returns the results
  /// in the order of the elements when it is closed.
  ///
  /// ```swift
  /// let names = try ids.parallelMapWithDashboard(threads: 5, title: "ten slow queries") { id in try query(id) }
  /// ```
  ///
  /// Call it on the main thread. An element that throws does not stop the others: the dashboard shows why it failed.
  /// To get each element's error, or to look whether an item was asked to end, start a run and show that:
  /// ``ParallelFor/ParallelRun/showDashboard(title:closesWhenDone:)`` says all about both.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once to begin with; the user may change it.
  ///   - policy: how often elements are tried, how long they may take, and when the run gives up.
  ///   - title: what is done, in a line.
  ///   - closesWhenDone: whether to close the dashboard when all elements are done, instead of waiting for `q`.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Returns: one result an element.
  /// - Throws: the error of the first element, in their order, that threw; ``RunStoppedEarly`` when the user, a
  ///   signal or the policy ended the run before every element was done; ``DashboardError`` on another than the main thread.
  public func parallelMapWithDashboard<Output: Sendable>(
    threads: Int = defaultThreads, policy: RunPolicy = RunPolicy(), title: String, closesWhenDone: Bool = false,
    _ body: @escaping @Sendable (Element) throws -> Output
  ) throws -> [Output] {
    try DashboardSession.checkThread()
    let run = startParallelRun(threads: threads, policy: policy, isObserved: true) { element, _ in try body(element) }
    return try run.showDashboard(title: title, closesWhenDone: closesWhenDone).map { try $0.get() }
  }
}
