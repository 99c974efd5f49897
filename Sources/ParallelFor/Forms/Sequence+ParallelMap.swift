/// The number of threads if none is given.
public let defaultThreads = 5

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

  /// Calls `body` for every element on up to `threads` threads.
  ///
  /// It takes no memory for the elements, even if there are many.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - progress: how to report progress on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element that threw, in their order.
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

  /// Calls `body` for every element on up to `threads` threads and returns the results that are not nil, in order.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - inOrder: whether results are in the order of the elements, or in the order of completion.
  ///   - progress: how to report progress on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element that threw, in their order.
  @inlinable
  public func parallelCompactMap<Output, Problem: Error>(
    threads: Int = defaultThreads, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @Sendable (Element) throws(Problem) -> Output?
  ) throws(Problem) -> [Output] {
    try parallelMap(threads: threads, inOrder: inOrder, progress: progress, body).compactMap { $0 }
  }
}

extension Sequence where Element: Sendable {
  /// Calls `body` for every element on up to `threads` threads and returns the results in the order of the elements.
  ///
  /// It reads the sequence to its end first. For an endless sequence, or results as they become ready, see
  /// ``ParallelResults``.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - inOrder: whether results are in the order of the elements, or in the order of completion.
  ///   - progress: how to report progress on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Returns: one result per element.
  /// - Throws: the error of the first element that threw, in their order.
  @inlinable
  public func parallelMap<Output, Problem: Error>(
    threads: Int = defaultThreads, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @Sendable (Element) throws(Problem) -> Output
  ) throws(Problem) -> [Output] {
    try ContiguousArray(self).parallelMap(threads: threads, inOrder: inOrder, progress: progress, body)
  }

  /// Calls `body` for every element on up to `threads` threads, after reading the sequence to its end.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - progress: how to report progress on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element that threw, in their order.
  @inlinable
  public func parallelForEach<Problem: Error>(
    threads: Int = defaultThreads, progress: LoopProgress = .none,
    _ body: @Sendable (Element) throws(Problem) -> Void
  ) throws(Problem) {
    try ContiguousArray(self).parallelForEach(threads: threads, progress: progress, body)
  }

  /// Calls `body` for every element on up to `threads` threads and returns the results that are not nil, in order.
  ///
  /// - Parameters:
  ///   - threads: the maximum number of elements in progress; at least 1.
  ///   - inOrder: whether results are in the order of the elements, or in the order of completion.
  ///   - progress: how to report progress on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element that threw, in their order.
  @inlinable
  public func parallelCompactMap<Output, Problem: Error>(
    threads: Int = defaultThreads, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @Sendable (Element) throws(Problem) -> Output?
  ) throws(Problem) -> [Output] {
    try ContiguousArray(self).parallelCompactMap(threads: threads, inOrder: inOrder, progress: progress, body)
  }
}
