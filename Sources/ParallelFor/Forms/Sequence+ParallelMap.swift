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
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Returns: one result an element.
  /// - Throws: the error of the first element, in their order, that threw; elements that had not begun never begin,
  ///   and nothing is left running.
  @inlinable
  public func parallelMap<Output, Problem: Error>(
    threads: Int = defaultThreads, _ body: @Sendable (Element) throws(Problem) -> Output
  ) throws(Problem) -> [Output] {
    let first = startIndex
    return try ResultBuffer<Output>.array(count: count) { (results) throws(Problem) in
      try driveLoop(count: count, threads: threads, discard: results.discard) { (position) throws(Problem) in
        results.put(try body(self[index(first, offsetBy: position)]), at: position)
      }
    }
  }

  /// Calls `body` for every element on up to `threads` threads.
  ///
  /// Takes no memory for the elements, however many there are.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element, in their order, that threw.
  @inlinable
  public func parallelForEach<Problem: Error>(
    threads: Int = defaultThreads, _ body: @Sendable (Element) throws(Problem) -> Void
  ) throws(Problem) {
    let first = startIndex
    try driveLoop(count: count, threads: threads) { (position) throws(Problem) in
      try body(self[index(first, offsetBy: position)])
    }
  }

  /// Calls `body` for every element on up to `threads` threads and returns the results that are not nil, in order.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element, in their order, that threw.
  @inlinable
  public func parallelCompactMap<Output, Problem: Error>(
    threads: Int = defaultThreads, _ body: @Sendable (Element) throws(Problem) -> Output?
  ) throws(Problem) -> [Output] {
    try parallelMap(threads: threads, body).compactMap { $0 }
  }
}

extension Sequence where Element: Sendable {
  /// Calls `body` for every element on up to `threads` threads and returns the results in the order of the elements.
  ///
  /// The sequence is read to its end first; for an endless one, or to have results as they come, see
  /// ``Swift/Sequence/parallelResults(threads:window:_:)``.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Returns: one result an element.
  /// - Throws: the error of the first element, in their order, that threw.
  @inlinable
  public func parallelMap<Output, Problem: Error>(
    threads: Int = defaultThreads, _ body: @Sendable (Element) throws(Problem) -> Output
  ) throws(Problem) -> [Output] {
    try ContiguousArray(self).parallelMap(threads: threads, body)
  }

  /// Calls `body` for every element on up to `threads` threads; reads the sequence to its end first.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element, in their order, that threw.
  @inlinable
  public func parallelForEach<Problem: Error>(
    threads: Int = defaultThreads, _ body: @Sendable (Element) throws(Problem) -> Void
  ) throws(Problem) {
    try ContiguousArray(self).parallelForEach(threads: threads, body)
  }

  /// Calls `body` for every element on up to `threads` threads and returns the results that are not nil, in order.
  ///
  /// - Parameters:
  ///   - threads: how many elements are worked on at once; at least 1.
  ///   - body: may run on any thread, and for several elements at the same time.
  /// - Throws: the error of the first element, in their order, that threw.
  @inlinable
  public func parallelCompactMap<Output, Problem: Error>(
    threads: Int = defaultThreads, _ body: @Sendable (Element) throws(Problem) -> Output?
  ) throws(Problem) -> [Output] {
    try ContiguousArray(self).parallelCompactMap(threads: threads, body)
  }
}
