/// The number of threads if none is given.
public let defaultThreads = 5

// There are three of each form. A sequence in general must be read to its end first; a collection need not be copied.
// And Swift cannot be generic over whether a body is `async`. `parallelForEach` is a separate form because an array of
// `Void` takes one byte for each element.

extension RandomAccessCollection where Self: Sendable {
  /// Calls `body` for every element on up to `threads` threads and returns the results in the order of the elements.
  ///
  /// The calling thread is one of them and waits for the rest. No element waits behind a slow one while a thread is
  /// idle. Nested calls from `body` are allowed.
  ///
  /// ```swift
  /// let cubes = (0..<10).parallelMap { $0 * $0 * $0 }
  /// ```
  ///
  /// An `async` body runs in child tasks, which block no thread. Cancelling the surrounding task stops the work, and
  /// the call throws `CancellationError`.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - inOrder: whether results are in the order of the elements, or in the order of completion.
  ///   - progress: how to report progress on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Returns: one result per element.
  /// - Throws: the error of the first element that threw, in their order. After an error, no later element starts.
  ///   Nothing is left running.
  @inlinable
  public func parallelMap<Output, Problem: Error>(
    threads: Int = defaultThreads, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @Sendable (Element) throws(Problem) -> Output
  ) throws(Problem) -> [Output] {
    let first = startIndex
    if progress != .none {
      let meter = ProgressMeter.start(progress, total: count)
      defer { meter?.end() }
      return try parallelMap(threads: threads, inOrder: inOrder) { (element) throws(Problem) in
        let output = try body(element)
        meter?.count()
        return output
      }
    }
    if !inOrder {
      let results = CompletionList<Output>()
      try parallelForEach(threads: threads) { (element) throws(Problem) in results.append(try body(element)) }
      return results.take()
    }
    return try ResultBuffer<Output>.array(count: count) { (results) throws(Problem) in
      let loop = IndexLoop(count: count, workers: threads)
      LoopThreads.run(loop) { worker in
        loop.walk(as: worker) { (position) throws(Problem) in
          results.put(try body(self[index(first, offsetBy: position)]), at: position)
        }
      }
      try loop.conclude(throwing: Problem.self, discard: results.discard)
    }
  }

  /// Calls `body` for every element on up to `threads` threads, as `parallelMap` does, and returns nothing.
  ///
  /// It takes no memory for the elements, even if there are many.
  @inlinable
  public func parallelForEach<Problem: Error>(
    threads: Int = defaultThreads, progress: LoopProgress = .none,
    _ body: @Sendable (Element) throws(Problem) -> Void
  ) throws(Problem) {
    if progress != .none {
      let meter = ProgressMeter.start(progress, total: count)
      defer { meter?.end() }
      return try parallelForEach(threads: threads) { (element) throws(Problem) in
        try body(element)
        meter?.count()
      }
    }
    let first = startIndex
    let loop = IndexLoop(count: count, workers: threads)
    LoopThreads.run(loop) { worker in
      loop.walk(as: worker) { (position) throws(Problem) in try body(self[index(first, offsetBy: position)]) }
    }
    try loop.conclude(throwing: Problem.self)
  }
}

extension Sequence where Element: Sendable {
  /// The form for any sequence, which is read to its end first. For an endless sequence, see ``ParallelResults``.
  @inlinable
  public func parallelMap<Output, Problem: Error>(
    threads: Int = defaultThreads, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @Sendable (Element) throws(Problem) -> Output
  ) throws(Problem) -> [Output] {
    try ContiguousArray(self).parallelMap(threads: threads, inOrder: inOrder, progress: progress, body)
  }

  /// The form for any sequence, which is read to its end first.
  @inlinable
  public func parallelForEach<Problem: Error>(
    threads: Int = defaultThreads, progress: LoopProgress = .none,
    _ body: @Sendable (Element) throws(Problem) -> Void
  ) throws(Problem) {
    try ContiguousArray(self).parallelForEach(threads: threads, progress: progress, body)
  }

  /// The form for an `async` body, which also throws `CancellationError`. `threads` limits the elements in flight.
  @inlinable
  public func parallelMap<Output: Sendable>(
    threads: Int = defaultThreads, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) async throws -> Output
  ) async throws -> [Output] {
    let items = ContiguousArray(self)
    if !inOrder {
      let results = CompletionList<Output>()
      try await items.parallelForEach(threads: threads, progress: progress) { results.append(try await body($0)) }
      return results.take()
    }
    let storage = UnsafeMutablePointer<Output>.allocate(capacity: items.count)
    defer { storage.deallocate() }
    let results = ResultBuffer(storage)
    try await driveLoop(count: items.count, tasks: threads, progress, discard: results.discard) { position in
      results.put(try await body(items[position]), at: position)
    }
    return [Output](unsafeUninitializedCapacity: items.count) { buffer, initialized in
      buffer.baseAddress?.moveInitialize(from: storage, count: items.count)
      initialized = items.count
    }
  }

  /// The form for an `async` body, which also throws `CancellationError`. `threads` limits the elements in flight.
  @inlinable
  public func parallelForEach(
    threads: Int = defaultThreads, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) async throws -> Void
  ) async throws {
    let items = ContiguousArray(self)
    try await driveLoop(count: items.count, tasks: threads, progress) { try await body(items[$0]) }
  }
}
