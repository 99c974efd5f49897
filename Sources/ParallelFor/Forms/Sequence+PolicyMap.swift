/// The error of an element that never started, because the run gave up or was stopped first.
public struct NeverRan: Error, Sendable, Equatable {
  /// Makes the error.
  public init() {}
}

/// How errors are handled, instead of throwing the first one.
public enum ErrorHandling: Sendable {
  /// Each element's error replaces its result.
  case collect
}

extension Sequence where Element: Sendable {
  /// Calls `body` for every element under a policy, and returns the results in the order of the elements.
  ///
  /// ```swift
  /// let policy = RunPolicy(attempts: 3, backoff: Backoff(first: 100_000_000), timeout: .fixed(5_000_000_000))
  /// let pages = try urls.parallelMap(threads: 5, policy: policy) { url, context in try fetch(url, context) }
  /// ```
  ///
  /// An element fails when its last attempt does. Unless the policy says when to give up, the first failed element ends
  /// the work. Running elements may end, and no further element starts.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - policy: attempts, time limits, and when to give up.
  ///   - progress: how to report progress on standard error.
  ///   - body: receives the element and its context, which tells whether its time is up.
  /// - Returns: one result per element.
  /// - Throws: the error of the first element that failed, in their order; ``TimedOut`` for one that took too long;
  ///   ``NeverRan`` if none failed and the policy gave up. Nothing is left running.
  public func parallelMap<Output: Sendable>(
    threads: Int = defaultThreads, policy: RunPolicy, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element, ItemContext) throws -> Output
  ) throws -> [Output] {
    try parallelMap(threads: threads, policy: policy.haltingSomehow, progress: progress, errors: .collect, body)
      .valuesOrFirstError()
  }

  /// Calls `body` for every element and returns what each call returned or threw.
  ///
  /// ```swift
  /// let answers = urls.parallelMap(errors: .collect) { url, _ in try fetch(url) }
  /// ```
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - policy: attempts, time limits, and when to give up. By default, all elements run.
  ///   - progress: how to report progress on standard error.
  ///   - errors: the handling of errors, which are collected.
  ///   - body: receives the element and its context, which tells whether its time is up.
  /// - Returns: one result per element, in their order: ``TimedOut`` for one that took too long, ``NeverRan`` for one
  ///   that did not start. Nothing is left running.
  public func parallelMap<Output: Sendable>(
    threads: Int = defaultThreads, policy: RunPolicy = RunPolicy(), progress: LoopProgress = .none,
    errors: ErrorHandling, _ body: @escaping @Sendable (Element, ItemContext) throws -> Output
  ) -> [Result<Output, any Error>] {
    let items = ContiguousArray(self)
    let meter = ProgressMeter.start(progress, total: items.count)
    defer { meter?.end() }
    // Unordered, so that no result waits behind an earlier one. Each is put in its place below.
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

  /// Calls `body` for every element under a policy.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - policy: attempts, time limits, and when to give up.
  ///   - progress: how to report progress on standard error.
  ///   - body: receives the element and its context, which tells whether its time is up.
  /// - Throws: the same errors as `parallelMap`.
  public func parallelForEach(
    threads: Int = defaultThreads, policy: RunPolicy, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element, ItemContext) throws -> Void
  ) throws {
    _ = try parallelMap(threads: threads, policy: policy, progress: progress, body)
  }
}

extension RunPolicy {
  /// The policy, with a halt after the first failure if it has none.
  var haltingSomehow: RunPolicy {
    var policy = self
    policy.halt = halt ?? HaltPolicy(.soon, after: .count(1))
    return policy
  }
}

extension Array {
  /// Returns the values. Throws the first error, but ``NeverRan`` only if there is no other.
  func valuesOrFirstError<Value>() throws -> [Value] where Element == Result<Value, any Error> {
    for case .failure(let error) in self where !(error is NeverRan) { throw error }
    return try map { try $0.get() }
  }
}
