/// A parallel `for` whose items are passed at the call, made by ``distribute(threads:progress:_:)``.
public struct Distributed<Item: Sendable, Output: Sendable>: Sendable {
  let threads: Int
  let progress: LoopProgress
  let body: @Sendable (Item) throws -> Output

  /// Runs the body for every item and returns the results in the order of the items.
  ///
  /// - Throws: the error of the first item that threw, in their order.
  public func callAsFunction(_ items: some Sequence<Item>) throws -> [Output] {
    try items.parallelMap(threads: threads, progress: progress, body)
  }
}

/// Turns a function over one item into a function over many, which runs it on several threads.
///
/// ```swift
/// let cubes = distribute(threads: 5) { (i: Int) in i * i * i }
/// try cubes(0..<10)  // [0, 1, 8, 27, …]
/// ```
///
/// - Parameters:
///   - threads: the maximum number of items in progress; at least 1.
///   - progress: how to report progress on standard error.
///   - body: may run on any thread, and for several items at the same time.
public func distribute<Item: Sendable, Output: Sendable>(
  threads: Int = defaultThreads, progress: LoopProgress = .none,
  _ body: @escaping @Sendable (Item) throws -> Output
) -> Distributed<Item, Output> {
  Distributed(threads: threads, progress: progress, body: body)
}

/// Turns a function over one item into a function without arguments, which runs it for each of `items`.
///
/// The items are read once, at this call. Each call of the result runs the body for the same items.
///
/// ```swift
/// let squares = distributeOver(0..<10) { $0 * $0 }
/// try squares()  // [0, 1, 4, 9, …]
/// ```
///
/// - Returns: a function that returns the results in the order of the items, or throws the first error in that order.
public func distributeOver<Item: Sendable, Output: Sendable>(
  _ items: some Sequence<Item>, threads: Int = defaultThreads, progress: LoopProgress = .none,
  _ body: @escaping @Sendable (Item) throws -> Output
) -> @Sendable () throws -> [Output] {
  let items = ContiguousArray(items)
  return { try items.parallelMap(threads: threads, progress: progress, body) }
}
