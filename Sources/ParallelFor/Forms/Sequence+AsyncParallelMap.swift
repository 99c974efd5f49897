extension Sequence where Element: Sendable {
  /// Calls an `async` body for every element, up to `threads` at a time, and returns the results in order.
  ///
  /// Blocks no thread. Cancelling the surrounding task stops the work.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in flight; at least 1.
  ///   - inOrder: whether results are in the order of the elements, or in the order of completion.
  ///   - progress: how to report progress on standard error.
  ///   - body: runs in child tasks.
  /// - Returns: one result per element.
  /// - Throws: the error of the first element that threw, in their order, or `CancellationError`.
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
    let meter = ProgressMeter.start(progress, total: items.count)
    defer { meter?.end() }
    let storage = UnsafeMutablePointer<Output>.allocate(capacity: items.count)
    defer { storage.deallocate() }
    let results = ResultBuffer(storage)
    try await driveLoop(count: items.count, tasks: threads, discard: results.discard) { position in
      results.put(try await body(items[position]), at: position)
      meter?.count()
    }
    return [Output](unsafeUninitializedCapacity: items.count) { buffer, initialized in
      buffer.baseAddress?.moveInitialize(from: storage, count: items.count)
      initialized = items.count
    }
  }

  /// Calls an `async` body for every element, up to `threads` at a time.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in flight; at least 1.
  ///   - progress: how to report progress on standard error.
  ///   - body: runs in child tasks.
  /// - Throws: the error of the first element that threw, in their order, or `CancellationError`.
  @inlinable
  public func parallelForEach(
    threads: Int = defaultThreads, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) async throws -> Void
  ) async throws {
    let items = ContiguousArray(self)
    let meter = ProgressMeter.start(progress, total: items.count)
    defer { meter?.end() }
    try await driveLoop(count: items.count, tasks: threads) { position in
      try await body(items[position])
      meter?.count()
    }
  }

  /// Calls an `async` body for every element, up to `threads` at a time, and returns the results that are not nil.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in flight; at least 1.
  ///   - inOrder: whether results are in the order of the elements, or in the order of completion.
  ///   - progress: how to report progress on standard error.
  ///   - body: runs in child tasks.
  /// - Throws: the error of the first element that threw, in their order, or `CancellationError`.
  @inlinable
  public func parallelCompactMap<Output: Sendable>(
    threads: Int = defaultThreads, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @escaping @Sendable (Element) async throws -> Output?
  ) async throws -> [Output] {
    try await parallelMap(threads: threads, inOrder: inOrder, progress: progress, body).compactMap { $0 }
  }
}
