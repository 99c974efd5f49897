extension Sequence where Self: Sendable, Element: Sendable {
  /// Begins to call an `async` body for the elements and returns at once with a handle on the run.
  ///
  /// Everything else is as for a blocking body: the same order, limits, policy, events and steering. Up to `threads`
  /// elements are in flight, each awaited on a thread of ours, so that no thread of Swift's cooperative pool is blocked.
  /// An element that is asked to end has its task cancelled.
  ///
  /// - Parameters:
  ///   - threads: the target number of elements in flight; may be changed at any time, also to 0.
  ///   - limits: how far the run may get ahead of the consumers of its results and events.
  ///   - policy: how often elements are tried, how long they may take, and when the run gives up.
  ///   - inOrder: whether results are delivered in input order, or as they come.
  ///   - isObserved: whether there are events; somebody must take them then.
  ///   - body: is called in a task of its own with the element and what it may know about its own execution.
  /// - Returns: the run, whose results are the body's results or what it threw.
  public func startParallelRun<Output: Sendable>(
    threads: Int = defaultThreads, limits: RunLimits = RunLimits(), policy: RunPolicy = RunPolicy(),
    inOrder: Bool = true, isObserved: Bool = false,
    _ body: @escaping @Sendable (Element, ItemContext) async throws -> Output
  ) -> ParallelRun<Element, Result<Output, any Error>> {
    startParallelRun(
      threads: threads, limits: limits, policy: policy, inOrder: inOrder, isObserved: isObserved,
      perWorker: { _ in () },
      { (_: inout Void, element, context) in
        try AwaitedBody.run(in: context) { try await body(element, context) }
      })
  }
}
