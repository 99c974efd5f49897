/// Results one by one as they become ready, in the order of the items unless that was not wanted.
///
/// The work begins with the first ``next()`` and stays at most a window of items ahead of what has been taken; it stops
/// when the last reference is gone. For one consumer: each result is given out once.
public final class ParallelResults<Output: Sendable, Problem: Error>: @unchecked Sendable {
  private let pool: StreamPool
  private let meter: ProgressMeter?
  // Only the consumer uses these.
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

  /// The next result; waits for it.
  ///
  /// - Returns: nil after the last one.
  /// - Throws: the item's error, if it threw; after that there are no more results and the work stops.
  @inlinable
  public func next() throws(Problem) -> Output? {
    while true {
      if let result = chunk?.take() { return try output(of: result) }
      guard waitForChunk() else { return nil }
    }
  }

  /// The next result; suspends the task until there is one, and blocks no thread.
  ///
  /// - Returns: nil after the last one, or when the task was cancelled; cancelling stops the work.
  /// - Throws: the item's error, if it threw; after that there are no more results and the work stops.
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

    /// The next result; waits for it.
    @inlinable
    public func next() -> Output? { results.next() }
  }

  /// An iterator for a `for` loop; several of them share the results.
  @inlinable
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
  @inlinable
  public func parallelResults<Output: Sendable, Problem: Error>(
    threads: Int = defaultThreads, window: Int = 16_384, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) throws(Problem) -> Output
  ) -> ParallelResults<Output, Problem> {
    results(threads: threads, window: window, inOrder: inOrder, progress: progress) {
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
