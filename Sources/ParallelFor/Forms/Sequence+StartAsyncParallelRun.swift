extension Sequence where Self: Sendable, Element: Sendable {
  /// Starts to call an `async` body for the elements and returns at once with a handle on the run.
  ///
  /// Order, limits, policy, events and steering are the same as for a blocking body. Up to `threads` elements are in
  /// flight. Each is awaited on one of our threads, so that no thread of Swift's cooperative pool is blocked. If an
  /// element is asked to end, its task is cancelled.
  ///
  /// - Parameters:
  ///   - threads: the target number of elements in flight. You can change it at any time, even to 0.
  ///   - limits: how many items, results and events may wait at once.
  ///   - policy: attempts, time limits, and when the run gives up.
  ///   - inOrder: whether results are delivered in input order, or as they become ready.
  ///   - isObserved: whether the run makes events; if so, they must be taken.
  ///   - body: receives the element and its context. It runs in a separate task for each attempt.
  /// - Returns: the run, whose results are what the body returned or threw.
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
