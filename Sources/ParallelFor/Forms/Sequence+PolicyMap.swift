/// The error of an element that a run never began because it gave up before.
public struct NeverRan: Error, Sendable, Equatable {
  /// Makes the error.
  public init() {}
}

/// What becomes of errors, other than that the first one is thrown.
public enum ErrorHandling: Sendable {
  /// Each element's error takes the place of its result.
  case collect
}

extension Sequence where Element: Sendable {
  /// Calls `body` for every element as a policy wants it, and returns the results in the order of the elements.
  ///
  /// ```swift
  /// let policy = RunPolicy(attempts: 3, backoff: Backoff(first: 100_000_000), timeout: .fixed(5_000_000_000))
  /// let pages = try urls.parallelMap(threads: 5, policy: policy) { url, context in try fetch(url, context) }
  /// ```
  ///
  /// An element fails when its last attempt does. Unless the policy says when to give up, the first such element ends
  /// the work: elements that have not begun never begin, and what runs may end.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - policy: how often elements are tried, how long they may take, and when to give up.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: gets the element and what it may know about its own execution, such as whether its time is up.
  /// - Returns: one result an element.
  /// - Throws: the error of the first element, in their order, that failed; ``TimedOut`` for one that took too long;
  ///   ``NeverRan`` when none failed and the policy gave up. Nothing is left running.
  public func parallelMap<Output: Sendable>(
    threads: Int = defaultThreads, policy: RunPolicy, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element, ItemContext) throws -> Output
  ) throws -> [Output] {
    try parallelMap(threads: threads, policy: policy.haltingSomehow, progress: progress, errors: .collect, body)
      .valuesOrFirstError()
  }

  /// Calls `body` for every element and returns what became of each: what it returned, or what it threw.
  ///
  /// ```swift
  /// let answers = urls.parallelMap(errors: .collect) { url, _ in try fetch(url) }
  /// ```
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - policy: how often elements are tried, how long they may take, and when to give up; never, if it does not say.
  ///   - progress: what is told meanwhile on standard error.
  ///   - errors: collects them.
  ///   - body: gets the element and what it may know about its own execution, such as whether its time is up.
  /// - Returns: one result an element, in their order; ``TimedOut`` for one that took too long, ``NeverRan`` for one that
  ///   did not begin. Nothing is left running.
  public func parallelMap<Output: Sendable>(
    threads: Int = defaultThreads, policy: RunPolicy = RunPolicy(), progress: LoopProgress = .none,
    errors: ErrorHandling, _ body: @escaping @Sendable (Element, ItemContext) throws -> Output
  ) -> [Result<Output, any Error>] {
    let items = ContiguousArray(self)
    let meter = ProgressMeter.start(progress, total: items.count)
    defer { meter?.end() }
    // As they come, so that none waits for room behind an earlier one; here each finds its place.
    let run = items.startParallelRun(threads: Swift.max(1, threads), policy: policy, inOrder: false, body)
    var results = [Result<Output, any Error>](repeating: .failure(NeverRan()), count: items.count)
    while let batch = run.takeDelivered() {
      for (id, result) in batch {
        results[id.position] = result
        meter?.count()
      }
    }
    run.waitUntilOver()
    return results
  }

  /// Calls `body` for every element as a policy wants it.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - policy: how often elements are tried, how long they may take, and when to give up.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: gets the element and what it may know about its own execution, such as whether its time is up.
  /// - Throws: the error of the first element, in their order, that failed, as `parallelMap` does.
  public func parallelForEach(
    threads: Int = defaultThreads, policy: RunPolicy, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element, ItemContext) throws -> Void
  ) throws {
    _ = try parallelMap(threads: threads, policy: policy, progress: progress, body)
  }
}

extension RunPolicy {
  /// The policy, which gives up after the first failure if it does not say when.
  var haltingSomehow: RunPolicy {
    var policy = self
    policy.halt = halt ?? HaltPolicy(.soon, after: .count(1))
    return policy
  }
}

extension Array {
  /// The values, unless an element failed; that others never ran is only told if none did.
  func valuesOrFirstError<Value>() throws -> [Value] where Element == Result<Value, any Error> {
    for case .failure(let error) in self where !(error is NeverRan) { throw error }
    return try map { try $0.get() }
  }
}
