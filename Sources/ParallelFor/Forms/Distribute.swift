/// A parallel `for` whose items are passed at the call, made by ``distribute(threads:progress:_:)``.
public struct Distributed<Item: Sendable, Output: Sendable>: Sendable {
  private let threads: Int
  private let progress: LoopProgress
  private let body: @Sendable (Item) throws -> Output

  init(threads: Int, progress: LoopProgress, body: @escaping @Sendable (Item) throws -> Output) {
    self.threads = threads
    self.progress = progress
    self.body = body
  }

  /// Runs the body for every item and returns the results in the order of the items.
  ///
  /// - Throws: the error of the first item that threw, in their order.
  public func callAsFunction(_ items: some Sequence<Item>) throws -> [Output] {
    try items.parallelMap(threads: threads, progress: progress, body)
  }
}

/// A parallel `for` with fixed items, made by ``distributeOver(_:threads:progress:_:)``.
public struct DistributedOver<Item: Sendable, Output: Sendable>: Sendable {
  private let items: ContiguousArray<Item>
  private let loop: Distributed<Item, Output>

  init(items: ContiguousArray<Item>, loop: Distributed<Item, Output>) {
    self.items = items
    self.loop = loop
  }

  /// Runs the body for every item and returns the results in the order of the items.
  ///
  /// - Throws: the error of the first item that threw, in their order.
  public func callAsFunction() throws -> [Output] { try loop(items) }
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
/// - Parameters:
///   - items: the items to run the body for.
///   - threads: the maximum number of items in progress; at least 1.
///   - progress: how to report progress on standard error.
///   - body: may run on any thread, and for several items at the same time.
public func distributeOver<Item: Sendable, Output: Sendable>(
  _ items: some Sequence<Item>, threads: Int = defaultThreads, progress: LoopProgress = .none,
  _ body: @escaping @Sendable (Item) throws -> Output
) -> DistributedOver<Item, Output> {
  DistributedOver(items: ContiguousArray(items), loop: Distributed(threads: threads, progress: progress, body: body))
}
