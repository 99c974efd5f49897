/// Results one by one as they become ready, in the order of the items unless `inOrder` is false.
///
/// The work starts with the first ``next()`` and stays within a window of items ahead of what has been taken. It stops
/// when the last reference is released. There is one consumer, because each result is returned once.
public final class ParallelResults<Output: Sendable, Problem: Error>: @unchecked Sendable {
  private let pool: StreamPool
  private let meter: ProgressMeter?
  // Only the consumer uses the following.
  @exclusivity(unchecked) @usableFromInline var chunk: ResultChunk<Output, Problem>?
  private var hasEnded = false

  @usableFromInline
  init(pool: StreamPool, meter: ProgressMeter?) {
    self.pool = pool
    self.meter = meter
  }

  deinit {
    pool.stop()
    meter?.end()
  }

  /// Waits for the next result and returns it.
  ///
  /// - Returns: nil after the last result.
  /// - Throws: the item's error, if it threw. There are no more results after that, and the work stops.
  @inlinable
  public func next() throws(Problem) -> Output? {
    while true {
      if let result = chunk?.take() { return try output(of: result) }
      guard waitForChunk() else { return nil }
    }
  }

  /// Suspends the task until the next result is ready and returns it. Blocks no thread.
  ///
  /// - Returns: nil after the last result, or if the task was cancelled. Cancelling stops the work.
  /// - Throws: the item's error, if it threw. There are no more results after that, and the work stops.
  @usableFromInline
  func nextSuspending() async throws -> Output? {
    while true {
      if let result = chunk?.take() { return try output(of: result) }
      guard await suspendForChunk() else { return nil }
    }
  }

  @inlinable
  @inline(__always)
  func output(of result: consuming Result<Output, Problem>) throws(Problem) -> Output {
    switch consume result {
    case .success(let output): return output
    case .failure(let problem):
      end()
      throw problem
    }
  }

  @usableFromInline
  func waitForChunk() -> Bool { !hasEnded && use(pool.nextChunk(after: chunk)) }

  private func suspendForChunk() async -> Bool {
    guard !hasEnded else { return false }
    return await withTaskCancellationHandler {
      while true {
        let signal = AsyncSignal()
        if let answer = pool.nextChunk(after: chunk, orCall: signal.send) { return use(answer) }
        await signal.wait()
      }
    } onCancel: {
      pool.stop()
    }
  }

  private func use(_ next: StreamChunk?) -> Bool {
    guard let next else {
      end()
      return false
    }
    guard let results = next as? ResultChunk<Output, Problem> else {
      preconditionFailure("results of another type")
    }
    chunk = results
    return true
  }

  @usableFromInline
  func end() {
    hasEnded = true
    chunk = nil
    pool.stop()
    meter?.end()
  }
}

extension ParallelResults: Sequence where Problem == Never {
  /// Takes results for a `for` loop.
  public struct Iterator: IteratorProtocol {
    @usableFromInline let results: ParallelResults

    @inlinable
    init(results: ParallelResults) { self.results = results }

    /// Waits for the next result and returns it; nil after the last one.
    @inlinable
    public func next() -> Output? { results.next() }
  }

  /// Returns an iterator for a `for` loop. Several iterators share the results.
  @inlinable
  public func makeIterator() -> Iterator { Iterator(results: self) }
}

extension ParallelResults: AsyncSequence {
  /// Takes results for a `for try await` loop.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let results: ParallelResults

    /// Returns the next result; nil after the last one, or if the task was cancelled.
    public func next() async throws -> Output? { try await results.nextSuspending() }
  }

  /// Returns an iterator for `for try await`.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(results: self) }
}

extension Sequence where Self: Sendable, Element: Sendable {
  /// Calls `body` for the elements on up to `threads` threads and returns the results one by one, in order, as they
  /// become ready.
  ///
  /// It works with endless sequences, because at most `window` elements run ahead of what has been taken. The work
  /// starts with the request for the first result. It stops when the last reference to the results is released.
  ///
  /// ```swift
  /// for cube in (0...).parallelResults({ $0 * $0 * $0 }) where cube > 1_000 { … }
  /// ```
  ///
  /// With a body that throws, use `while let result = try results.next()`; in `async` code, `for try await`.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - window: the maximum number of elements that have started and are not yet taken; at least 1.
  ///   - inOrder: whether results come in the order of the elements, or as they become ready.
  ///   - progress: how to report progress on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  @inlinable
  public func parallelResults<Output: Sendable, Problem: Error>(
    threads: Int = defaultThreads, window: Int = 16_384, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) throws(Problem) -> Output
  ) -> ParallelResults<Output, Problem> {
    results(threads: threads, window: window, inOrder: inOrder, progress: progress) {
      (item, _) throws(Problem) in try body(item)
    }
  }

  /// The form for an `async` body. Each call runs in a separate task, which one of our threads awaits, so that no thread
  /// of Swift's cooperative pool is blocked.
  public func parallelResults<Output: Sendable>(
    threads: Int = defaultThreads, window: Int = 16_384, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) async throws -> Output
  ) -> ParallelResults<Output, any Error> {
    results(threads: threads, window: window, inOrder: inOrder, progress: progress) {
      (item, context) throws(any Error) in
      try AwaitedBody.run(in: context) { try await body(item) }
    }
  }

  @inlinable
  func results<Output: Sendable, Problem: Error>(
    threads: Int, window: Int, inOrder: Bool, progress: LoopProgress,
    _ body: @escaping @Sendable (Element, ItemContext) throws(Problem) -> Output
  ) -> ParallelResults<Output, Problem> {
    let meter = ProgressMeter.start(progress, total: (self as? any RandomAccessCollection)?.count)
    let reader = StreamReader(self)
    let pool = StreamPool(threads: threads, window: window, inOrder: inOrder) { first, limit in
      let (elements, isLast) = reader.read(upTo: limit)
      let chunk = elements.isEmpty ? nil : ElementChunk<Element, Output, Problem>(elements, from: first)
      return (chunk, isLast)
    } run: { chunk, lane, context in
      guard let chunk = chunk as? ElementChunk<Element, Output, Problem> else {
        preconditionFailure("elements of another type")
      }
      return chunk.run(in: lane) { (item) throws(Problem) in
        defer { meter?.count() }
        return try body(item, context)
      }
    }
    return ParallelResults(pool: pool, meter: meter)
  }
}
