extension Sequence where Element: Sendable {
  /// Calls an `async` body for every element as a policy wants it, and returns the results in the order of the elements.
  ///
  /// Each element in flight is awaited on a thread of ours, so that no thread of Swift's cooperative pool is blocked. An
  /// attempt whose time is up is cancelled, as a task is. Cancelling the surrounding task stops the work.
  ///
  /// - Parameters:
  ///   - threads: how many elements are in flight at once; at least 1.
  ///   - policy: how often elements are tried, how long they may take, and when to give up: after the first failure, if
  ///     it does not say.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: gets the element and what it may know about its own execution; is called in tasks of its own.
  /// - Returns: one result an element.
  /// - Throws: the error of the first element, in their order, that failed; ``TimedOut`` for one that took too long;
  ///   `CancellationError` when the surrounding task is cancelled.
  public func parallelMap<Output: Sendable>(
    threads: Int = defaultThreads, policy: RunPolicy, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element, ItemContext) async throws -> Output
  ) async throws -> [Output] {
    let results = await parallelMap(
      threads: threads, policy: policy.haltingSomehow, progress: progress, errors: .collect, body)
    try Task.checkCancellation()
    return try results.valuesOrFirstError()
  }

  /// Calls an `async` body for every element and returns what became of each: what it returned, or what it threw.
  ///
  /// - Parameters:
  ///   - threads: how many elements are in flight at once; at least 1.
  ///   - policy: how often elements are tried, how long they may take, and when to give up; never, if it does not say.
  ///   - progress: what is told meanwhile on standard error.
  ///   - errors: collects them.
  ///   - body: gets the element and what it may know about its own execution; is called in tasks of its own.
  /// - Returns: one result an element, in their order; ``TimedOut`` for one that took too long, ``NeverRan`` for one that
  ///   did not begin, also because the surrounding task was cancelled.
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
  /// Takes the next results with their items; suspends the task until there are some. Nil when all are delivered.
  fileprivate func nextReady() async -> [(ItemID, Output)]? {
    while true {
      let signal = AsyncSignal()
      guard let batch = takeReady(orCall: signal.send) else { return nil }
      if !batch.isEmpty { return batch }
      await signal.wait()
    }
  }
}
