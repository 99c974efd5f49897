extension Sequence where Element: Sendable {
  /// Calls an `async` body for every element under a policy, and returns the results in the order of the elements.
  ///
  /// Each element in flight is awaited on one of our threads, so that no thread of Swift's cooperative pool is blocked.
  /// The task of an attempt whose time is up is cancelled. Cancelling the surrounding task stops the work.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in flight; at least 1.
  ///   - policy: attempts, time limits, and when to give up. By default, the work ends after the first failure.
  ///   - progress: how to report progress on standard error.
  ///   - body: receives the element and its context. It runs in a separate task for each attempt.
  /// - Returns: one result per element.
  /// - Throws: the error of the first element that failed, in their order; ``TimedOut`` for one that took too long;
  ///   `CancellationError` if the surrounding task is cancelled.
  public func parallelMap<Output: Sendable>(
    threads: Int = defaultThreads, policy: RunPolicy, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element, ItemContext) async throws -> Output
  ) async throws -> [Output] {
    let results = await parallelMap(
      threads: threads, policy: policy.haltingSomehow, progress: progress, errors: .collect, body)
    try Task.checkCancellation()
    return try results.valuesOrFirstError()
  }

  /// Calls an `async` body for every element and returns what each call returned or threw.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in flight; at least 1.
  ///   - policy: attempts, time limits, and when to give up. By default, all elements run.
  ///   - progress: how to report progress on standard error.
  ///   - errors: the handling of errors, which are collected.
  ///   - body: receives the element and its context. It runs in a separate task for each attempt.
  /// - Returns: one result per element, in their order: ``TimedOut`` for one that took too long, ``NeverRan`` for one
  ///   that did not start, for example because the surrounding task was cancelled.
  public func parallelMap<Output: Sendable>(
    threads: Int = defaultThreads, policy: RunPolicy = RunPolicy(), progress: LoopProgress = .none,
    errors: ErrorHandling, _ body: @escaping @Sendable (Element, ItemContext) async throws -> Output
  ) async -> [Result<Output, any Error>] {
    let items = ContiguousArray(self)
    let meter = ProgressMeter.start(progress, total: items.count)
    defer { meter?.end() }
    let run = items.startParallelRun(threads: Swift.max(1, threads), policy: policy, inOrder: false) { item, context in
      try AwaitedBody.run(in: context) { try await body(item, context) }
    }
    return await withTaskCancellationHandler {
      var results = [Result<Output, any Error>](repeating: .failure(NeverRan()), count: items.count)
      while let batch = await run.nextReady() {
        for (id, result) in batch {
          results[id.position] = result
          meter?.count()
        }
      }
      await run.untilOver()
      return results
    } onCancel: {
      run.stop(.interrupt)
    }
  }
}

extension ParallelRun {
  /// Suspends the task until there are results and takes them with their items; nil when all are delivered.
  fileprivate func nextReady() async -> [(ItemID, Output)]? {
    while true {
      let signal = AsyncSignal()
      guard let batch = takeReady(orCall: signal.send) else { return nil }
      if !batch.isEmpty { return batch }
      await signal.wait()
    }
  }
}
