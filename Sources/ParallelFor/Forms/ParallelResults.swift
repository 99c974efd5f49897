/// Results one by one as they become ready, in the order of the items unless that was not wanted.
///
/// The work begins with the first ``next()`` and stays at most a window of items ahead of what has been taken; it stops
/// when the last reference is gone. For one consumer: results go to whoever asks, each of them once.
public final class ParallelResults<Output: Sendable, Problem: Error>: @unchecked Sendable {
  private static var batch: Int { 256 }

  private let run: ParallelRun<AnyItem, Result<Output, Problem>>
  private let meter: ProgressMeter?
  private let feed: @Sendable (ParallelRun<AnyItem, Result<Output, Problem>>) -> Void
  // Only the consumer uses these.
  private var hasBegun = false
  private var hasEnded = false
  private var ready: ArraySlice<Result<Output, Problem>> = []

  /// An item whose type only the closures know.
  struct AnyItem: @unchecked Sendable { var value: Any }

  init<Items: Sequence & Sendable>(
    _ items: Items, threads: Int, window: Int, inOrder: Bool, progress: LoopProgress,
    _ body: @escaping @Sendable (Items.Element, ItemContext) throws(Problem) -> Output
  ) where Items.Element: Sendable {
    let limits = RunLimits(readAhead: Swift.max(1, window / 2), deliveryWindow: Swift.max(1, window))
    let meter = ProgressMeter.start(progress, total: (items as? any RandomAccessCollection)?.count)
    self.meter = meter
    run = ParallelRun(
      threads: Swift.max(1, threads), limits: limits, inOrder: inOrder, isObserved: false, label: { _ in "" }
    ) { _ in
      WorkerBody { item, context in
        defer { meter?.count() }
        guard let value = item.value as? Items.Element else { preconditionFailure("an item of another type") }
        do throws(Problem) {
          return AttemptEnding(.succeeded, output: .success(try body(value, context)))
        } catch {
          return AttemptEnding(.failed(ParallelFor.Failure("\(error)")), output: .failure(error))
        }
      }
    }
    feed = { run in Feeder.start(items, to: run) { AnyItem(value: $0) } }
  }

  deinit {
    run.stop(.interrupt)
    meter?.end()
  }

  /// The next result; waits for it.
  ///
  /// - Returns: nil after the last one.
  /// - Throws: the item's error, if it threw; after that there are no more results and the work stops.
  public func next() throws(Problem) -> Output? {
    begin()
    while !hasEnded, ready.isEmpty {
      guard let batch = run.takeDelivered(upTo: Self.batch) else {
        meter?.end()
        return nil
      }
      ready = batch.map(\.1)[...]
    }
    return try takeReady()
  }

  /// The next result; suspends the task until there is one, and blocks no thread.
  ///
  /// - Returns: nil after the last one, or when the task was cancelled; cancelling stops the work.
  /// - Throws: the item's error, if it threw; after that there are no more results and the work stops.
  func nextSuspending() async throws -> Output? {
    begin()
    while !hasEnded, ready.isEmpty {
      guard let batch = await nextBatch() else {
        meter?.end()
        return nil
      }
      ready = batch[...]
    }
    return try takeReady()
  }

  private func nextBatch() async -> [Result<Output, Problem>]? {
    await withTaskCancellationHandler {
      await run.nextResults(upTo: Self.batch)
    } onCancel: {
      run.stop(.interrupt)
    }
  }

  private func takeReady() throws(Problem) -> Output? {
    guard let result = ready.popFirst() else { return nil }
    if case .failure = result {
      hasEnded = true
      ready = []
      run.stop(.interrupt)
    }
    return try result.get()
  }

  private func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    let (run, feed) = (run, feed)
    feed(run)
  }
}

extension ParallelResults: Sequence where Problem == Never {
  /// Takes results for a `for` loop.
  public struct Iterator: IteratorProtocol {
    fileprivate let results: ParallelResults

    /// The next result; waits for it.
    public func next() -> Output? { results.next() }
  }

  /// An iterator for a `for` loop; several of them share the results.
  public func makeIterator() -> Iterator { Iterator(results: self) }
}

extension ParallelResults: AsyncSequence {
  /// Takes results for a `for try await` loop.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let results: ParallelResults

    /// The next result; nil after the last one, or when the task was cancelled.
    public func next() async throws -> Output? { try await results.nextSuspending() }
  }

  /// An iterator for `for try await`.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(results: self) }
}

extension Sequence where Self: Sendable, Element: Sendable {
  /// Calls `body` for the elements on up to `threads` threads and gives the results one by one, in order, as they come.
  ///
  /// Works with endless sequences: nothing runs more than `window` elements ahead of what has been taken. The work
  /// begins when the first result is asked for, and stops when nobody holds the results any more.
  ///
  /// ```swift
  /// for cube in (0...).parallelResults({ $0 * $0 * $0 }) where cube > 1_000 { … }
  /// ```
  ///
  /// With a body that throws, use `while let result = try results.next()`; in `async` code, `for try await`.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - window: how many elements may be begun and not yet taken; at least 1.
  ///   - inOrder: whether results come in the order of the elements, or as they are ready.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  public func parallelResults<Output: Sendable, Problem: Error>(
    threads: Int = defaultThreads, window: Int = 4_096, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) throws(Problem) -> Output
  ) -> ParallelResults<Output, Problem> {
    ParallelResults(self, threads: threads, window: window, inOrder: inOrder, progress: progress) {
      (item, _) throws(Problem) in try body(item)
    }
  }

  /// The same for an `async` body: up to `threads` elements are in flight, each awaited on a thread of ours, so that
  /// no thread of Swift's cooperative pool is blocked.
  ///
  /// - Parameters:
  ///   - threads: how many elements are in flight at once; at least 1.
  ///   - window: how many elements may be begun and not yet taken; at least 1.
  ///   - inOrder: whether results come in the order of the elements, or as they are ready.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: is called in tasks of its own.
  public func parallelResults<Output: Sendable>(
    threads: Int = defaultThreads, window: Int = 4_096, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) async throws -> Output
  ) -> ParallelResults<Output, any Error> {
    ParallelResults(self, threads: threads, window: window, inOrder: inOrder, progress: progress) {
      (item, context) throws(any Error) in
      try AwaitedBody.run(in: context) { try await body(item) }
    }
  }
}
