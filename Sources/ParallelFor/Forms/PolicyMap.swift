/// What a `parallelMap` with `errors:` does about elements that fail: it throws the first error or returns all of them.
///
/// An element fails when its last attempt does. Its error is what the body threw, or ``TimedOut`` if it took too long.
/// An element that never started has the error ``NeverRan``.
public struct ErrorHandling<Output: Sendable, Answer, Problem: Error>: Sendable {
  /// When the run gives up, if its policy does not say.
  fileprivate let halt: HaltPolicy?
  fileprivate let answer:
    @Sendable (_ results: [Result<Output, any Error>], _ isCancelled: Bool) throws(Problem) -> Answer
}

extension ErrorHandling where Answer == [Output], Problem == any Error {
  /// The call throws the error of the first element that failed, in their order; otherwise it returns the results.
  ///
  /// Unless the policy says when to give up, the first failed element ends the work. Running elements may end, and no
  /// further element starts. If the policy gave up although no element failed, the call throws ``NeverRan``. If the
  /// surrounding task of an `async` body was cancelled, it throws `CancellationError`.
  public static var throwFirst: Self {
    Self(halt: HaltPolicy(.soon, after: .count(1))) { (results, isCancelled) throws(any Error) in
      if isCancelled { throw CancellationError() }
      for case .failure(let error) in results where !(error is NeverRan) { throw error }
      return try results.map { try $0.get() }
    }
  }
}

extension ErrorHandling where Answer == [Result<Output, any Error>], Problem == Never {
  /// The call returns a `Result` for every element, in their order, and throws nothing.
  ///
  /// Unless the policy says when to give up, all elements run.
  public static var collect: Self { Self(halt: nil) { (results, _) throws(Never) in results } }
}

/// The error of an element that never started, because the run gave up or was stopped first.
public struct NeverRan: Error, Sendable, Equatable {}

extension Sequence where Element: Sendable {
  /// Calls `body` for every element under a policy, and returns the results in the order of the elements.
  ///
  /// ```swift
  /// let policy = RunPolicy(attempts: 3, backoff: Backoff(first: .milliseconds(100)), timeout: .fixed(.seconds(5)))
  /// let pages = try urls.parallelMap(policy: policy, errors: .throwFirst) { url, context in try fetch(url, context) }
  /// let answers = urls.parallelMap(errors: .collect) { url, _ in try fetch(url) }
  /// ```
  ///
  /// Each attempt at an `async` body runs in a separate task, which one of our threads awaits, so that no thread of
  /// Swift's cooperative pool is blocked. The task of an attempt whose time is up is cancelled. Cancelling the
  /// surrounding task stops the work.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - policy: attempts, time limits, and when to give up.
  ///   - progress: how to report progress on standard error.
  ///   - errors: `.throwFirst` or `.collect`; see ``ErrorHandling``.
  ///   - body: receives the element and its context, which tells whether its time is up.
  /// - Returns: one result per element; with `.collect`, what each call returned or threw. Nothing is left running.
  /// - Throws: with `.throwFirst`, the error of the first element that failed.
  @discardableResult
  public func parallelMap<Output: Sendable, Answer, Problem: Error>(
    threads: Int = defaultThreads, policy: RunPolicy = RunPolicy(), progress: LoopProgress = .none,
    errors: ErrorHandling<Output, Answer, Problem>,
    _ body: @escaping @Sendable (Element, ItemContext) throws -> Output
  ) throws(Problem) -> Answer {
    let items = ContiguousArray(self)
    // Unordered, so that no result waits behind an earlier one. Each is put in its place.
    let run = items.startParallelRun(
      threads: Swift.max(1, threads), policy: policy.halting(errors.halt), inOrder: false, body)
    return try errors.answer(run.collect(items.count, progress), false)
  }

  /// The form for an `async` body. `threads` limits the elements in flight.
  @discardableResult
  public func parallelMap<Output: Sendable, Answer, Problem: Error>(
    threads: Int = defaultThreads, policy: RunPolicy = RunPolicy(), progress: LoopProgress = .none,
    errors: ErrorHandling<Output, Answer, Problem>,
    _ body: @escaping @Sendable (Element, ItemContext) async throws -> Output
  ) async throws(Problem) -> Answer {
    let items = ContiguousArray(self)
    let run = items.startParallelRun(
      threads: Swift.max(1, threads), policy: policy.halting(errors.halt), inOrder: false, body)
    return try errors.answer(await run.collect(items.count, progress), Task.isCancelled)
  }

  /// The form that chooses the number of threads by measuring, such as `.automatic(upTo: 64)`.
  ///
  /// It suits elements that take a millisecond or more.
  @discardableResult
  public func parallelMap<Output: Sendable, Answer, Problem: Error>(
    threads: AutomaticThreads, policy: RunPolicy = RunPolicy(), progress: LoopProgress = .none,
    errors: ErrorHandling<Output, Answer, Problem>,
    _ body: @escaping @Sendable (Element, ItemContext) throws -> Output
  ) throws(Problem) -> Answer {
    let items = ContiguousArray(self)
    let run = items.startParallelRun(
      threads: threads.start, policy: policy.halting(errors.halt), inOrder: false, body)
    run.setThreads(threads)
    return try errors.answer(run.collect(items.count, progress), false)
  }

  /// The form that chooses the number of elements in flight, for an `async` body.
  @discardableResult
  public func parallelMap<Output: Sendable, Answer, Problem: Error>(
    threads: AutomaticThreads, policy: RunPolicy = RunPolicy(), progress: LoopProgress = .none,
    errors: ErrorHandling<Output, Answer, Problem>,
    _ body: @escaping @Sendable (Element, ItemContext) async throws -> Output
  ) async throws(Problem) -> Answer {
    let items = ContiguousArray(self)
    let run = items.startParallelRun(
      threads: threads.start, policy: policy.halting(errors.halt), inOrder: false, body)
    run.setThreads(threads)
    return try errors.answer(await run.collect(items.count, progress), Task.isCancelled)
  }

  /// Calls `body` for every element on a number of threads that is chosen by measuring, and returns the results in the
  /// order of the elements.
  ///
  /// ```swift
  /// let pages = try urls.parallelMap(threads: .automatic(upTo: 64)) { try fetch($0) }
  /// ```
  ///
  /// It suits elements that take a millisecond or more.
  ///
  /// - Parameters:
  ///   - threads: the largest number of threads, and the first one; see ``AutomaticThreads``.
  ///   - progress: how to report progress on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Returns: one result per element.
  /// - Throws: the error of the first element that threw, in their order. After an error, no later element starts.
  @discardableResult
  public func parallelMap<Output: Sendable>(
    threads: AutomaticThreads, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) throws -> Output
  ) throws -> [Output] {
    try parallelMap(threads: threads, progress: progress, errors: .throwFirst) { element, _ in try body(element) }
  }

  /// The form for an `async` body.
  @discardableResult
  public func parallelMap<Output: Sendable>(
    threads: AutomaticThreads, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) async throws -> Output
  ) async throws -> [Output] {
    try await parallelMap(threads: threads, progress: progress, errors: .throwFirst) { element, _ in
      try await body(element)
    }
  }
}

extension ParallelRun {
  /// Waits for the end of the run and returns its results in the order of the items.
  fileprivate func collect<Value>(_ count: Int, _ progress: LoopProgress) -> [Output]
  where Output == Result<Value, any Error> {
    var results = CollectedResults<Value>(count: count, progress)
    while let batch = takeDelivered() { results.put(batch) }
    waitUntilOver()
    return results.finish()
  }

  /// Does the same without blocking a thread. Cancelling the task stops the run.
  fileprivate func collect<Value>(_ count: Int, _ progress: LoopProgress) async -> [Output]
  where Output == Result<Value, any Error> {
    await withTaskCancellationHandler {
      var results = CollectedResults<Value>(count: count, progress)
      while let batch = await nextReady() { results.put(batch) }
      await untilOver()
      return results.finish()
    } onCancel: {
      stop(.interrupt)
    }
  }
}

extension RunPolicy {
  /// Returns the policy, with a halt if it has none.
  fileprivate func halting(_ halt: HaltPolicy?) -> RunPolicy {
    var policy = self
    policy.halt = self.halt ?? halt
    return policy
  }
}

/// The results of a run, put into the order of the items.
private struct CollectedResults<Output> {
  private var results: [Result<Output, any Error>]
  private let meter: ProgressMeter?

  init(count: Int, _ progress: LoopProgress) {
    results = Array(repeating: .failure(NeverRan()), count: count)
    meter = ProgressMeter.start(progress, total: count)
  }

  mutating func put(_ batch: [(ItemID, Result<Output, any Error>)]) {
    for (id, result) in batch {
      results[id.position] = result
      meter?.count()
    }
  }

  func finish() -> [Result<Output, any Error>] {
    meter?.end()
    return results
  }
}
