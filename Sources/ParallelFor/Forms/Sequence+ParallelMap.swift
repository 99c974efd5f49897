/// How many threads there are when nobody says.
public let defaultThreads = 5

extension RandomAccessCollection where Self: Sendable {
  /// Calls `body` for every element on up to `threads` threads and returns the results in the order of the elements.
  ///
  /// The calling thread is one of them and waits for the rest. No element waits behind a slow one while a thread is
  /// idle. Calling it again from within `body` is allowed.
  ///
  /// ```swift
  /// let cubes = (0..<10).parallelMap { $0 * $0 * $0 }
  /// ```
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - inOrder: whether results stand in the order of the elements, or in that in which they were ready.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Returns: one result an element.
  /// - Throws: the error of the first element, in their order, that threw; elements that had not begun never begin,
  ///   and nothing is left running.
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
  /// Takes no memory for the elements, however many there are.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element, in their order, that threw.
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
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - inOrder: whether results stand in the order of the elements, or in that in which they were ready.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element, in their order, that threw.
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
  /// The sequence is read to its end first; for an endless one, or to have results as they come, see ``ParallelResults``.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - inOrder: whether results stand in the order of the elements, or in that in which they were ready.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Returns: one result an element.
  /// - Throws: the error of the first element, in their order, that threw.
  @inlinable
  public func parallelMap<Output, Problem: Error>(
    threads: Int = defaultThreads, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @Sendable (Element) throws(Problem) -> Output
  ) throws(Problem) -> [Output] {
    try ContiguousArray(self).parallelMap(threads: threads, inOrder: inOrder, progress: progress, body)
  }

  /// Calls `body` for every element on up to `threads` threads; reads the sequence to its end first.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element, in their order, that threw.
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
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - inOrder: whether results stand in the order of the elements, or in that in which they were ready.
  ///   - progress: what is told meanwhile on standard error.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element, in their order, that threw.
  @inlinable
  public func parallelCompactMap<Output, Problem: Error>(
    threads: Int = defaultThreads, inOrder: Bool = true, progress: LoopProgress = .none,
    _ body: @Sendable (Element) throws(Problem) -> Output?
  ) throws(Problem) -> [Output] {
    try ContiguousArray(self).parallelCompactMap(threads: threads, inOrder: inOrder, progress: progress, body)
  }
}
