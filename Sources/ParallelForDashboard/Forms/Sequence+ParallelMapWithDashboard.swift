public import ParallelFor

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
